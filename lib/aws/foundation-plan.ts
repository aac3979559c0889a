import { type AwsNeed, type Facts, PlatformError } from '../core';
import { type AddonPlan, planAddonRoles, planAddons } from './addons';
import { type BucketPlan, planBucket } from './buckets';
import { type CachePlan, planCache } from './caches';
import {
  type AccessEntryPlan,
  adminPolicyArn,
  CLUSTER_POLICIES,
  type ClusterPlan,
  planAccess,
  planCluster,
} from './cluster';
import { type DatabasePlan, planDatabase } from './databases';
import { type FoundationInput, type Site, siteOf } from './foundation-input';
import { planQueue, type QueuePlan } from './karpenter';
import { type KeyPlan, planKey } from './keys';
import { type LogGroupPlan, logRetention } from './log-groups';
import { type NetworkPlan, planNetwork } from './network';
import { type NodeGroupPlan, planSystemNodes } from './node-groups';
import { grantPolicy, trustService } from './policy-document';
import {
  type AssociationPlan,
  distinctRoles,
  planIdentities,
  planNodeRole,
  planRole,
  type RolePlan,
} from './roles';
import { planSupplied, type SecretPlan } from './secrets';
import {
  planSecurityGroup,
  planSubnetGroup,
  type SecurityGroupPlan,
  type SubnetGroupPlan,
} from './store-network';

/** Every AWS resource of an environment and every decision about it, as JSON. Engines translate it. */
export interface FoundationPlan {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** On everything that takes tags. */
  readonly tags: Readonly<Record<string, string>>;
  readonly keys: readonly KeyPlan[];
  readonly logGroups: readonly LogGroupPlan[];
  readonly roles: readonly RolePlan[];
  readonly network: NetworkPlan;
  readonly cluster: ClusterPlan;
  readonly accessEntries: readonly AccessEntryPlan[];
  readonly addons: readonly AddonPlan[];
  readonly nodeGroups: readonly NodeGroupPlan[];
  readonly associations: readonly AssociationPlan[];
  readonly queues: readonly QueuePlan[];
  readonly buckets: readonly BucketPlan[];
  readonly subnetGroups: readonly SubnetGroupPlan[];
  readonly securityGroups: readonly SecurityGroupPlan[];
  readonly databases: readonly DatabasePlan[];
  readonly caches: readonly CachePlan[];
  /** Secrets made empty. */
  readonly suppliedSecrets: readonly SecretPlan[];
  /** SSM parameters with the ids that a stack above needs: so none depends on this one's exports. */
  readonly parameters: {
    readonly subnetIds: string;
    readonly clusterSecurityGroupId: string;
  };
  /** Access policy of whoever applies manifests. */
  readonly adminPolicyArn: string;
}

/** Decide everything AWS has to hold for what the constructs of an environment need. Pure. */
export function planFoundation(input: FoundationInput, facts: Facts): FoundationPlan {
  const site = siteOf(input);
  const needs = distinctNeeds(facts.of('aws'));
  const of = <K extends AwsNeed['kind']>(kind: K) =>
    needs.filter((need): need is Extract<AwsNeed, { kind: K }> => need.kind === kind);

  const flowLog = `/aws/vpc/${site.name}/flow-logs`;
  const clusterLog = `/aws/eks/${site.name}/cluster`;
  const network = planNetwork(site, input.network, flowLog);
  const databases = of('postgres').map((need) => planDatabase(site, need));
  const caches = of('cache').map((need) => planCache(site, need));
  const buckets = of('bucket').map((need) => planBucket(site, need));
  const suppliedSecrets = planSupplied(site, of('supplied-secret'));
  const nodeRoles = of('node-role').map(({ name }) => name);
  const identities = planIdentities(site, facts.of('identity'));
  const stores = [
    ...(databases.length ? [{ id: 'databases' as const, keep: databases.some(({ keep }) => keep) }] : []),
    // A cache leaves a snapshot, and nothing that needs a network.
    ...(caches.length ? [{ id: 'caches' as const, keep: false }] : []),
  ];
  const secrets = [...suppliedSecrets, ...[...databases, ...caches].map(({ secret }) => secret)];

  // A key outlives what it protects.
  const { keepData } = site.policy;
  const kept = (held: readonly { readonly keep: boolean }[]) => keepData || held.some(({ keep }) => keep);
  const keys = [
    planKey(site, 'cluster', keepData),
    ...(databases.length ? [planKey(site, 'databases', kept(databases))] : []),
    ...(caches.length ? [planKey(site, 'caches', kept(caches))] : []),
    ...(buckets.length ? [planKey(site, 'objects', kept(buckets))] : []),
    ...(secrets.length ? [planKey(site, 'secrets', kept(secrets))] : []),
  ];
  return {
    name: site.name,
    account: site.account,
    region: site.region,
    tags: site.tags,
    keys,
    logGroups: [clusterLog, flowLog, ...databases.flatMap(({ logGroups }) => logGroups)].map((name) => ({
      name,
      retentionDays: logRetention(site.policy.retentionDays),
      keep: keepData,
    })),
    roles: distinctRoles([
      planRole(site, 'cluster', trustService('eks.amazonaws.com'), { managed: CLUSTER_POLICIES }),
      flowLogRole(site, flowLog),
      planNodeRole(site, 'system-nodes'),
      ...planAddonRoles(site),
      ...nodeRoles.map((id) => planNodeRole(site, id)),
      ...identities.roles,
    ]),
    network,
    cluster: planCluster(site, input, network.subnets, clusterLog),
    accessEntries: planAccess(site, input.admins, nodeRoles),
    addons: planAddons(site),
    nodeGroups: [planSystemNodes(site, input.system, network.subnets)],
    associations: identities.associations,
    queues: of('interruption-queue').map((need) => planQueue(site, need)),
    buckets,
    subnetGroups: stores.map(({ id, keep }) => planSubnetGroup(site, id, network.subnets, keep)),
    securityGroups: stores.map(({ id, keep }) => planSecurityGroup(site, id, keep)),
    databases,
    caches,
    suppliedSecrets,
    parameters: {
      subnetIds: `/nexus/${site.cluster.environment}/foundation/node-subnet-ids`,
      clusterSecurityGroupId: `/nexus/${site.cluster.environment}/foundation/cluster-security-group-id`,
    },
    adminPolicyArn: adminPolicyArn(site),
  };
}

function flowLogRole(site: Site, logGroup: string): RolePlan {
  const arn = `arn:${site.partition}:logs:${site.region}:${site.account}:log-group:${logGroup}`;
  return planRole(site, 'flow-logs', trustService('vpc-flow-logs.amazonaws.com'), {
    policy: grantPolicy('flow-logs', [
      {
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        resources: [arn, `${arn}:*`],
      },
    ]),
  });
}

/** The same need stated by two constructs is one; two different needs of one name are a mistake. */
function distinctNeeds(needs: readonly AwsNeed[]): AwsNeed[] {
  const byName = new Map<string, AwsNeed>();
  const distinct: AwsNeed[] = [];
  for (const need of needs) {
    if (need.kind === 'supplied-secret') {
      distinct.push(need);
      continue;
    }
    const id = `${need.kind} ${need.name}`;
    const known = byName.get(id);
    if (!known) {
      byName.set(id, need);
      distinct.push(need);
    } else if (JSON.stringify(known) !== JSON.stringify(need)) {
      throw new PlatformError(id, {
        what: 'is needed twice, with different settings',
        why: 'both would become the same AWS resource',
        fix: 'give one of the two another name',
      });
    }
  }
  return distinct;
}
