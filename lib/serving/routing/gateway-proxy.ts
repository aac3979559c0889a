import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import {
  DEREGISTER_SECONDS,
  DeclaredPods,
  declare,
  images,
  type Labels,
  MARGIN_SECONDS,
  type MetricsEndpoint,
  namespaceOf,
  type PodGroup,
  policyOf,
  sized,
  spread,
} from '../../core';
import { type Agentgateway, GATEWAY_CLASS } from './agentgateway';
import type { Fleet, FleetProps } from './fleet';

/** One port and host that a gateway answers, as the Gateway API writes it. */
export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** @default - every host */
  readonly hostname?: string;
  readonly tls?: {
    readonly mode: 'Terminate';
    readonly certificateRefs: readonly { readonly name: string }[];
  };
  /** Namespace whose routes may attach; absent for the gateway's own. */
  readonly from?: string;
}

/** How the Service in front of the proxies looks. */
export interface GatewayService {
  readonly annotations?: Labels;
  readonly spec: Readonly<Record<string, unknown>> & { readonly type: 'ClusterIP' | 'LoadBalancer' };
}

export interface GatewayProxyProps extends FleetProps {
  readonly controller: Agentgateway;
}

/** Answers readiness, whoever asks: kubelets and load balancers. */
const HEALTH_PORT = 15021;
export const AGENTGATEWAY_HEALTH = { port: HEALTH_PORT, path: '/healthz/ready' };
const METRICS_PORT = 15020;

/** A Gateway, how its proxies look, and those proxies as facts: agentgateway's controller makes them. */
export class GatewayProxy extends Construct implements Fleet {
  public readonly name: string;
  public readonly namespace: string;
  public readonly pods: PodGroup;
  public readonly metrics: readonly MetricsEndpoint[];
  public readonly host: string;
  public readonly listens: number;

  constructor(scope: Construct, id: string, name: string, props: GatewayProxyProps) {
    super(scope, id);
    this.name = name;
    this.namespace = namespaceOf(this);
    const { port, service, drainSeconds, deregisterSeconds = DEREGISTER_SECONDS } = props;
    this.host = `${name}.${this.namespace}.svc`;
    this.listens = port;
    const replicas = props.replicas ?? policyOf(this).replicas;
    const metadata = { name, namespace: this.namespace };
    const selects = {
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/instance': name,
      'gateway.networking.k8s.io/gateway-name': name,
    };
    const graceSeconds = deregisterSeconds + drainSeconds + MARGIN_SECONDS;
    const placed = replicas > 1 ? { topologySpreadConstraints: spread(selects) } : {};

    const [registry, repository, tag] = images.agentgatewayProxy.split(/[/:]/);
    new ApiObject(this, 'Parameters', {
      apiVersion: 'agentgateway.dev/v1alpha1',
      kind: 'AgentgatewayParameters',
      metadata,
      spec: {
        image: { registry, repository, tag },
        logging: { format: 'json' },
        resources: sized(props.size),
        shutdown: { min: deregisterSeconds, max: graceSeconds },
        deployment: {
          spec: {
            replicas,
            template: {
              spec: { securityContext: { seccompProfile: { type: 'RuntimeDefault' } }, ...placed },
            },
          },
        },
        ...(replicas > 1 ? { podDisruptionBudget: { spec: { maxUnavailable: 1 } } } : {}),
        service: {
          ...(service.annotations ? { metadata: { annotations: service.annotations } } : {}),
          spec: service.spec,
        },
      },
    });
    new ApiObject(this, 'Gateway', {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata,
      spec: {
        gatewayClassName: GATEWAY_CLASS,
        infrastructure: {
          parametersRef: { group: 'agentgateway.dev', kind: 'AgentgatewayParameters', name },
        },
        listeners: Lazy.any({ produce: () => props.listeners().map(writtenListener) }),
      },
    });

    const proxies = new DeclaredPods(this, 'Proxies', {
      name: 'proxy',
      by: `Gateway/${this.namespace}/${name}`,
      maker: 'operator',
      labels: { ...selects, 'gateway.networking.k8s.io/gateway-class-name': GATEWAY_CLASS },
      replicas,
      containers: [
        {
          name: 'agentgateway',
          image: images.agentgatewayProxy,
          ...props.size,
          ports: { metrics: METRICS_PORT, health: HEALTH_PORT, listener: port },
        },
      ],
      serviceAccount: name,
      spec: { terminationGracePeriodSeconds: graceSeconds, ...placed },
    });
    // Made beside the Gateway, under its name.
    declare(this, 'provides', {
      objects: [
        { id: `Service/${this.namespace}/${name}`, ports: [port], selects },
        { id: `ServiceAccount/${this.namespace}/${name}` },
      ],
    });
    this.pods = proxies.pods;
    this.metrics = [proxies.metrics('metrics')];
    props.controller.serve(this.pods);
  }

  /** What a route names to be answered here. */
  public parentRef(sectionName?: string) {
    return {
      group: 'gateway.networking.k8s.io',
      kind: 'Gateway',
      name: this.name,
      namespace: this.namespace,
      ...(sectionName ? { sectionName } : {}),
    };
  }
}

/** A listener as the Gateway API writes it. */
export function writtenListener({ from, ...listener }: Listener) {
  return {
    ...listener,
    allowedRoutes: {
      namespaces: from
        ? { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': from } } }
        : { from: 'Same' },
    },
  };
}
