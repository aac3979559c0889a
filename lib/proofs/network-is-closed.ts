import type { PodsFact } from '../core';
import { Edges } from './edges';
import { admittedEdges } from './network/edges-admitted';
import { neededEdges } from './network/edges-needed';
import { superfluous } from './network/superfluous';
import { isDefaultDeny, Policies } from './policies';
import type { Proof, Refusal } from './proof';

/**
 * Namespaces deny at default, each pod has a policy, and policies admit exactly the declared connections: none is
 * missing (also for host names in a pod's configuration and for what Prometheus scrapes), none is left over.
 *
 * Fails: `DATABASE_URL: postgresql://db.data.svc:5432/app` in a pod without an edge to the pods of `db`.
 */
export const networkIsClosed: Proof = {
  name: 'network-is-closed',
  about: 'Traffic is denied at default, and policies admit exactly the declared connections.',
  check({ rendered, index }) {
    const policies = new Policies(index);
    const edges = new Edges(rendered, index);
    const pods = rendered.facts.of('pods');
    const namespaces = index.of('Namespace');
    const findings: Refusal[] = [];
    for (const { id, json } of namespaces) {
      if (policies.in(json.metadata.name).some(isDefaultDeny)) continue;
      findings.push({
        object: id,
        what: 'has no policy that denies both directions to all of its pods',
        why: 'a pod without a policy of its own talks to everybody',
        fix: 'write a NetworkPolicy with an empty podSelector, both policyTypes and no rule',
      });
    }
    findings.push(...pods.filter((p) => isFree(p, policies)).map(free));
    const parts = [
      admittedEdges(edges, policies),
      neededEdges(rendered, index, edges),
      superfluous(policies, edges),
    ];
    return {
      findings: [...findings, ...parts.flatMap((part) => part.findings)],
      checked: namespaces.length + pods.length + parts.reduce((sum, part) => sum + part.checked, 0),
    };
  },
};

/** Pods in the pod network that no policy but the namespace's own speaks of. */
function isFree(pods: PodsFact, policies: Policies): boolean {
  return !pods.template.spec.hostNetwork && !policies.of(pods).some((policy) => !isDefaultDeny(policy));
}

const free = ({ owner }: PodsFact): Refusal => ({
  object: owner,
  what: 'is selected by no policy of its own',
  why: 'its connections are either all denied or all open, and nobody wrote down which it needs',
  fix: 'make its pods a PodGroup (Workload and DeclaredPods do), and draw its edges',
});
