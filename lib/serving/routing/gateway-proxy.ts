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
import { type Agentgateway, GATEWAY_CLASS } from './agentgateway';
import type { Fleet, FleetSettings } from './fleet';
import { gatewayObject } from './gateway-object';

export interface GatewayProxyProps extends FleetSettings {
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
    const { port, service, drainSeconds, deregisterSeconds, replicas } = props;
    this.host = `${name}.${this.namespace}.svc`;
    this.listens = port;
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
    gatewayObject(this, {
      name,
      gatewayClass: GATEWAY_CLASS,
      parameters: { group: 'agentgateway.dev', kind: 'AgentgatewayParameters' },
      listeners: props.listeners,
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
}
