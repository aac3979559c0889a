import type { Report } from './report';

interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface Binding {
  readonly kind: string;
  readonly roleRef?: { readonly apiGroup?: string; readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly {
    readonly kind?: string;
    readonly apiGroup?: string;
    readonly name?: string;
    readonly namespace?: string;
  }[];
}

const GROUP = 'rbac.authorization.k8s.io';

/** Role and ClusterRole. */
export function checkRole(
  { kind, rules = [] }: { readonly kind: string; readonly rules?: readonly Rule[] | null },
  report: Report,
): void {
  rules?.forEach(({ verbs = [], apiGroups = [], resources = [], nonResourceURLs = [] }, i) => {
    const at = `rules[${i}]`;
    if (verbs.length === 0) report(`${at}.verbs`, 'must have one verb or more');
    if (nonResourceURLs.length > 0) {
      if (kind === 'Role')
        report(`${at}.nonResourceURLs`, 'must be absent: a Role grants inside a namespace');
      if (apiGroups.length + resources.length > 0) report(at, 'grants resources and URLs: write two rules');
      return;
    }
    if (apiGroups.length === 0)
      report(`${at}.apiGroups`, "must have one group or more; the core group is ''");
    if (resources.length === 0) report(`${at}.resources`, 'must have one resource or more');
  });
}

/** RoleBinding and ClusterRoleBinding. */
export function checkBinding({ kind, roleRef, subjects = [] }: Binding, report: Report): void {
  if (roleRef) {
    const roles = kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
    if (!roles.includes(roleRef.kind ?? ''))
      report('roleRef.kind', `must be ${roles.join(' or ')}, not '${roleRef.kind}'`);
    if (roleRef.apiGroup && roleRef.apiGroup !== GROUP)
      report('roleRef.apiGroup', `must be '${GROUP}', not '${roleRef.apiGroup}'`);
    if (!roleRef.name) report('roleRef.name', 'is required');
  }
  subjects.forEach((subject, i) => {
    const at = `subjects[${i}]`;
    if (subject.kind === 'ServiceAccount') {
      if (!subject.namespace) report(`${at}.namespace`, 'is required for a ServiceAccount');
      if (subject.apiGroup) report(`${at}.apiGroup`, "must be '' for a ServiceAccount");
    } else if (subject.kind !== 'User' && subject.kind !== 'Group') {
      report(`${at}.kind`, `must be ServiceAccount, User or Group, not '${subject.kind}'`);
    }
  });
}
