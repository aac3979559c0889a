import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { IScrapeTarget, IWebService } from '../../contracts';
import { clusterOf, declare, type MetricsEndpoint, namespaceOf, PlatformError } from '../../core';
import { Agentgateway } from './agentgateway';
import type { Fleet } from './fleet';
import { fleetOf, type GatewayController, healthOf } from './fleets';
import { parentRef } from './gateway-object';
import { type EdgeAccess, networkLoadBalancer, TCP_IDLE_SECONDS, TLS_IDLE_SECONDS } from './load-balancer';

/** Who ends TLS, with whose certificate: ACM at the load balancer, or cert-manager at the proxies. */
export type EdgeTls =
  | { readonly kind: 'acm'; readonly certificates: readonly string[] }
  | { readonly kind: 'issuer'; readonly name: string }
  | { readonly kind: 'self-signed' };

export interface EdgeGatewayProps {
  readonly controller: GatewayController;
  /**
   * Who reaches the load balancer. Outside AWS there is none: a Service inside the cluster, to forward a port to.
   * @default 'internal'
   */
  readonly access?: EdgeAccess;
  /** @default - 'self-signed' outside AWS; required on AWS */
  readonly tls?: EdgeTls;
  /**
   * Longest request that a stopping proxy finishes; no route may be longer.
   * @default 180
   */
  readonly drainSeconds?: number;
  /**
   * Largest request, which is held in memory until it is whole; answers stream.
   * @default 32
   */
  readonly bodyMiB?: number;
  /** @default - the environment's policy: 1 in dev, 2 in prod */
  readonly replicas?: number;
}

const PORT = 443;
/** A Network Load Balancer forgets a target late: until then it sends new connections. */
const BALANCER_SECONDS = 120;
/** Time for an answer's way back: what is behind should be the one to give up. */
const MARGIN_SECONDS = 30;

/** The door of the cluster: one load balancer, one certificate for each host, a route for each service behind it. */
export class EdgeGateway extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];
  private readonly proxy: Fleet;
  private readonly hosts = new Map<string, IWebService>();
  private readonly tls: EdgeTls;
  private readonly drainSeconds: number;
  private readonly onAws: boolean;

  constructor(scope: Construct, id: string, props: EdgeGatewayProps) {
    super(scope, id);
    const { access = 'internal', controller } = props;
    this.onAws = clusterOf(this).aws !== undefined;
    this.drainSeconds = props.drainSeconds ?? 180;
    const namespace = namespaceOf(this);
    this.tls = this.chosen(props.tls);
    if (this.tls.kind === 'self-signed') {
      new ApiObject(this, 'Issuer', {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Issuer',
        metadata: { name: id, namespace },
        spec: { selfSigned: {} },
      });
    }
    const health = healthOf(controller);
    const bodyMiB = props.bodyMiB ?? 32;
    const told = {
      port: PORT,
      listeners: () => [...this.hosts].map(([host, to]) => this.listener(host, to)),
      service: this.onAws
        ? networkLoadBalancer({
            access,
            port: PORT,
            longestSeconds: this.drainSeconds + MARGIN_SECONDS,
            health,
            ...(this.tls.kind === 'acm' ? { certificates: this.tls.certificates } : {}),
          })
        : ({ spec: { type: 'ClusterIP' } } as const),
      size: { cpu: '500m', memory: '1Gi' },
      drainSeconds: this.drainSeconds,
      bodyMiB,
      ...(this.onAws ? { deregisterSeconds: BALANCER_SECONDS } : {}),
      ...(props.replicas === undefined ? {} : { replicas: props.replicas }),
    };
    this.proxy = fleetOf(this, id, controller, told, { models: false });
    if (controller instanceof Agentgateway) this.limit(bodyMiB);
    if (this.onAws) {
      const balancer = access === 'internal' ? 'internalBalancer' : 'publicBalancer';
      this.proxy.pods.allowFromBalancer(balancer, { port: this.proxy.listens, why: 'requests from outside' });
      this.proxy.pods.allowFromBalancer(balancer, { port: health.port, why: 'health checks' });
    }
    if (access !== 'internal') {
      declare(this, 'public', () => ({
        object: `Gateway/${namespace}/${id}`,
        what: [...this.hosts.keys()].join(', '),
        declared: true,
      }));
    }
    this.metrics = this.proxy.metrics;
    this.node.addValidation({
      validate: () => (this.hosts.size ? [] : ['answers no host. Call route(service, host) at least once']),
    });
  }

  /** Answer a host with a service. */
  public route(to: IWebService, host: string): void {
    this.mustOutlast(to, host);
    if (this.hosts.has(host)) {
      throw new PlatformError(this, {
        what: `is to answer '${host}' with two services`,
        why: 'one of the two would never be called',
        fix: 'give each service a host of its own',
      });
    }
    this.hosts.set(host, to);
    const { namespace } = to.pods;
    if (this.tls.kind !== 'acm') this.certificate(host);
    const timeouts = { request: `${to.longestSeconds + MARGIN_SECONDS}s` };
    const prefix = (value: string) => [{ path: { type: 'PathPrefix', value } }];
    new ApiObject(this, `Route-${host}`, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: to.service, namespace },
      spec: {
        parentRefs: [parentRef(this.proxy, section(host))],
        hostnames: [host],
        rules: [
          // Longer paths win; without a backend the answer is an error.
          ...(to.hidden ?? []).map((path) => ({ matches: prefix(path) })),
          {
            matches: prefix('/'),
            backendRefs: backends(to),
            timeouts,
          },
        ],
      },
    });
    to.pods.allowFrom(this.proxy.pods, { port: to.port, why: `requests for ${host}` });
  }

  /** Requests are held until they are whole: what is larger gets a 413. */
  private limit(bodyMiB: number): void {
    const { name, namespace } = this.proxy;
    new ApiObject(this, 'Limits', {
      apiVersion: 'agentgateway.dev/v1alpha1',
      kind: 'AgentgatewayPolicy',
      metadata: { name: `${name}-limits`, namespace },
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }],
        traffic: { buffer: { request: { maxBytes: `${bodyMiB}Mi`, failureMode: 'FailClosed' } } },
      },
    });
  }

  private listener(host: string, to: IWebService) {
    const base = { name: section(host), port: PORT, hostname: host, from: to.pods.namespace } as const;
    if (this.tls.kind === 'acm') return { ...base, protocol: 'HTTP' } as const;
    const tls = { mode: 'Terminate', certificateRefs: [{ name: this.secretOf(host) }] } as const;
    return { ...base, protocol: 'HTTPS', tls } as const;
  }

  private secretOf(host: string): string {
    return `${section(host)}-tls`;
  }

  private certificate(host: string): void {
    const issuerRef =
      this.tls.kind === 'issuer'
        ? { group: 'cert-manager.io', kind: 'ClusterIssuer', name: this.tls.name }
        : { group: 'cert-manager.io', kind: 'Issuer', name: this.proxy.name };
    new ApiObject(this, `Certificate-${host}`, {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: section(host), namespace: this.proxy.namespace },
      spec: {
        secretName: this.secretOf(host),
        dnsNames: [host],
        privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
        issuerRef,
      },
    });
  }

  private chosen(tls: EdgeTls | undefined): EdgeTls {
    if (tls?.kind === 'acm' && !this.onAws) {
      throw new PlatformError(this, {
        what: 'has certificates of ACM in a cluster outside AWS',
        why: 'only a load balancer of AWS can use them: their keys never leave it',
        fix: "use tls { kind: 'issuer' } or { kind: 'self-signed' }",
      });
    }
    if (tls || !this.onAws) return tls ?? { kind: 'self-signed' };
    throw new PlatformError(this, {
      what: 'has no certificate',
      why: 'keys and prompts would travel in the clear',
      fix: 'give it tls: { kind: acm, certificates: [arn…] } or { kind: issuer, name: … }',
    });
  }

  private mustOutlast({ longestSeconds }: IWebService, host: string): void {
    if (longestSeconds > this.drainSeconds) {
      throw new PlatformError(this, {
        what: `drains for ${this.drainSeconds} s, and requests for ${host} take up to ${longestSeconds} s`,
        why: 'a stopping proxy would cut answers that are still being written',
        fix: `raise drainSeconds to ${longestSeconds}`,
      });
    }
    const needed = longestSeconds + MARGIN_SECONDS;
    const acm = this.tls.kind === 'acm';
    const most = acm ? TLS_IDLE_SECONDS : TCP_IDLE_SECONDS.max;
    if (!this.onAws || needed <= most) return;
    throw new PlatformError(this, {
      what: `answers of ${host} take up to ${longestSeconds} s, and its load balancer closes a connection that was silent for ${most} s`,
      why: acm
        ? 'a TLS listener of a Network Load Balancer cannot wait longer: an answer that does not stream is cut'
        : 'a TCP listener of a Network Load Balancer cannot wait longer',
      fix: acm
        ? `let the proxies end TLS (tls: { kind: issuer, name: … }), or lower drainSeconds to ${most - MARGIN_SECONDS}`
        : `lower drainSeconds to ${most - MARGIN_SECONDS}`,
    });
  }
}

/** Name of a host's listener and certificate. */
const section = (host: string): string => host.replace(/\./g, '-');

/** All requests for what is proven; the share of what is tried is changed by whoever tries it. */
function backends({ service, canaryService, port }: IWebService) {
  const to = (name: string, weight: number) => ({ group: '', kind: 'Service', name, port, weight });
  return canaryService === undefined ? [to(service, 1)] : [to(service, 100), to(canaryService, 0)];
}
