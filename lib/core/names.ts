import { createHash } from 'node:crypto';
import type { Cluster } from './cluster';

/** Cut a name to a length: what is too long ends in a fixed hash of the whole. */
export function cut(name: string, max: number): string {
  if (name.length <= max) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, max - 9).replace(/[-.]+$/, '')}-${hash}`;
}

/** A name that changes with the work behind it: Jobs are immutable, so changed work is a new Job. */
export function stamped(name: string, work: string): string {
  // Room for the suffix of the pods, within a label's 63 characters.
  return `${cut(name, 48)}-${createHash('sha256').update(work).digest('hex').slice(0, 8)}`;
}

const aws = (cluster: Cluster) => {
  if (!cluster.aws) throw new Error(`environment '${cluster.environment}' has no aws section`);
  return cluster.aws;
};

export const clusterName = (c: Cluster): string => cut(`${c.prefix}-${c.environment}`, 100);

/** S3 names are global: account and region make them unique. */
export const bucketName = (c: Cluster, name: string): string =>
  cut(`${c.prefix}-${c.environment}-${name}-${aws(c).account}-${aws(c).region}`, 63);

/** Role names are global in an account, so they carry the region. */
export const roleName = (c: Cluster, name: string): string =>
  cut(`${c.prefix}-${c.environment}-${aws(c).region}-${name}`, 64);

export const roleArn = (c: Cluster, name: string): string =>
  `arn:${partitionOf(aws(c).region)}:iam::${aws(c).account}:role/${roleName(c, name)}`;

export const queueName = (c: Cluster, name: string): string =>
  cut(`${c.prefix}-${c.environment}-${name}`, 80);

export const queueArn = (c: Cluster, name: string): string =>
  `arn:${partitionOf(aws(c).region)}:sqs:${aws(c).region}:${aws(c).account}:${queueName(c, name)}`;

export const bucketArn = (c: Cluster, name: string): string =>
  `arn:${partitionOf(aws(c).region)}:s3:::${bucketName(c, name)}`;

/** Where the connection secret of a store lies in Secrets Manager. */
export const secretPath = (c: Cluster, kind: string, name: string): string =>
  `nexus/${c.environment}/${kind}/${name}`;

/** Tag by which Karpenter finds subnets. */
export const discoveryTag = (c: Cluster): Record<string, string> => ({
  'karpenter.sh/discovery': clusterName(c),
});

export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
