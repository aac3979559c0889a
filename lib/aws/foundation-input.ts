import { type Cluster, clusterName, PlatformError, type Policy, partitionOf } from '../core';

/** What the environment says of AWS. */
export interface FoundationInput {
  readonly cluster: Cluster;
  readonly policy: Policy;
  /** ARNs of the IAM roles that administrate the cluster. */
  readonly admins: readonly string[];
  /** Who reaches the API server from outside the VPC. */
  readonly endpoint: 'private' | { readonly public: readonly string[] };
  readonly network: {
    readonly cidr: string;
    readonly serviceCidr: string;
    /** @default - one a zone where the policy spreads over zones, else one */
    readonly natGateways?: number;
  };
  /**
   * Managed nodes for Karpenter and the add-ons.
   * @default - three m7g.large
   */
  readonly system?: { readonly instanceType: string; readonly count: number };
}

/** Names and ids that every part of the plan uses. */
export interface Site {
  readonly cluster: Cluster;
  readonly policy: Policy;
  /** Name of the cluster, first part of most names. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly zones: readonly string[];
  readonly clusterArn: string;
  /** On everything that takes tags. */
  readonly tags: Readonly<Record<string, string>>;
}

export function siteOf({ cluster, policy }: Pick<FoundationInput, 'cluster' | 'policy'>): Site {
  if (!cluster.aws) {
    throw new PlatformError(cluster.environment, {
      what: "has no 'aws' section",
      why: 'a foundation is planned for an account and a region',
      fix: 'name account, region and zones, or deliver the manifests alone',
    });
  }
  const { account, region, zones } = cluster.aws;
  const partition = partitionOf(region);
  const name = clusterName(cluster);
  const clusterArn = `arn:${partition}:eks:${region}:${account}:cluster/${name}`;
  const tags = { 'nexus.dev/environment': cluster.environment, 'nexus.dev/cluster': name };
  return { cluster, policy, name, account, region, partition, zones, clusterArn, tags };
}

/** ARN of a policy that AWS keeps. */
export const managedPolicy = (site: Site, name: string): string =>
  `arn:${site.partition}:iam::aws:policy/${name}`;
