import type { GatewayService } from './fleet';

/** Who may reach a load balancer: whoever has a private address, or these ranges of the internet. */
export type EdgeAccess = 'internal' | { readonly public: readonly string[] };

/** An internal load balancer has a private address; this keeps everybody else out also when somebody routes to it. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** Seconds without a byte after which a TLS listener of a Network Load Balancer hangs up; nobody can change it. */
export const TLS_IDLE_SECONDS = 350;
/** Bounds of the same for a TCP listener. */
export const TCP_IDLE_SECONDS = { min: 60, max: 6000 } as const;
const MOST_DEREGISTRATION_SECONDS = 3600;

const annotation = (name: string) => `service.beta.kubernetes.io/aws-load-balancer-${name}`;

/** A Network Load Balancer as the AWS Load Balancer Controller reads it off a Service. */
export function networkLoadBalancer({
  access,
  certificates,
  port,
  longestSeconds,
  health,
}: {
  readonly access: EdgeAccess;
  /** Of ACM: then the balancer ends TLS. */
  readonly certificates?: readonly string[];
  readonly port: number;
  readonly longestSeconds: number;
  /** Where proxies say whether they are ready. */
  readonly health: { readonly port: number; readonly path: string };
}): GatewayService {
  const delay = Math.min(longestSeconds, MOST_DEREGISTRATION_SECONDS);
  const idle = Math.max(TLS_IDLE_SECONDS, longestSeconds);
  return {
    annotations: {
      [annotation('scheme')]: access === 'internal' ? 'internal' : 'internet-facing',
      [annotation('nlb-target-type')]: 'ip',
      [annotation('attributes')]: 'load_balancing.cross_zone.enabled=true',
      [annotation('target-group-attributes')]:
        `deregistration_delay.timeout_seconds=${delay},preserve_client_ip.enabled=false`,
      [annotation('healthcheck-protocol')]: 'http',
      [annotation('healthcheck-port')]: `${health.port}`,
      [annotation('healthcheck-path')]: health.path,
      ...(certificates
        ? {
            [annotation('ssl-cert')]: certificates.join(','),
            [annotation('ssl-ports')]: `${port}`,
            [annotation('ssl-negotiation-policy')]: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
            [annotation('backend-protocol')]: 'tcp',
          }
        : { [annotation(`listener-attributes.TCP-${port}`)]: `tcp.idle_timeout.seconds=${idle}` }),
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass: 'service.k8s.aws/nlb',
      // Its targets are pods.
      allocateLoadBalancerNodePorts: false,
      loadBalancerSourceRanges: access === 'internal' ? PRIVATE : [...access.public],
    },
  };
}
