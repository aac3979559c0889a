import type { Outside, PodsFact } from '../../core';
import type { Edges } from '../edges';
import {
  type Direction,
  isPublic,
  type Policies,
  type Policy,
  type PolicyPeer,
  type PolicyRule,
} from '../policies';
import type { Refusal } from '../proof';
import { isEmpty, shownSelector } from '../selectors';
import { containerPort } from '../services';

/** What only a range without an end can mean. */
const OUTWARD: readonly Outside[] = ['awsApi', 'objectStore', 'internet'];

/** What policies admit beyond the declared edges. DNS is a need of every pod and no edge. */
export function superfluous(policies: Policies, edges: Edges): { findings: Refusal[]; checked: number } {
  const findings: Refusal[] = [];
  let checked = 0;
  for (const policy of policies.all) {
    const selected = policies.selected(policy);
    // A selector that picks nobody is a finding of selectors-match.
    if (!selected.length) continue;
    for (const direction of ['ingress', 'egress'] as const) {
      for (const rule of policy[direction] ?? []) {
        checked++;
        findings.push(...judge(policy, direction, rule, selected, edges, policies));
      }
    }
  }
  return { findings, checked };
}

function judge(
  policy: Policy,
  direction: Direction,
  rule: PolicyRule,
  selected: readonly PodsFact[],
  edges: Edges,
  policies: Policies,
): Refusal[] {
  const refuse = (what: string): Refusal => ({
    object: policy.id,
    what: `${direction} admits ${what}, and no edge declares it`,
    why: 'policies are derived from edges: what no edge explains is open by accident',
    fix: 'draw the edge, or remove the rule',
  });
  const ports = rule.ports.map(({ port, endPort, protocol = 'TCP' }) => ({ port, endPort, protocol }));
  if (!ports.length || ports.some((p) => p.port === undefined)) return [refuse('every port')];
  const range = ports.find(
    ({ port, endPort, protocol }) =>
      endPort !== undefined && endPort !== port && !edges.declareRange(Number(port), endPort, protocol),
  );
  if (range) return [refuse(`the ports ${range.port} to ${range.endPort}`)];

  const found: Refusal[] = [];
  for (const { port = 0, protocol } of ports) {
    /** Number of the port, as the pods that listen name it. */
    const number = (listener: PodsFact) =>
      typeof port === 'number' ? port : (containerPort(listener, port) ?? 0);
    const outside = (pods: PodsFact) => edges.outside(pods, direction, number(pods));
    if (!rule.peers.length) {
      // A cluster whose ranges are unknown: the port is opened to whoever is outside, if somebody is meant to be.
      if (!selected.some((pods) => outside(pods).length)) found.push(refuse(`everybody on port ${port}`));
      continue;
    }
    for (const peer of rule.peers) {
      if (isDns(peer) && number(selected[0]) === 53 && direction === 'egress') continue;
      if (peer.ipBlock) {
        const kinds = selected.flatMap(outside);
        const wide = isPublic(peer.ipBlock.cidr);
        // Nodes may be either: a cluster need not name their subnets.
        if (kinds.some((kind) => kind === 'nodes' || OUTWARD.includes(kind) === wide)) continue;
        found.push(refuse(`${peer.ipBlock.cidr} on port ${port}`));
        continue;
      }
      const tenant = tenantOf(peer);
      const knows = (own: PodsFact) => tenant !== undefined && edges.lets(own, tenant, number(own));
      if (direction === 'ingress' && selected.some(knows)) continue;
      const others = [...policies.podsOfPeer(peer, policy.namespace)];
      const strangers = others.filter(
        (other) =>
          !selected.some((own) => {
            const [from, to] = direction === 'egress' ? [own, other] : [other, own];
            return edges.joins(from, to, number(to), protocol);
          }),
      );
      if (others.length && !strangers.length) continue;
      const who = strangers.length
        ? strangers.map((p) => p.owner).join(', ')
        : `${shownPeer(peer)}, which no pod is,`;
      found.push(refuse(`${who} on port ${port}`));
    }
  }
  return found;
}

/** The one namespace that a peer means as a whole. */
const tenantOf = ({ podSelector, namespaceSelector }: PolicyPeer): string | undefined =>
  podSelector ? undefined : namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'];

const isDns = ({ podSelector, namespaceSelector }: PolicyPeer): boolean =>
  podSelector?.matchLabels?.['k8s-app'] === 'kube-dns' &&
  namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'] === 'kube-system';

const shownPeer = ({ podSelector, namespaceSelector }: PolicyPeer): string => {
  const pods = podSelector && !isEmpty(podSelector) ? shownSelector(podSelector) : 'every pod';
  return namespaceSelector ? `${pods} of namespaces ${shownSelector(namespaceSelector)}` : pods;
};
