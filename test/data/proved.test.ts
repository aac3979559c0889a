import { App } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { describe, expect, test } from 'vitest';
import type { ICache, IObjectStore, IPostgres } from '../../lib/contracts';
import {
  type Cluster,
  declare,
  formatFinding,
  HelmRelease,
  Layer,
  POLICIES,
  render,
  setCluster,
  setPolicy,
  Workload,
} from '../../lib/core';
import {
  CloudNativePgOperator,
  CnpgPostgres,
  ElastiCacheValkey,
  MilvusCluster,
  MilvusOperator,
  RdsPostgres,
  S3Store,
  SeaweedStore,
  StrimziKafka,
  StrimziOperator,
  ValkeyCache,
} from '../../lib/data';
import { PROOFS, proofInput, prove } from '../../lib/proofs';
import { AWS } from '../core/tree';
import { POOLS } from '../proofs/platform';
import { LOCAL } from './tree';

interface Stores {
  readonly postgres: IPostgres;
  readonly cache: ICache;
  readonly queue: ICache;
  readonly objects: IObjectStore;
}

const onAws = (scope: Layer): Stores => ({
  postgres: new RdsPostgres(scope, 'postgres'),
  cache: new ElastiCacheValkey(scope, 'cache', { role: 'cache' }),
  queue: new ElastiCacheValkey(scope, 'queue', { role: 'queue' }),
  objects: new S3Store(scope, 'objects'),
});

const inCluster = (scope: Layer, cnpg: CloudNativePgOperator): Stores => ({
  postgres: new CnpgPostgres(scope, 'postgres', { operator: cnpg.pods }),
  cache: new ValkeyCache(scope, 'cache', { role: 'cache' }),
  queue: new ValkeyCache(scope, 'queue', { role: 'queue' }),
  objects: new SeaweedStore(scope, 'objects'),
});

/** All stores of an environment, and one application that uses each of them. */
function platform(tier: 'local' | 'prod', cluster: Cluster): App {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  setCluster(app, cluster);
  const base = new Layer(app, 'base', { phase: 'cluster' });
  const levels = { operators: 'baseline', data: 'restricted', vectors: 'baseline', apps: 'restricted' };
  for (const [name, level] of Object.entries(levels)) {
    new k8s.KubeNamespace(base, name, {
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } },
    });
    new k8s.KubeNetworkPolicy(base, `${name}-deny`, {
      metadata: { name: 'default-deny', namespace: name },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
  }
  new k8s.KubeStorageClass(base, 'class', {
    metadata: { name: cluster.storageClass },
    provisioner: 'ebs.csi.aws.com',
  });
  declare(base, 'provides', { objects: [{ id: 'ClusterSecretStore/aws-secrets-manager' }] });
  const capacity = new Layer(app, 'capacity', { phase: 'capacity' });
  // Topology spread over three zones wants three.
  for (const pool of POOLS) declare(capacity, 'pool', { ...pool, zones: AWS.aws?.zones ?? [] });

  const operators = new Layer(app, 'operators', { phase: 'operators', namespace: 'operators' });
  new HelmRelease(operators, 'external-secrets', {
    name: 'external-secrets',
    chart: 'external-secrets',
    repository: 'https://charts.example.com',
    version: '1.2.3',
    provides: [
      'external-secrets.io/ExternalSecret',
      'external-secrets.io/SecretStore',
      'generators.external-secrets.io/Password',
    ],
    footprint: {},
  });
  const cnpg = new CloudNativePgOperator(operators, 'cnpg');
  const strimzi = new StrimziOperator(operators, 'strimzi');
  const milvusOperator = new MilvusOperator(operators, 'milvus');

  const data = new Layer(app, 'data', { phase: 'data', namespace: 'data' });
  const { postgres, cache, queue, objects } = cluster.aws ? onAws(data) : inCluster(data, cnpg);
  const events = new StrimziKafka(data, 'events', { operator: strimzi.pods });
  events.topic('audit');
  const vectors = new Layer(app, 'vectors', { phase: 'data', namespace: 'vectors', after: [data] });
  const milvus = new MilvusCluster(vectors, 'rag', {
    bucket: objects.bucket('vectors'),
    operator: milvusOperator.pods,
  });

  const apps = new Layer(app, 'apps', { phase: 'apps', namespace: 'apps' });
  const web = new Workload(apps, 'web', {
    image: 'example.com/web:1.0.0',
    ports: { http: 8080 },
    ready: { path: '/ready' },
    startupSeconds: 60,
    resources: { cpu: '100m', memory: '256Mi' },
    env: (): Record<string, string | ReturnType<typeof database.key>> => ({
      DATABASE_URL: database.key('uri'),
      CACHE_URL: cached.key('uri'),
      QUEUE_URL: queued.key('uri'),
      MILVUS_URL: milvus.uri,
      MILVUS_PASSWORD: vector.key('password'),
      KAFKA_BROKERS: events.bootstrap,
      KAFKA_PASSWORD: user.key('password'),
      ...(keys ? { S3_SECRET_KEY: keys.key('secretKey'), S3_ENDPOINT: traces.endpoint ?? '' } : {}),
    }),
  });
  const client = { name: 'web', pods: [web.pods] };
  const database = postgres.database(apps, { ...client, extensions: ['vector'] });
  const cached = cache.connect(apps, client);
  const queued = queue.connect(apps, client);
  const vector = milvus.connect(apps, client);
  const user = events.connect(apps, { ...client, topics: ['audit'] });
  const traces = objects.bucket('traces');
  traces.grantReadWrite(web.identity);
  const keys = traces.credentials(apps, client);
  return app;
}

describe.each([
  ['prod', AWS],
  ['local', LOCAL],
] as const)('the stores of %s', (tier, cluster) => {
  test('are refused by no proof', () => {
    const rendered = render(platform(tier, cluster));
    const { findings } = prove(PROOFS, proofInput(rendered, { policy: { tier } }));
    expect(findings.map((finding) => `${finding.proof}: ${formatFinding(finding)}`)).toEqual([]);
  });
});
