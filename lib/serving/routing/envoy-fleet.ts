import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  DeclaredPods,
  declare,
  images,
  MARGIN_SECONDS,
  type MetricsEndpoint,
  namespaceOf,
  type PodGroup,
  sized,
  spread,
} from '../../core';
import { ENVOY_CLASS, type EnvoyAiGateway } from './envoy-gateway';
import type { Fleet, FleetSettings } from './fleet';
import { gatewayObject } from './gateway-object';

/** Ports below 1024 need a right that the proxies do not have: they listen so much higher. */
const SHIFT = 10_000;
const READY_PORT = 19003;
/** Where its proxies say whether they are ready. */
export const ENVOY_HEALTH = { port: READY_PORT, path: '/ready' };
const STATS_PORT = 19001;
const ADMIN_PORT = 1064;
/** What Envoy Gateway gives pods beyond their drain. */
const GRACE_SECONDS = 300;
/** Gives `shutdown-manager` what nobody can change. */
const SHUTDOWN_SIZE = { cpu: '10m', memory: '32Mi' } as const;
/** Reads each body for its model, and holds it meanwhile. */
const PROCESSOR_SIZE = { cpu: '500m', memory: '1Gi' } as const;

export interface EnvoyFleetProps extends FleetSettings {
  readonly controller: EnvoyAiGateway;
  /** Whether routes to models hang here: then a second container reads bodies. */
  readonly models: boolean;
}

/** A Gateway, how its proxies look, and those proxies as facts: Envoy Gateway makes them, in its own namespace. */
export class EnvoyFleet extends Construct implements Fleet {
  public readonly name: string;
  public readonly namespace: string;
  public readonly pods: PodGroup;
  public readonly metrics: readonly MetricsEndpoint[];
  public readonly host: string;
  public readonly listens: number;

  constructor(scope: Construct, id: string, name: string, props: EnvoyFleetProps) {
    super(scope, id);
    this.name = name;
    this.namespace = namespaceOf(this);
    const { controller, port, service, drainSeconds, deregisterSeconds, replicas } = props;
    const home = controller.namespace;
    this.host = `${name}.${home}.svc`;
    this.listens = port < 1024 ? port + SHIFT : port;
    const metadata = { name, namespace: this.namespace };
    const selects = {
      'app.kubernetes.io/name': 'envoy',
      'app.kubernetes.io/component': 'proxy',
      'app.kubernetes.io/managed-by': 'envoy-gateway',
      'gateway.envoyproxy.io/owning-gateway-namespace': this.namespace,
      'gateway.envoyproxy.io/owning-gateway-name': name,
    };
    const placed = replicas > 1 ? { topologySpreadConstraints: spread(selects) } : {};
    const { annotations, spec } = service;
    new ApiObject(this, 'Parameters', {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'EnvoyProxy',
      metadata,
      spec: {
        logging: { level: { default: 'warn' } },
        shutdown: {
          drainTimeout: `${deregisterSeconds + drainSeconds}s`,
          minDrainDuration: `${deregisterSeconds}s`,
        },
        provider: {
          type: 'Kubernetes',
          kubernetes: {
            envoyServiceAccount: { name },
            envoyDeployment: {
              name,
              replicas,
              container: { image: images.envoyProxy, resources: sized(props.size) },
              pod: {
                ...placed,
                securityContext: {
                  runAsNonRoot: true,
                  runAsUser: 65532,
                  seccompProfile: { type: 'RuntimeDefault' },
                },
              },
            },
            ...(replicas > 1 ? { envoyPDB: { maxUnavailable: 1 } } : {}),
            envoyService: {
              name,
              ...(annotations ? { annotations } : {}),
              ...spec,
              // Its own choice keeps traffic on nodes that have a proxy: the load balancer targets pods.
              ...(spec.type === 'LoadBalancer' ? { externalTrafficPolicy: 'Cluster' } : {}),
            },
          },
        },
      },
    });
    if (props.models) {
      new ApiObject(this, 'Processor', {
        apiVersion: 'aigateway.envoyproxy.io/v1beta1',
        kind: 'GatewayConfig',
        metadata,
        spec: {
          extProc: {
            kubernetes: { image: images.envoyAiGatewayProcessor, resources: sized(PROCESSOR_SIZE) },
          },
        },
      });
    }
    gatewayObject(this, {
      name,
      annotations: props.models ? { 'aigateway.envoyproxy.io/gateway-config': name } : undefined,
      gatewayClass: ENVOY_CLASS,
      parameters: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy' },
      listeners: props.listeners,
    });
    const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }];
    const silence = `${drainSeconds + MARGIN_SECONDS}s`;
    new ApiObject(this, 'Clients', {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'ClientTrafficPolicy',
      metadata,
      spec: {
        targetRefs,
        // Envoy's own 32 KiB are less than many prompts.
        connection: { bufferLimit: `${props.bodyMiB}Mi` },
        // Its own 300 s without a byte would cut answers that do not stream.
        timeout: { http: { streamIdleTimeout: silence } },
      },
    });
    new ApiObject(this, 'Backends', {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'BackendTrafficPolicy',
      metadata,
      spec: {
        targetRefs,
        ...(props.models
          ? // Towards the replicas, and from the picker, which holds answers as they come.
            { connection: { bufferLimit: `${props.bodyMiB}Mi` } }
          : // Held until it is whole, so that what is larger gets a 413.
            { requestBuffer: { limit: `${props.bodyMiB}Mi` } }),
        timeout: { http: { streamIdleTimeout: silence } },
      },
    });

    const proxies = new DeclaredPods(this, 'Proxies', {
      name: 'proxy',
      namespace: home,
      by: `Gateway/${this.namespace}/${name}`,
      maker: 'operator',
      labels: selects,
      replicas,
      containers: [
        {
          name: 'envoy',
          image: images.envoyProxy,
          ...props.size,
          ports: { metrics: STATS_PORT, readiness: READY_PORT, listener: this.listens },
        },
        { name: 'shutdown-manager', image: images.envoyGatewayController, ...SHUTDOWN_SIZE },
        ...(props.models
          ? [
              {
                name: 'ai-gateway-extproc',
                image: images.envoyAiGatewayProcessor,
                ...PROCESSOR_SIZE,
                ports: { 'aigw-admin': ADMIN_PORT },
              },
            ]
          : []),
      ],
      serviceAccount: name,
      spec: { terminationGracePeriodSeconds: deregisterSeconds + drainSeconds + GRACE_SECONDS, ...placed },
    });
    // Made beside the controller, under the names that are asked for.
    declare(this, 'provides', {
      objects: [
        { id: `Service/${home}/${name}`, ports: [port], selects },
        { id: `ServiceAccount/${home}/${name}` },
      ],
    });
    this.pods = proxies.pods;
    this.metrics = [
      proxies.metrics('metrics', { path: '/stats/prometheus' }),
      ...(props.models ? [proxies.metrics('aigw-admin', { name: `${name}-processor` })] : []),
    ];
    controller.serve(this.pods);
  }
}
