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
  sleepBeforeStop,
  spread,
  toYaml,
} from '../../core';
import { envoyFilter } from './envoy-filter';
import type { Fleet, FleetSettings } from './fleet';
import { gatewayObject } from './gateway-object';
import { ISTIO_CLASS, type Istio } from './istio';

/** Answers readiness, whoever asks: kubelets and load balancers. */
const HEALTH_PORT = 15021;
export const ISTIO_HEALTH = { port: HEALTH_PORT, path: '/healthz/ready' };
const METRICS_PORT = 15020;

export interface IstioFleetProps extends FleetSettings {
  readonly controller: Istio;
  /** Whether routes to models hang here: they limit bodies themselves. */
  readonly models: boolean;
}

/** A Gateway, how its proxies look, and those proxies as facts: istiod makes them beside it. */
export class IstioFleet extends Construct implements Fleet {
  public readonly name: string;
  public readonly namespace: string;
  public readonly pods: PodGroup;
  public readonly metrics: readonly MetricsEndpoint[];
  public readonly host: string;
  public readonly listens: number;

  constructor(scope: Construct, id: string, name: string, props: IstioFleetProps) {
    super(scope, id);
    this.name = name;
    this.namespace = namespaceOf(this);
    const { port, service, drainSeconds, deregisterSeconds, replicas } = props;
    const made = `${name}-${ISTIO_CLASS}`;
    this.host = `${made}.${this.namespace}.svc`;
    this.listens = port;
    const selects = { 'gateway.networking.k8s.io/gateway-name': name };
    const terminationGracePeriodSeconds = deregisterSeconds + drainSeconds + MARGIN_SECONDS;
    const placed = replicas > 1 ? { topologySpreadConstraints: spread(selects) } : {};

    // What istiod lays over the objects that it makes.
    const overlays = {
      deployment: {
        spec: {
          replicas,
          template: {
            spec: {
              terminationGracePeriodSeconds,
              ...placed,
              containers: [
                {
                  name: 'istio-proxy',
                  // Not beside its own, which limit the CPU.
                  resources: { $patch: 'replace', ...sized(props.size) },
                  // Its own choice is to leave 5 s after the signal, whatever is being answered.
                  env: [{ name: 'EXIT_ON_ZERO_ACTIVE_CONNECTIONS', value: 'true' }],
                  lifecycle: sleepBeforeStop(deregisterSeconds),
                },
              ],
            },
          },
        },
      },
      service: {
        ...(service.annotations ? { metadata: { annotations: service.annotations } } : {}),
        // The port of readiness is for probes: a load balancer would open it to everybody.
        spec: { ...service.spec, ports: [{ $patch: 'delete', port: HEALTH_PORT }] },
      },
      ...(replicas > 1 ? { podDisruptionBudget: { spec: { maxUnavailable: 1 } } } : {}),
    };
    new ApiObject(this, 'Parameters', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: this.namespace },
      data: Object.fromEntries(Object.entries(overlays).map(([kind, overlay]) => [kind, toYaml(overlay)])),
    });
    gatewayObject(this, {
      name,
      gatewayClass: ISTIO_CLASS,
      parameters: { group: '', kind: 'ConfigMap' },
      // Without any, those of the Gateway go to all that is made for it, its delivery's among them.
      labels: { 'app.kubernetes.io/name': name },
      listeners: props.listeners,
    });
    if (!props.models) {
      // Held until it is whole, so that what is larger gets a 413.
      envoyFilter(this, 'Limits', this, [
        {
          name: 'envoy.filters.http.buffer',
          type: 'buffer.v3.Buffer',
          config: { max_request_bytes: props.bodyMiB * 1024 * 1024 },
        },
      ]);
    }

    const proxies = new DeclaredPods(this, 'Proxies', {
      name: 'proxy',
      by: `Gateway/${this.namespace}/${name}`,
      maker: 'operator',
      labels: {
        ...selects,
        'app.kubernetes.io/name': name,
        'gateway.networking.k8s.io/gateway-class-name': ISTIO_CLASS,
      },
      replicas,
      containers: [
        {
          name: 'istio-proxy',
          image: images.istioProxy,
          ...props.size,
          ports: { metrics: METRICS_PORT, 'status-port': HEALTH_PORT, listener: port },
        },
      ],
      serviceAccount: made,
      spec: { terminationGracePeriodSeconds, ...placed },
    });
    // Made beside the Gateway, under its name and the class.
    declare(this, 'provides', {
      objects: [
        { id: `Service/${this.namespace}/${made}`, ports: [port], selects },
        { id: `ServiceAccount/${this.namespace}/${made}` },
      ],
    });
    this.pods = proxies.pods;
    this.metrics = [proxies.metrics('metrics', { path: '/stats/prometheus' })];
    props.controller.serve(this.pods);
  }
}
