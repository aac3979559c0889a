import { App } from 'cdk8s';
import { type FoundationInput, type FoundationPlan, planFoundation } from '../../lib/aws';
import {
  type AwsNeed,
  bucketArn,
  bucketName,
  type Cluster,
  declare,
  engines,
  type Facts,
  Layer,
  POLICIES,
  render,
  secretPath,
  setCluster,
  WorkloadIdentity,
} from '../../lib/core';

const cluster: Cluster = {
  environment: 'prod',
  prefix: 'nexus',
  kubernetes: '1.36',
  aws: { account: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] },
  apiServerPort: 443,
  storageClass: 'gp3',
};

/** A production environment, and one of developers with two zones and one NAT gateway. */
export const inputs = {
  prod: {
    cluster,
    policy: POLICIES.prod,
    admins: ['arn:aws:iam::111122223333:role/platform-admins'],
    endpoint: 'private',
    network: { cidr: '10.0.0.0/16', serviceCidr: '172.20.0.0/16' },
  },
  dev: {
    cluster: {
      ...cluster,
      environment: 'dev',
      aws: { account: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] },
    },
    policy: POLICIES.dev,
    admins: ['arn:aws:iam::111122223333:role/developers', 'arn:aws:iam::111122223333:role/teams/ops'],
    endpoint: { public: ['203.0.113.0/24'] },
    network: { cidr: '10.8.0.0/17', serviceCidr: '172.20.0.0/16' },
    system: { instanceType: 'm7i.large', count: 2 },
  },
} as const satisfies Record<string, FoundationInput>;

export const needsOf = (c: Cluster, keep: boolean): AwsNeed[] => [
  { kind: 'bucket', name: 'weights', bucketName: bucketName(c, 'weights'), keep },
  { kind: 'bucket', name: 'traces', bucketName: bucketName(c, 'traces'), expireDays: 90, keep: false },
  {
    kind: 'postgres',
    name: 'main',
    engineVersion: engines.rdsPostgres,
    instanceClass: 'db.r8g.large',
    storageGiB: 100,
    multiAz: keep,
    backupDays: 30,
    keep,
    secretPath: secretPath(c, 'postgres', 'main'),
  },
  {
    kind: 'cache',
    name: 'cache',
    engineVersion: engines.elastiCacheValkey,
    nodeType: 'cache.r7g.large',
    replicas: keep ? 2 : 0,
    maxmemoryPolicy: 'allkeys-lru',
    keep: false,
    secretPath: secretPath(c, 'cache', 'cache'),
  },
  {
    kind: 'cache',
    name: 'queue',
    engineVersion: engines.elastiCacheValkey,
    nodeType: 'cache.r7g.large',
    replicas: 1,
    maxmemoryPolicy: 'noeviction',
    keep,
    secretPath: secretPath(c, 'cache', 'queue'),
  },
  { kind: 'supplied-secret', secretPath: `nexus/${c.environment}/providers/anthropic`, why: 'claude' },
  { kind: 'node-role', name: 'karpenter-node' },
  { kind: 'interruption-queue', name: 'karpenter' },
];

/** Facts of a small platform: what the constructs of all domains would say. */
export function factsOf(c: Cluster, needs: readonly AwsNeed[]): Facts {
  const app = new App();
  setCluster(app, c);
  const layer = new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
  for (const need of needs) declare(layer, 'aws', need);

  const chat = new WorkloadIdentity(layer, 'Chat', { name: 'chat' });
  const weights = bucketArn(c, 'weights');
  chat.grant({ actions: ['s3:ListBucket'], resources: [weights] });
  chat.grant({ actions: ['s3:GetObject'], resources: [`${weights}/*`] });
  const milvus = new WorkloadIdentity(layer, 'Milvus', { name: 'milvus', namespace: 'data', via: 'irsa' });
  milvus.grant({ actions: ['s3:PutObject', 's3:GetObject'], resources: [`${weights}/milvus/*`] });
  const reader = new WorkloadIdentity(layer, 'Secrets', {
    name: 'external-secrets',
    namespace: 'external-secrets',
  });
  reader.grant({
    actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    resources: [`arn:aws:secretsmanager:${c.aws?.region}:111122223333:secret:nexus/${c.environment}/*`],
  });
  return render(app).facts;
}

export function planOf(environment: keyof typeof inputs): FoundationPlan {
  const input = inputs[environment];
  const needs = needsOf(input.cluster, input.policy.keepData);
  return planFoundation(input, factsOf(input.cluster, needs));
}

/** Names as long as an environment file allows in practice. */
export function longPlan(): FoundationPlan {
  const named: Cluster = {
    ...cluster,
    environment: 'production-europe-research',
    prefix: 'companyplatform',
    aws: {
      account: '111122223333',
      region: 'eu-central-1',
      zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    },
  };
  return planFoundation({ ...inputs.prod, cluster: named }, factsOf(named, needsOf(named, true)));
}

/** Many teams, each with a bucket and with a service account that may use it. */
export function crowdedPlan(): FoundationPlan {
  const teams = Array.from({ length: 20 }, (_, index) => `team-${index}`);
  const app = new App();
  setCluster(app, cluster);
  const layer = new Layer(app, 'teams', { phase: 'apps', namespace: 'teams' });
  for (const team of teams) {
    const name = bucketName(cluster, team);
    declare(layer, 'aws', { kind: 'bucket', name: team, bucketName: name, keep: true });
    const identity = new WorkloadIdentity(layer, team, { name: team });
    for (const other of teams.slice(0, 10)) {
      identity.grant({ actions: ['s3:GetObject'], resources: [`${bucketArn(cluster, other)}/*`] });
    }
    identity.grant({ actions: ['s3:*'], resources: [`${bucketArn(cluster, team)}/*`] });
  }
  return planFoundation(inputs.prod, render(app).facts);
}
