import type { FoundationInput, Site } from './foundation-input';
import type { KeyDomain } from './keys';
import type { SubnetPlan } from './network';

export interface ClusterPlan {
  readonly name: string;
  readonly version: string;
  readonly role: string;
  /** Secrets are encrypted with it; a cluster can never change it. */
  readonly key: KeyDomain;
  /** Subnets of the control plane's interfaces. */
  readonly subnets: readonly string[];
  readonly endpoint: {
    readonly private: boolean;
    readonly public: boolean;
    readonly publicCidrs: readonly string[];
  };
  readonly serviceCidr: string;
  readonly logs: readonly string[];
  readonly logGroup: string;
  readonly authentication: 'API';
  /** Whether the creator becomes an administrator nobody listed. */
  readonly creatorAdmin: boolean;
  /** Add-ons without version and configuration, which EKS would install by itself. */
  readonly selfManagedAddons: boolean;
  readonly autoMode: boolean;
  readonly support: 'STANDARD';
  readonly deletionProtection: boolean;
  /** Audience of the OIDC provider that IRSA roles trust. */
  readonly audiences: readonly string[];
}

/** Somebody who gets in: an administrator, or the nodes of a role. */
export interface AccessEntryPlan {
  readonly id: string;
  /** ARN of a role we do not own, or a role of the plan. */
  readonly principal: { readonly arn: string } | { readonly role: string };
  readonly type: 'STANDARD' | 'EC2_LINUX';
  /** ARNs of access policies for the whole cluster. */
  readonly policies: readonly string[];
}

export function planCluster(
  site: Site,
  input: FoundationInput,
  subnets: readonly SubnetPlan[],
  logGroup: string,
): ClusterPlan {
  const { endpoint } = input;
  return {
    name: site.name,
    version: site.cluster.kubernetes,
    role: 'cluster',
    key: 'cluster',
    subnets: subnets.filter((subnet) => subnet.kind === 'control-plane').map((subnet) => subnet.name),
    endpoint: {
      private: true,
      public: endpoint !== 'private',
      publicCidrs: endpoint === 'private' ? [] : endpoint.public,
    },
    serviceCidr: input.network.serviceCidr,
    logs: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
    logGroup,
    authentication: 'API',
    creatorAdmin: false,
    selfManagedAddons: false,
    autoMode: false,
    // At the end of standard support AWS upgrades, instead of six times the price.
    support: 'STANDARD',
    deletionProtection: site.policy.keepData,
    audiences: ['sts.amazonaws.com'],
  };
}

/** The access policy of administrators. */
export const adminPolicyArn = (site: Site): string =>
  `arn:${site.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`;

/** Administrators from the environment file, and the nodes that Karpenter launches. */
export function planAccess(
  site: Site,
  admins: readonly string[],
  nodeRoles: readonly string[],
): AccessEntryPlan[] {
  return [
    ...[...new Set(admins)].map((arn) => ({
      id: `admin-${arn.slice(arn.indexOf(':role/') + ':role/'.length).replaceAll('/', '-')}`,
      principal: { arn },
      type: 'STANDARD' as const,
      policies: [adminPolicyArn(site)],
    })),
    ...nodeRoles.map((role) => ({
      id: `nodes-${role}`,
      principal: { role },
      type: 'EC2_LINUX' as const,
      policies: [],
    })),
  ];
}

/** What the control plane may do. */
export const CLUSTER_POLICIES = ['AmazonEKSClusterPolicy'] as const;
