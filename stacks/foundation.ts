import type { Environment } from '../environments';
import { controlPlaneCidrs, databaseCidrs, type FoundationInput, nodeCidrs, publicCidrs } from '../lib/aws';
import { type Cluster, POLICIES } from '../lib/core';

/** What kind makes: its Docker network, its Service range, and an API server on its own port. */
const KIND = {
  serviceCidr: '10.96.0.0/16',
  controlPlaneCidrs: ['172.18.0.0/16'],
  apiServerPort: 6443,
  storageClass: 'standard',
} as const;

/** The cluster that the manifests of an environment are written for. */
export function clusterFor({ name, prefix, aws }: Environment): Cluster {
  const shared = { environment: name, prefix, priorityClasses: true };
  if (!aws) return { ...shared, kubernetes: '1.36', ...KIND };
  const { account, region, zones, network, kubernetes } = aws;
  return {
    ...shared,
    kubernetes,
    aws: { account, region, zones },
    serviceCidr: network.serviceCidr,
    controlPlaneCidrs: controlPlaneCidrs(network.cidr, zones),
    apiServerPort: 443,
    databaseCidrs: databaseCidrs(network.cidr, zones),
    balancerCidrs: {
      internal: nodeCidrs(network.cidr, zones),
      public: publicCidrs(network.cidr, zones),
    },
    storageClass: 'gp3',
  };
}

/** What the plan is made from; undefined for an environment without AWS. */
export function foundationInput(environment: Environment): FoundationInput | undefined {
  const { aws, tier } = environment;
  if (!aws) return undefined;
  return {
    cluster: clusterFor(environment),
    policy: POLICIES[tier],
    admins: aws.admins,
    endpoint: aws.endpoint,
    network: aws.network,
    ...(aws.system ? { system: aws.system } : {}),
  };
}
