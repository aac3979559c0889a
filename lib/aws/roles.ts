import { type IdentityFact, PlatformError, roleName } from '../core';
import { managedPolicy, type Site } from './foundation-input';
import { grantPolicy, type PolicyDocument, policyOf, trustService } from './policy-document';

export interface RolePlan {
  /** How other parts of the plan refer to it: `cluster`, or the name of an identity. */
  readonly id: string;
  readonly name: string;
  /** May hold `OIDC_ISSUER`. */
  readonly trust: PolicyDocument;
  /** ARNs of policies that AWS keeps. */
  readonly managedPolicies: readonly string[];
  /** What it may do beside them. */
  readonly policy?: PolicyDocument;
}

/** A service account whose pods get the credentials of a role. */
export interface AssociationPlan {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly role: string;
}

/** Stands for the host and path of the cluster's issuer, the one part of a trust policy that AWS invents. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: so that Fn::Sub finds it
export const OIDC_ISSUER = '${OidcIssuer}';

/** A role of the platform itself. */
export function planRole(
  site: Site,
  id: string,
  trust: PolicyDocument,
  rights: { readonly managed?: readonly string[]; readonly policy?: PolicyDocument },
): RolePlan {
  return {
    id,
    name: roleName(site.cluster, id),
    trust,
    managedPolicies: [...(rights.managed ?? [])].sort().map((name) => managedPolicy(site, name)),
    ...(rights.policy ? { policy: rights.policy } : {}),
  };
}

/**
 * The role of nodes. The CNI's rights are not among them: the add-on has a role of its own, and what a node may do,
 * every pod on the host network may do.
 */
export const planNodeRole = (site: Site, id: string): RolePlan =>
  planRole(site, id, trustService('ec2.amazonaws.com'), {
    managed: [
      'AmazonEKSWorkerNodePolicy',
      'AmazonEC2ContainerRegistryPullOnly',
      'AmazonSSMManagedInstanceCore',
    ],
  });

/** One service account of one cluster: the session tags that EKS adds say which. */
export const trustPodIdentity = (
  site: Site,
  account: { readonly namespace: string; readonly serviceAccount: string },
): PolicyDocument =>
  policyOf({
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        'aws:RequestTag/eks-cluster-arn': site.clusterArn,
        'aws:RequestTag/kubernetes-namespace': account.namespace,
        'aws:RequestTag/kubernetes-service-account': account.serviceAccount,
      },
    },
  });

const trustIssuer = (site: Site, { namespace, serviceAccount }: IdentityFact): PolicyDocument =>
  policyOf({
    Effect: 'Allow',
    Principal: {
      Federated: `arn:${site.partition}:iam::${site.account}:oidc-provider/${OIDC_ISSUER}`,
    },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${OIDC_ISSUER}:aud`]: 'sts.amazonaws.com',
        [`${OIDC_ISSUER}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
      },
    },
  });

/** A role for each service account that was granted something, and its association. */
export function planIdentities(
  site: Site,
  identities: readonly IdentityFact[],
): { readonly roles: RolePlan[]; readonly associations: AssociationPlan[] } {
  const sorted = [...identities].sort((a, b) => (a.name < b.name ? -1 : 1));
  const roles = sorted.map((identity) => {
    secretsAreOurs(site, identity);
    const trust = identity.via === 'irsa' ? trustIssuer(site, identity) : trustPodIdentity(site, identity);
    return planRole(site, identity.name, trust, { policy: grantPolicy(identity.name, identity.statements) });
  });
  const associations = sorted
    .filter((identity) => identity.via === 'pod-identity')
    .map(({ namespace, serviceAccount, name }) => ({ namespace, serviceAccount, role: name }));
  return { roles, associations };
}

/** Two roles of one name would be one role with the rights of both. */
export function distinctRoles(roles: readonly RolePlan[]): readonly RolePlan[] {
  const seen = new Set<string>();
  for (const { id, name } of roles) {
    if (seen.has(name)) {
      throw new PlatformError(`role ${name}`, {
        what: `'${id}' is planned twice`,
        why: 'two service accounts, or one and a role of the platform, compose the same role name',
        fix: 'rename the service account',
      });
    }
    seen.add(name);
  }
  return roles;
}

/** Whoever reads secrets reads those of this environment: one that may read more gives every tenant everything. */
function secretsAreOurs(site: Site, identity: IdentityFact): void {
  const ours = `arn:${site.partition}:secretsmanager:${site.region}:${site.account}:secret:nexus/${site.cluster.environment}/`;
  for (const { actions, resources } of identity.statements) {
    if (!actions.some((action) => action === '*' || action.startsWith('secretsmanager:'))) continue;
    const other = resources.find((resource) => !resource.startsWith(ours));
    if (other === undefined) continue;
    throw new PlatformError(`identity ${identity.namespace}/${identity.serviceAccount}`, {
      what: `may read the secrets of '${other}'`,
      why: 'secrets of this environment lie under one path, and nothing here needs another',
      fix: `grant on '${ours}*'`,
    });
  }
}
