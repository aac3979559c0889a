import type { Construct } from 'constructs';
import { type Cluster, clusterOf, PlatformError } from '../core';

/** A cluster on AWS: the only kind that nodes can be started for. */
export type AwsCluster = Cluster & { readonly aws: NonNullable<Cluster['aws']> };

/** The cluster of a construct that makes no sense outside AWS. */
export function awsClusterOf(construct: Construct): AwsCluster {
  const cluster = clusterOf(construct);
  if (cluster.aws) return { ...cluster, aws: cluster.aws };
  throw new PlatformError(construct, {
    what: `environment '${cluster.environment}' has no AWS account`,
    why: 'Karpenter starts EC2 instances, by names that carry account and region',
    fix: "call setCluster with 'aws', or leave Karpenter and its pools out of this environment",
  });
}
