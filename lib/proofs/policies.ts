import type { KubeObject, Labels, PodsFact, RenderedObject } from '../core';
import type { Index } from './index-of';
import { isEmpty, matches, type Selector } from './selectors';
import { containerPort } from './services';

/** Who may be at the other end, as a NetworkPolicy says it. */
export interface PolicyPeer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface PolicyPort {
  readonly port?: number | string;
  readonly endPort?: number;
  readonly protocol?: string;
}

export interface PolicyRule {
  /** Empty: everybody. */
  readonly peers: readonly PolicyPeer[];
  /** Empty: every port. */
  readonly ports: readonly PolicyPort[];
}

export type Direction = 'ingress' | 'egress';

/** A NetworkPolicy, read once. */
export interface Policy {
  readonly id: string;
  readonly namespace: string;
  readonly selector: Selector;
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
}

interface PolicySpec {
  readonly podSelector?: Selector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly {
    readonly from?: readonly PolicyPeer[];
    readonly ports?: readonly PolicyPort[];
  }[];
  readonly egress?: readonly {
    readonly to?: readonly PolicyPeer[];
    readonly ports?: readonly PolicyPort[];
  }[];
}

function policyOfObject({ id, json }: RenderedObject): Policy {
  const spec = ((json as KubeObject).spec ?? {}) as PolicySpec;
  const types = spec.policyTypes ?? ['Ingress', ...(spec.egress ? ['Egress'] : [])];
  return {
    id,
    namespace: json.metadata.namespace ?? 'default',
    selector: spec.podSelector ?? {},
    ...(types.includes('Ingress')
      ? {
          ingress: (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from ?? [], ports: ports ?? [] })),
        }
      : {}),
    ...(types.includes('Egress')
      ? { egress: (spec.egress ?? []).map(({ to, ports }) => ({ peers: to ?? [], ports: ports ?? [] })) }
      : {}),
  };
}

/** True for the policy that closes a namespace: all pods, both directions, nothing admitted. */
export const isDefaultDeny = ({ selector, ingress, egress }: Policy): boolean =>
  isEmpty(selector) && ingress?.length === 0 && egress?.length === 0;

/** All NetworkPolicies, and which of them apply to which pods. */
export class Policies {
  public readonly all: readonly Policy[];
  private readonly byNamespace = new Map<string, Policy[]>();
  private readonly peers = new Map<PolicyPeer, ReadonlySet<PodsFact>>();
  private readonly namespaceLabels = new Map<string, Labels>();
  private readonly applying = new Map<PodsFact, Policy[]>();

  constructor(private readonly index: Index) {
    this.all = index.of('NetworkPolicy').map(policyOfObject);
    for (const policy of this.all) {
      const list = this.byNamespace.get(policy.namespace);
      if (list) list.push(policy);
      else this.byNamespace.set(policy.namespace, [policy]);
      for (const pods of this.selected(policy)) {
        const others = this.applying.get(pods);
        if (others) others.push(policy);
        else this.applying.set(pods, [policy]);
      }
    }
  }

  public in(namespace: string): readonly Policy[] {
    return this.byNamespace.get(namespace) ?? [];
  }

  /** Policies that select these pods. */
  public of(pods: PodsFact): readonly Policy[] {
    return this.applying.get(pods) ?? [];
  }

  /** The pods that a policy speaks of. */
  public selected({ namespace, selector }: Policy): readonly PodsFact[] {
    return this.index.select(namespace, selector);
  }

  /** Whether pods may connect in a direction; where no policy speaks of it, everything is open. */
  public admit(
    pods: PodsFact,
    direction: Direction,
    other: PodsFact,
    port: number,
    protocol: string,
  ): boolean {
    const speaking = this.of(pods).filter((policy) => policy[direction]);
    if (!speaking.length) return true;
    const listener = direction === 'ingress' ? pods : other;
    return speaking.some((policy) =>
      (policy[direction] ?? []).some(
        (rule) =>
          opensPort(rule, port, protocol, listener) &&
          (!rule.peers.length ||
            rule.peers.some((peer) => this.podsOfPeer(peer, policy.namespace).has(other))),
      ),
    );
  }

  /** Whether some rule of the direction lets these pods reach, or be reached by, an address that is no pod. */
  public admitOutside(
    pods: PodsFact,
    direction: Direction,
    port: number,
    protocol: string,
    holds: (cidr: string) => boolean,
  ): boolean {
    const speaking = this.of(pods).filter((policy) => policy[direction]);
    if (!speaking.length) return true;
    return speaking.some((policy) =>
      (policy[direction] ?? []).some(
        (rule) =>
          opensPort(rule, port, protocol, pods) &&
          (!rule.peers.length || rule.peers.some((peer) => peer.ipBlock && holds(peer.ipBlock.cidr))),
      ),
    );
  }

  /** The pods that a peer of a policy means. */
  public podsOfPeer(peer: PolicyPeer, namespace: string): ReadonlySet<PodsFact> {
    let found = this.peers.get(peer);
    if (!found) {
      found = new Set(
        this.namespacesOf(peer, namespace).flatMap((name) => this.index.select(name, peer.podSelector ?? {})),
      );
      this.peers.set(peer, found);
    }
    return found;
  }

  private namespacesOf({ ipBlock, namespaceSelector }: PolicyPeer, own: string): readonly string[] {
    if (ipBlock) return [];
    if (!namespaceSelector) return [own];
    const named = namespaceSelector.matchLabels?.[NAME];
    const among = named === undefined ? this.index.podNamespaces() : [named];
    return among.filter((name) => matches(namespaceSelector, this.labelsOf(name)));
  }

  /** Kubernetes itself labels each namespace with its name. */
  private labelsOf(namespace: string): Labels {
    let labels = this.namespaceLabels.get(namespace);
    if (!labels) {
      labels = { ...this.index.object(`Namespace/${namespace}`)?.json.metadata.labels, [NAME]: namespace };
      this.namespaceLabels.set(namespace, labels);
    }
    return labels;
  }
}

const NAME = 'kubernetes.io/metadata.name';

/** Whether a rule opens a port, named ones as the listener names them. */
function opensPort({ ports }: PolicyRule, port: number, protocol: string, listener: PodsFact): boolean {
  if (!ports.length) return true;
  return ports.some((open) => {
    if ((open.protocol ?? 'TCP') !== protocol) return false;
    if (open.port === undefined) return true;
    const first = typeof open.port === 'number' ? open.port : containerPort(listener, open.port);
    return first !== undefined && port >= first && port <= (open.endPort ?? first);
  });
}

/** An address and mask as a number and its length. */
function block(cidr: string): { base: number; length: number } {
  const [address, length = '32'] = cidr.split('/');
  const base = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { base, length: Number(length) };
}

/** Whether a range holds an address. */
export function holds(cidr: string, address: string): boolean {
  const outer = block(cidr);
  const size = 2 ** (32 - outer.length);
  return Math.floor(outer.base / size) === Math.floor(block(address).base / size);
}

/** Whether a range reaches into the internet, and not only into private or link-local addresses. */
export function isPublic(cidr: string): boolean {
  if (cidr.includes(':')) return !/^f[cde]/i.test(cidr);
  const inner = block(cidr);
  return !PRIVATE.some((range) => block(range).length <= inner.length && holds(range, cidr.split('/')[0]));
}

const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
];
