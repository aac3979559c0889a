import type { KubeObject, Labels, PodsFact } from '../core';
import type { Index } from './index-of';

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  /** Number or name of the container port; absent when whoever brings the Service does not say. */
  readonly targetPort?: number | string;
}

/** A Service, rendered or brought by a chart or an operator. */
export interface KubeService {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  /** Labels of the pods behind it; absent when unknown, or when endpoints are written by somebody. */
  readonly selector?: Labels;
  readonly headless: boolean;
  /** A name for something outside. */
  readonly external: boolean;
  /** Absent when whoever brings it does not say. */
  readonly ports?: readonly ServicePort[];
}

export interface ServiceSpec {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly selector?: Labels;
  readonly externalIPs?: readonly string[];
  readonly ports?: readonly {
    readonly name?: string;
    readonly port: number;
    readonly targetPort?: number | string;
  }[];
}

/** Read a rendered Service. */
export function serviceOf(json: KubeObject & { readonly spec?: ServiceSpec }): KubeService {
  const spec = json.spec ?? {};
  const namespace = json.metadata.namespace ?? 'default';
  return {
    id: `Service/${namespace}/${json.metadata.name}`,
    namespace,
    name: json.metadata.name,
    ...(spec.selector ? { selector: spec.selector } : {}),
    headless: spec.clusterIP === 'None',
    external: spec.type === 'ExternalName',
    ports: (spec.ports ?? []).map(({ name, port, targetPort }) => ({
      ...(name ? { name } : {}),
      port,
      targetPort: targetPort ?? port,
    })),
  };
}

/** The pods behind a Service. */
export function behind(service: KubeService, index: Index): readonly PodsFact[] {
  if (!service.selector || !Object.keys(service.selector).length) return [];
  return index.select(service.namespace, { matchLabels: service.selector });
}

/** All containers that may open ports. */
const withPorts = ({ template }: PodsFact) => [
  ...template.spec.containers,
  ...(template.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always'),
];

/** Number of a container port, given by name or number; undefined when no container opens it. */
export function containerPort(pods: PodsFact, port: number | string): number | undefined {
  for (const container of withPorts(pods)) {
    for (const open of container.ports ?? []) {
      if (open.name === port || open.containerPort === port) return open.containerPort;
    }
  }
  return undefined;
}

/** Names and numbers of all ports that pods open, for messages. */
export function openPorts(pods: PodsFact): string[] {
  return withPorts(pods).flatMap((container) =>
    (container.ports ?? []).map((port) =>
      port.name ? `${port.name} (${port.containerPort})` : `${port.containerPort}`,
    ),
  );
}
