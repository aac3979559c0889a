import { parse } from 'yaml';
import type { KubeObject, PodSpec, PodsFact, RenderedObject } from '../core';
import { seconds } from './duration';
import type { Index } from './index-of';
import { backendsOf } from './references/backends';
import { behind, containerPort } from './services';

/** Pods that a route or an ingress leads to, and the port they are called on, where somebody says. */
export interface Destination {
  readonly pods: PodsFact;
  readonly port?: number;
  /** What the call is for. */
  readonly as: string;
}

interface PoolSpec {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly targetPorts?: readonly { readonly number: number }[];
}

/** Where requests end: behind Services, and in InferencePools together with whoever picks for them. */
export function destinationsOf(object: RenderedObject, index: Index): Destination[] {
  const { backends, references } = backendsOf(object);
  return [
    ...backends.flatMap((backend) => behindService(backend, index)),
    ...references
      .filter(({ kind }) => kind === 'InferencePool')
      .flatMap(({ name, namespace = 'default' }) => {
        const pool = index.object(`InferencePool/${namespace}/${name}`);
        return pool ? inPool(pool, namespace, index) : [];
      }),
  ];
}

function inPool(pool: RenderedObject, namespace: string, index: Index): Destination[] {
  const { selector = {}, targetPorts = [] } = (pool.json.spec ?? {}) as PoolSpec;
  const servers = index
    .select(namespace, selector)
    .flatMap((pods) =>
      targetPorts.map(({ number: port }) => ({ pods, port, as: `a replica of ${pool.id}` })),
    );
  const pickers = backendsOf(pool).backends.flatMap((backend) => behindService(backend, index));
  return [...servers, ...pickers.map((picker) => ({ ...picker, as: `the picker of ${pool.id}` }))];
}

function behindService(
  { namespace, service: name, port }: { namespace: string; service: string; port?: number | string },
  index: Index,
): Destination[] {
  const service = index.service(namespace, name);
  if (!service) return [];
  return behind(service, index).map((pods) => {
    const open = service.ports?.find((p) => p.port === port || p.name === port);
    const number = open?.targetPort === undefined ? undefined : containerPort(pods, open.targetPort);
    return { pods, ...(number === undefined ? {} : { port: number }), as: service.id };
  });
}

interface ParentRef {
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The rendered gateways that answer a route. */
export function gatewaysOf({ json }: RenderedObject, index: Index): RenderedObject[] {
  const { parentRefs = [] } = (json.spec ?? {}) as { parentRefs?: readonly ParentRef[] };
  return parentRefs.flatMap(({ kind = 'Gateway', name, namespace = json.metadata.namespace }) => {
    const gateway = kind === 'Gateway' ? index.object(`Gateway/${namespace}/${name}`) : undefined;
    return gateway ? [gateway] : [];
  });
}

/** How the proxies of a gateway are to be made, whoever makes them. */
export interface ProxyParameters {
  readonly shutdown?: {
    readonly max: number;
    /** Field that says so. */
    readonly field: string;
  };
  readonly service?: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly type?: string;
  };
}

interface Agentgateway {
  readonly shutdown?: { readonly max: number };
  readonly service?: {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec?: { readonly type?: string };
  };
}

interface EnvoyProxy {
  readonly shutdown?: { readonly drainTimeout?: string };
  readonly provider?: { readonly kubernetes?: { readonly envoyService?: ProxyParameters['service'] } };
}

interface IstioDeployment {
  readonly spec?: { readonly template?: { readonly spec?: PodSpec } };
}

export function parametersOf({ metadata, spec }: KubeObject, index: Index): ProxyParameters | undefined {
  const { infrastructure } = (spec ?? {}) as {
    infrastructure?: { parametersRef?: { kind?: string; name?: string } };
  };
  const { kind, name } = infrastructure?.parametersRef ?? {};
  const object = index.object(`${kind}/${metadata.namespace}/${name}`)?.json;
  if (object && kind === 'ConfigMap') return laidOver(object);
  const found = object?.spec;
  if (found && kind === 'AgentgatewayParameters') {
    const { shutdown, service } = found as Agentgateway;
    const field = 'shutdown.max of its AgentgatewayParameters';
    return {
      ...(shutdown ? { shutdown: { max: shutdown.max, field } } : {}),
      service: { annotations: service?.metadata?.annotations, type: service?.spec?.type },
    };
  }
  if (found && kind === 'EnvoyProxy') {
    const { shutdown, provider } = found as EnvoyProxy;
    const field = 'shutdown.drainTimeout of its EnvoyProxy';
    return {
      ...(shutdown?.drainTimeout ? { shutdown: { max: seconds(shutdown.drainTimeout), field } } : {}),
      service: provider?.kubernetes?.envoyService,
    };
  }
  return undefined;
}

/** What Istio lays over the objects of its proxies. */
function laidOver({ data = {} }: KubeObject): ProxyParameters {
  const overlay = (name: string) => yamlOf((data as Readonly<Record<string, string>>)[name]);
  const pod = (overlay('deployment') as IstioDeployment | undefined)?.spec?.template?.spec;
  const waits = pod?.containers?.some(({ env = [] }) =>
    env.some(({ name, value }) => name === 'EXIT_ON_ZERO_ACTIVE_CONNECTIONS' && value === 'true'),
  );
  const max = pod?.terminationGracePeriodSeconds;
  const field = "terminationGracePeriodSeconds of 'deployment' in its ConfigMap";
  const service = overlay('service') as Agentgateway['service'] | undefined;
  return {
    // Who does not wait for connections leaves when the mesh says, which is elsewhere.
    ...(waits && max ? { shutdown: { max, field } } : {}),
    service: { annotations: service?.metadata?.annotations, type: service?.spec?.type },
  };
}

function yamlOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parse(text);
  } catch {
    return undefined;
  }
}
