import type { RenderedObject } from '../../core';
import { nearest } from '../../core';
import type { Index } from '../index-of';
import type { Refusal } from '../proof';
import { walk } from '../walk';
import { type Reference, resolve } from './reference';

/** A word that a Service exists and opens a port. */
export interface Backend {
  readonly object: string;
  readonly at: string;
  readonly namespace: string;
  readonly service: string;
  readonly port?: number | string;
}

interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
}

/** Services that objects send traffic to, and other things that routes name. */
export function backendsOf({ id: object, json }: RenderedObject): {
  backends: Backend[];
  references: Reference[];
} {
  const backends: Backend[] = [];
  const references: Reference[] = [];
  const own = json.metadata.namespace ?? 'default';
  const service = (at: string, name: string | undefined, namespace: string, port?: number | string) => {
    if (name)
      backends.push({ object, at, service: name, namespace, ...(port === undefined ? {} : { port }) });
  };

  if (json.kind === 'Ingress') {
    walk(json.spec, (field, value, path) => {
      if (field !== 'service' || typeof value !== 'object' || value === null) return;
      const { name, port } = value as { name?: string; port?: { name?: string; number?: number } };
      service(path, name, own, port?.name ?? port?.number);
    });
  } else if (/^(HTTP|GRPC|TCP|TLS|UDP)Route$|^AIGatewayRoute$|^MCPRoute$/.test(json.kind)) {
    walk(json.spec, (field, value, path) => {
      if (field !== 'backendRefs' && field !== 'parentRefs') return;
      for (const ref of (value ?? []) as readonly BackendRef[]) {
        const kind = ref.kind ?? (field === 'parentRefs' ? 'Gateway' : 'Service');
        const namespace = ref.namespace ?? own;
        if (kind === 'Service') service(path, ref.name, namespace, ref.port);
        else references.push({ object, at: path, kind, name: ref.name, namespace });
      }
    });
  } else if (json.kind === 'InferencePool') {
    const { endpointPickerRef: picker } = json.spec as {
      endpointPickerRef?: { name: string; port?: { number: number } };
    };
    service('endpointPickerRef', picker?.name, own, picker?.port?.number);
  } else if (/WebhookConfiguration$/.test(json.kind)) {
    for (const { name, clientConfig } of (json.webhooks ?? []) as readonly Webhook[]) {
      const to = clientConfig?.service;
      if (to) service(`webhook '${name}'`, to.name, to.namespace, to.port ?? 443);
    }
  } else if (json.kind === 'APIService') {
    const to = (json.spec as Webhook['clientConfig'])?.service;
    if (to) service('spec.service', to.name, to.namespace, to.port ?? 443);
  } else if (json.kind === 'StatefulSet') {
    service('serviceName', (json.spec as { serviceName?: string }).serviceName, own);
  } else if (json.kind === 'Rollout') {
    walk(json.spec, (field, value, path, parent) => {
      if (field === 'templateName' && !parent.clusterScope) {
        references.push({
          object,
          at: path,
          kind: 'AnalysisTemplate',
          name: value as string,
          namespace: own,
        });
      }
      if (/^(stable|canary|active|preview)Service$/.test(field)) service(path, value as string, own);
    });
  }
  return { backends, references };
}

interface Webhook {
  readonly name: string;
  readonly clientConfig?: {
    readonly service?: { readonly name: string; readonly namespace: string; readonly port?: number };
  };
}

/** What is wrong with a backend, or undefined when the Service opens that port. */
export function resolveBackend(
  { object, at, namespace, service: name, port }: Backend,
  index: Index,
): Refusal | undefined {
  const service = index.service(namespace, name);
  if (!service) return resolve({ object, at, kind: 'Service', name, namespace }, index);
  if (port === undefined || service.external || !service.ports) return undefined;
  if (service.ports.some((open) => open.port === port || open.name === port)) return undefined;
  // A name without an address of its own leads straight to the pods.
  if (service.headless && typeof port === 'number' && service.ports.some((open) => open.targetPort === port))
    return undefined;
  const names = service.ports.map((open) => (open.name ? `${open.name} (${open.port})` : `${open.port}`));
  const meant =
    typeof port === 'string'
      ? nearest(
          port,
          service.ports.map((open) => open.name ?? ''),
        )
      : undefined;
  return {
    object,
    what: `${at} names port '${port}' of Service '${name}' in namespace '${namespace}', which opens ${names.join(', ') || 'none'}${meant ? `; did you mean '${meant}'?` : ''}`,
    why: 'a connection to a port that the Service does not open is refused',
    fix: meant ? `name '${meant}'` : 'name a port of the Service, or open this one',
  };
}
