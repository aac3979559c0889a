import type { PodsFact } from '../../core';
import type { Index } from '../index-of';
import type { Refusal } from '../proof';
import type { Sidecar } from './sidecar';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs?: readonly string[];
}

/** What the sidecar watches to know which pods may read prompts. */
const WATCHED = [
  { group: '', resource: 'pods' },
  { group: 'inference.networking.k8s.io', resource: 'inferencepools' },
];
const VERBS = ['list', 'watch'];

/** A sidecar that lets prompts go to pods of its pool alone may see which these are: else it never starts. */
export function allowed(pods: PodsFact, { guarded, pool }: Sidecar, index: Index): Refusal[] {
  if (!guarded) return [];
  const object = pods.owner;
  const { serviceAccountName: account = 'default' } = pods.template.spec;
  if (pool === undefined) {
    return [
      {
        object,
        what: 'has a sidecar that protects against strange targets, and is told of no pool',
        why: 'it ends at its start: it would not know which targets are its own',
        fix: 'start it with --inference-pool=<namespace>/<name>',
      },
    ];
  }
  const rules = rulesOf(account, pods.namespace, index);
  const missing = WATCHED.filter(
    ({ group, resource }) =>
      !VERBS.every((verb) =>
        rules.some(
          ({ apiGroups = [], resources = [], verbs = [] }) =>
            holds(apiGroups, group) && holds(resources, resource) && holds(verbs, verb),
        ),
      ),
  );
  if (!missing.length) return [];
  return [
    {
      object,
      what: `has a sidecar that watches ${missing.map(({ resource }) => resource).join(' and ')}, and its account '${account}' may not`,
      why: 'it waits for the answer of the API server before it listens: no request would reach the engine',
      fix: 'bind the account to a Role with get, list and watch on both',
    },
  ];
}

const holds = (list: readonly string[], wanted: string): boolean =>
  list.includes(wanted) || list.includes('*');

/** Rules of the roles that an account of a namespace is bound to there. */
function rulesOf(account: string, namespace: string, index: Index): readonly Rule[] {
  return index.of('RoleBinding').flatMap(({ json }) => {
    const { subjects = [], roleRef } = json as unknown as {
      readonly subjects?: readonly {
        readonly kind?: string;
        readonly name?: string;
        readonly namespace?: string;
      }[];
      readonly roleRef: { readonly name: string };
    };
    const own = json.metadata.namespace === namespace;
    const ours = subjects.some(
      (each) =>
        each.kind === 'ServiceAccount' &&
        each.name === account &&
        (each.namespace ?? namespace) === namespace,
    );
    if (!own || !ours) return [];
    const role = index.object(`Role/${namespace}/${roleRef.name}`)?.json as
      | { readonly rules?: readonly Rule[] }
      | undefined;
    return role?.rules ?? [];
  });
}
