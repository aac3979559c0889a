import type { EdgeFact, Outside, Peer, PodsFact } from '../../core';
import type { Edge, Edges } from '../edges';
import { type Direction, holds, isPublic, type Policies } from '../policies';
import type { Refusal } from '../proof';
import { shownSelector } from '../selectors';

const AGENT = '169.254.170.23';

/** Ranges that count as the way to something outside. */
const RANGE: Readonly<Record<Outside, (cidr: string) => boolean>> = {
  podIdentity: (cidr) => holds(cidr, AGENT),
  awsApi: isPublic,
  objectStore: isPublic,
  internet: isPublic,
  apiServer: () => true,
  controlPlane: () => true,
  database: () => true,
  nodes: () => true,
  internalBalancer: () => true,
  publicBalancer: () => true,
};

/** Edges that a policy at one of their ends does not let through. */
export function admittedEdges(edges: Edges, policies: Policies): { findings: Refusal[]; checked: number } {
  const findings: Refusal[] = [];
  let checked = 0;
  for (const edge of edges.all) {
    const { fact, from, to } = edge;
    for (const end of ['from', 'to'] as const) {
      if (edge[end]?.length === 0) findings.push(nobody(fact, end, edge));
    }
    for (const port of [...fact.ports, ...(fact.through === undefined ? [] : [fact.through])]) {
      if (from && to) {
        for (const a of from) {
          for (const b of to) {
            checked++;
            if (!hosted(a) && !policies.admit(a, 'egress', b, port, fact.protocol))
              findings.push(closed(a, 'egress', shown(fact.to), port, fact));
            if (!hosted(b) && !policies.admit(b, 'ingress', a, port, fact.protocol))
              findings.push(closed(b, 'ingress', shown(fact.from), port, fact));
          }
        }
        continue;
      }
      const direction: Direction = from ? 'egress' : 'ingress';
      const outside = direction === 'egress' ? fact.to : fact.from;
      if (!('outside' in outside)) continue;
      // The kubelet's probes pass every policy.
      if (direction === 'ingress' && outside.outside === 'nodes') continue;
      for (const pods of from ?? to ?? []) {
        checked++;
        if (
          hosted(pods) ||
          policies.admitOutside(pods, direction, port, fact.protocol, RANGE[outside.outside])
        )
          continue;
        findings.push(closed(pods, direction, outside.outside, port, fact));
      }
    }
  }
  return { findings, checked };
}

const hosted = (pods: PodsFact) => pods.template.spec.hostNetwork === true;

const shown = (peer: Peer): string =>
  'tenant' in peer
    ? `namespace '${peer.tenant}'`
    : 'outside' in peer
      ? peer.outside
      : `${shownSelector({ matchLabels: peer.labels })} in namespace '${peer.namespace}'`;

const closed = (
  pods: PodsFact,
  direction: Direction,
  other: string,
  port: number,
  fact: EdgeFact,
): Refusal => ({
  object: pods.owner,
  what: `has an edge ${direction === 'egress' ? 'to' : 'from'} ${other} on port ${port} (${fact.why}), and no policy admits it`,
  why: 'packets are dropped in silence: the connection times out',
  fix: `let a policy of '${pods.namespace}' that selects these pods admit it, or remove the edge`,
});

function nobody(fact: EdgeFact, end: 'from' | 'to', edge: Edge): Refusal {
  const other = end === 'from' ? edge.to : edge.from;
  const peer = shown(fact[end]);
  return {
    object: other?.[0]?.owner ?? `edge/${fact.why}`,
    what: `has an edge ${end} ${peer} on port ${fact.ports.join(', ')} (${fact.why}), and no pod carries these labels`,
    why: 'the policy opens a way for nobody, while the pods that were meant stay closed',
    fix: 'declare the pods, or connect the group that they really are',
  };
}
