import type { EdgeFact, Outside, Peer, PodsFact, Rendered } from '../core';
import type { Index } from './index-of';

/** One edge with the pods at its ends. */
export interface Edge {
  readonly fact: EdgeFact;
  /** Absent where that end is not a pod. */
  readonly from?: readonly PodsFact[];
  readonly to?: readonly PodsFact[];
}

/** Declared connections, and quick answers to "is there one between these two?". */
export class Edges {
  public readonly all: readonly Edge[];
  private readonly between = new Map<PodsFact, Map<PodsFact, Set<string>>>();
  private readonly outward = new Map<PodsFact, { outside: Outside; ports: readonly number[] }[]>();
  /** Namespaces that are not ours, by the pods that let them in. */
  private readonly tenants = new Map<PodsFact, { namespace: string; ports: readonly number[] }[]>();
  private readonly inward = new Map<PodsFact, { outside: Outside; ports: readonly number[] }[]>();

  constructor({ facts }: Rendered, index: Index) {
    const seen = new Map<string, readonly PodsFact[]>();
    const podsOf = (peer: Peer): readonly PodsFact[] | undefined => {
      if (!('labels' in peer)) return undefined;
      const key = `${peer.namespace} ${JSON.stringify(peer.labels)}`;
      let pods = seen.get(key);
      if (!pods) {
        pods = index.select(peer.namespace, { matchLabels: peer.labels });
        seen.set(key, pods);
      }
      return pods;
    };
    this.all = facts.of('edge').map((fact) => {
      const from = podsOf(fact.from);
      const to = podsOf(fact.to);
      return { fact, ...(from ? { from } : {}), ...(to ? { to } : {}) };
    });
    for (const { fact, from, to } of this.all) {
      if (from && to) for (const a of from) for (const b of to) this.join(a, b, fact);
      if ('outside' in fact.to)
        for (const a of from ?? []) note(this.outward, a, fact.to.outside, fact.ports);
      if ('outside' in fact.from)
        for (const b of to ?? []) note(this.inward, b, fact.from.outside, fact.ports);
      if ('tenant' in fact.from) {
        for (const b of to ?? []) {
          const list = this.tenants.get(b) ?? [];
          list.push({ namespace: fact.from.tenant, ports: fact.ports });
          this.tenants.set(b, list);
        }
      }
    }
  }

  /** Whether there is an edge between two groups of pods, on this port or on any. */
  public joins(from: PodsFact, to: PodsFact, port?: number, protocol = 'TCP'): boolean {
    const ports = this.between.get(from)?.get(to);
    return port === undefined ? ports !== undefined : (ports?.has(`${port}/${protocol}`) ?? false);
  }

  /** Whether some edge is of exactly this range; between whom, its first port says. */
  public declareRange(port: number, through: number, protocol: string): boolean {
    return this.all.some(
      ({ fact }) => fact.ports.includes(port) && fact.through === through && fact.protocol === protocol,
    );
  }

  /** Ports that edges between two groups open, as `port/protocol`. */
  public ports(from: PodsFact, to: PodsFact): ReadonlySet<string> {
    return this.between.get(from)?.get(to) ?? new Set();
  }

  /** What that is not a pod these pods may talk to on a port (egress), or be called by (ingress). */
  public outside(pods: PodsFact, direction: 'ingress' | 'egress', port?: number): Outside[] {
    const edges = (direction === 'egress' ? this.outward : this.inward).get(pods) ?? [];
    return edges
      .filter((edge) => port === undefined || edge.ports.includes(port))
      .map((edge) => edge.outside);
  }

  /** Whether these pods let in a namespace that is not ours, on this port. */
  public lets(pods: PodsFact, namespace: string, port: number): boolean {
    return (this.tenants.get(pods) ?? []).some((t) => t.namespace === namespace && t.ports.includes(port));
  }

  private join(from: PodsFact, to: PodsFact, { ports, protocol }: EdgeFact): void {
    const row = this.between.get(from) ?? new Map<PodsFact, Set<string>>();
    this.between.set(from, row);
    const open = row.get(to) ?? new Set<string>();
    row.set(to, open);
    for (const port of ports) open.add(`${port}/${protocol}`);
  }
}

function note(
  map: Map<PodsFact, { outside: Outside; ports: readonly number[] }[]>,
  pods: PodsFact,
  outside: Outside,
  ports: readonly number[],
): void {
  const list = map.get(pods) ?? [];
  list.push({ outside, ports });
  map.set(pods, list);
}
