import { Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { type Cluster, clusterOf } from './cluster';
import { declare, type EdgeFact, type Outside, type Peer } from './facts';
import type { Labels } from './kube';
import { namespaceOf } from './layer';

export interface PodGroupProps {
  /** Names the policy, and the group in reports. */
  readonly name: string;
  /** @default - the layer's */
  readonly namespace?: string;
  /** Labels that these pods and no others carry. */
  readonly labels: Labels;
}

/** How a connection is drawn. */
export interface Connection {
  readonly port: number;
  /**
   * Last port of a range, for processes that choose their ports when they start.
   * @default - the one port
   */
  readonly through?: number;
  /** @default 'TCP' */
  readonly protocol?: 'TCP' | 'UDP';
  /** What it is for: kept as a fact and shown in the report. */
  readonly why: string;
}

/** What is called and never calls, or the other way round. */
type Inward = 'controlPlane' | 'internalBalancer' | 'publicBalancer';

const AGENT = '169.254.170.23/32';
const METADATA_RANGE = '169.254.0.0/16';

/** Pods that may talk to exactly whom they are connected to: one policy, derived from the edges. */
export class PodGroup extends Construct {
  public readonly namespace: string;
  public readonly labels: Labels;
  /** What the policy is called. */
  public readonly name: string;
  private readonly out: { to: Peer; connection: Connection }[] = [];
  private readonly in: { from: Peer; connection: Connection }[] = [];

  constructor(scope: Construct, id: string, props: PodGroupProps) {
    super(scope, id);
    this.namespace = props.namespace ?? namespaceOf(this);
    this.labels = props.labels;
    this.name = props.name;

    new k8s.KubeNetworkPolicy(this, 'Policy', {
      metadata: { name: this.name, namespace: this.namespace },
      spec: {
        podSelector: { matchLabels: { ...this.labels } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: Lazy.any({
          produce: () => this.ingressRules(),
        }) as unknown as k8s.NetworkPolicyIngressRule[],
        egress: Lazy.any({ produce: () => this.egressRules() }) as unknown as k8s.NetworkPolicyEgressRule[],
      },
    });
    declare(this, 'edge', () => this.edges());
  }

  /** Let another group of pods in here, and out there. */
  public allowFrom(peer: PodGroup, connection: Connection): void {
    this.in.push({ from: peer.asPeer(), connection });
    peer.out.push({ to: this.asPeer(), connection });
  }

  /** Let these pods out to something that is not a pod. */
  public reach(outside: Exclude<Outside, Inward>, connection: Partial<Connection> & { why: string }): void {
    const ports = [connection.port ?? DEFAULT_PORT[outside]];
    // Some policy engines judge the address behind the Service, which on kind listens on another port.
    if (outside === 'apiServer' && !ports.includes(clusterOf(this).apiServerPort))
      ports.push(clusterOf(this).apiServerPort);
    for (const port of ports) {
      if (this.out.some((o) => 'outside' in o.to && o.to.outside === outside && o.connection.port === port))
        continue;
      this.out.push({ to: { outside }, connection: { ...connection, port } });
    }
  }

  /** Let every pod of a namespace in, such as that of an application which is not ours. */
  public allowFromNamespace(namespace: string, connection: Connection): void {
    this.in.push({ from: { tenant: namespace }, connection });
  }

  /** Let the API server call a webhook or an aggregated API of these pods. */
  public allowFromControlPlane(port: number, why = 'webhook'): void {
    this.in.push({ from: { outside: 'controlPlane' }, connection: { port, why } });
  }

  /** Let a load balancer in front of the cluster in, for its requests and its health checks. */
  public allowFromBalancer(from: 'internalBalancer' | 'publicBalancer', connection: Connection): void {
    this.in.push({ from: { outside: from }, connection });
  }

  private asPeer(): Peer {
    return { namespace: this.namespace, labels: this.labels };
  }

  private edges(): EdgeFact[] {
    const self = this.asPeer();
    const fact = (from: Peer, to: Peer, c: Connection): EdgeFact => ({
      from,
      to,
      ports: [c.port],
      ...(c.through === undefined ? {} : { through: c.through }),
      protocol: c.protocol ?? 'TCP',
      why: c.why,
    });
    return [
      ...this.out.map(({ to, connection }) => fact(self, to, connection)),
      // The other end of a connection between groups states it already.
      ...this.in
        .filter(({ from }) => !('labels' in from))
        .map(({ from, connection }) => fact(from, self, connection)),
    ];
  }

  private ingressRules(): unknown[] | undefined {
    const rules = merged(
      this.in.map(({ from, connection }) => ({ peers: ingressPeers(from, clusterOf(this)), connection })),
    );
    // An empty list is not stored: written again at every apply, it would never come to rest.
    if (!rules.length) return undefined;
    return rules.map(({ peers, ports }) => ({ ...(peers.length ? { from: peers } : {}), ports }));
  }

  private egressRules(): unknown[] {
    const rules = merged(
      this.out.map(({ to, connection }) => ({ peers: egressPeers(to, clusterOf(this)), connection })),
    );
    return [DNS, ...rules.map(({ peers, ports }) => ({ ...(peers.length ? { to: peers } : {}), ports }))];
  }
}

const DEFAULT_PORT: Record<Exclude<Outside, Inward>, number> = {
  nodes: 10250,
  apiServer: 443,
  podIdentity: 80,
  awsApi: 443,
  objectStore: 443,
  database: 5432,
  internet: 443,
};

const DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { port: k8s.IntOrString.fromNumber(53), protocol: 'UDP' },
    { port: k8s.IntOrString.fromNumber(53), protocol: 'TCP' },
  ],
};

const blocks = (cidrs: readonly string[] | undefined) => (cidrs ?? []).map((cidr) => ({ ipBlock: { cidr } }));
/** Anywhere but the link-local range, where the instance's own credentials are. */
const outward = [{ ipBlock: { cidr: '0.0.0.0/0', except: [METADATA_RANGE] } }];

const namespaced = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });

const podPeer = (peer: { namespace: string; labels: Labels }) => ({
  namespaceSelector: namespaced(peer.namespace),
  podSelector: { matchLabels: { ...peer.labels } },
});

function ingressPeers(peer: Peer, cluster: Cluster): unknown[] {
  if ('tenant' in peer) return [{ namespaceSelector: namespaced(peer.tenant) }];
  if (!('outside' in peer)) return [podPeer(peer)];
  switch (peer.outside) {
    case 'internalBalancer':
      return blocks(cluster.balancerCidrs?.internal);
    case 'publicBalancer':
      return blocks(cluster.balancerCidrs?.public);
    default:
      return blocks(cluster.controlPlaneCidrs);
  }
}

function egressPeers(peer: Peer, cluster: Cluster): unknown[] {
  if ('tenant' in peer) return [{ namespaceSelector: namespaced(peer.tenant) }];
  if (!('outside' in peer)) return [podPeer(peer)];
  switch (peer.outside) {
    case 'apiServer':
      return blocks([
        ...(cluster.serviceCidr ? [firstAddress(cluster.serviceCidr)] : []),
        ...(cluster.controlPlaneCidrs ?? []),
      ]);
    case 'podIdentity':
      return blocks([AGENT]);
    case 'database':
      return blocks(cluster.databaseCidrs);
    default:
      return outward;
  }
}

/** The API server's Service has the first address of the range. */
function firstAddress(cidr: string): string {
  const octets = cidr.split('/')[0].split('.').map(Number);
  octets[3] += 1;
  return `${octets.join('.')}/32`;
}

/** One rule for each set of peers, in the order they were drawn, ports in order and without doubles. */
function merged(
  entries: { peers: unknown[]; connection: Connection }[],
): { peers: unknown[]; ports: unknown[] }[] {
  const rules = new Map<string, { peers: unknown[]; ports: Map<string, unknown> }>();
  for (const { peers, connection } of entries) {
    const key = JSON.stringify(peers);
    const rule = rules.get(key) ?? { peers, ports: new Map() };
    const protocol = connection.protocol ?? 'TCP';
    const { port, through } = connection;
    rule.ports.set(`${port}/${protocol}`, {
      port: k8s.IntOrString.fromNumber(port),
      ...(through === undefined ? {} : { endPort: through }),
      protocol,
    });
    rules.set(key, rule);
  }
  return [...rules.values()].map(({ peers, ports }) => ({ peers, ports: [...ports.values()] }));
}
