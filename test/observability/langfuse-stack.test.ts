import { describe, expect, test } from 'vitest';
import { type EnvVar, type Layer, objectsOf, PodGroup, type PodTemplate, render } from '../../lib/core';
import { ClickHouse, LangfuseStack, type LangfuseStackProps } from '../../lib/observability';
import { validateObject } from '../../lib/schemas';
import { find, layer } from '../core/tree';
import { FakeCache, FakeObjects, FakePostgres, message } from './fakes';

interface Settings
  extends Partial<Omit<LangfuseStackProps, 'postgres' | 'queue' | 'clickhouse' | 'objects'>> {
  readonly tier?: 'prod' | 'dev';
  readonly endpoint?: string;
  readonly role?: 'queue' | 'cache';
}

function langfuse({ tier = 'prod', endpoint, role = 'queue', ...props }: Settings = {}) {
  const at = layer('traces', { tier });
  const postgres = new FakePostgres(at, 'postgres');
  const queue = new FakeCache(at, 'queue', role);
  const objects = new FakeObjects(at, 'objects', endpoint);
  const clickhouse = new ClickHouse(at, 'clickhouse');
  const stack = new LangfuseStack(at, 'langfuse', { postgres, queue, objects, clickhouse, ...props });
  return { at, stack, postgres, queue, objects };
}

type Written = { readonly replicas?: number; readonly template: PodTemplate };
const deployment = (at: Layer, name: string) => find(at, 'Deployment', name).spec as Written;
const container = (at: Layer, name: string) => deployment(at, name).template.spec.containers[0];
/** `value`, or `secret/key`. */
const env = (list: readonly EnvVar[] | undefined) =>
  Object.fromEntries(
    (list ?? []).map(({ name, value, valueFrom }) => [
      name,
      value ?? `${valueFrom?.secretKeyRef?.name}/${valueFrom?.secretKeyRef?.key}`,
    ]),
  );

const { at: prod } = langfuse();

describe('environment', () => {
  test('of both servers', () => {
    expect(env(container(prod, 'langfuse-worker').env)).toMatchInlineSnapshot(`
      {
        "CLICKHOUSE_CLUSTER_ENABLED": "true",
        "CLICKHOUSE_CLUSTER_NAME": "default",
        "CLICKHOUSE_DB": "default",
        "CLICKHOUSE_MIGRATION_URL": "clickhouse://clickhouse-clickhouse.traces.svc:9000",
        "CLICKHOUSE_PASSWORD": "langfuse-traces/password",
        "CLICKHOUSE_URL": "http://clickhouse-clickhouse.traces.svc:8123",
        "CLICKHOUSE_USER": "langfuse-traces/username",
        "DATABASE_URL": "langfuse-db/uri",
        "ENCRYPTION_KEY": "langfuse-keys/encryptionKey",
        "HOME": "/tmp",
        "HOSTNAME": "0.0.0.0",
        "LANGFUSE_S3_BATCH_EXPORT_BUCKET": "nexus-test-langfuse-events",
        "LANGFUSE_S3_BATCH_EXPORT_ENABLED": "true",
        "LANGFUSE_S3_BATCH_EXPORT_PREFIX": "exports/",
        "LANGFUSE_S3_BATCH_EXPORT_REGION": "us-east-1",
        "LANGFUSE_S3_EVENT_UPLOAD_BUCKET": "nexus-test-langfuse-events",
        "LANGFUSE_S3_EVENT_UPLOAD_PREFIX": "events/",
        "LANGFUSE_S3_EVENT_UPLOAD_REGION": "us-east-1",
        "LANGFUSE_S3_MEDIA_UPLOAD_BUCKET": "nexus-test-langfuse-media",
        "LANGFUSE_S3_MEDIA_UPLOAD_PREFIX": "media/",
        "LANGFUSE_S3_MEDIA_UPLOAD_REGION": "us-east-1",
        "REDIS_AUTH": "langfuse-queue/password",
        "REDIS_HOST": "langfuse-queue/host",
        "REDIS_PORT": "6379",
        "REDIS_TLS_ENABLED": "true",
        "SALT": "langfuse-keys/salt",
        "TELEMETRY_ENABLED": "false",
      }
    `);
  });

  test('of the web server besides', () => {
    const worker = env(container(prod, 'langfuse-worker').env);
    const web = Object.entries(env(container(prod, 'langfuse-web').env));
    expect(Object.fromEntries(web.filter(([name]) => !(name in worker)))).toMatchInlineSnapshot(`
      {
        "AUTH_DISABLE_SIGNUP": "true",
        "LANGFUSE_AUTO_CLICKHOUSE_MIGRATION_DISABLED": "true",
        "LANGFUSE_AUTO_POSTGRES_MIGRATION_DISABLED": "true",
        "LANGFUSE_INIT_ORG_ID": "platform",
        "LANGFUSE_INIT_ORG_NAME": "Platform",
        "LANGFUSE_INIT_PROJECT_ID": "platform",
        "LANGFUSE_INIT_PROJECT_NAME": "Platform",
        "LANGFUSE_INIT_PROJECT_PUBLIC_KEY": "langfuse-keys/publicKey",
        "LANGFUSE_INIT_PROJECT_SECRET_KEY": "langfuse-keys/secretKey",
        "LANGFUSE_INIT_USER_EMAIL": "admin@langfuse.local",
        "LANGFUSE_INIT_USER_NAME": "Administrator",
        "LANGFUSE_INIT_USER_PASSWORD": "langfuse-keys/adminPassword",
        "NEXTAUTH_SECRET": "langfuse-keys/nextAuthSecret",
        "NEXTAUTH_URL": "http://langfuse-web.traces.svc:3000",
      }
    `);
  });

  test('takes the host to send browsers back to', () => {
    const { at } = langfuse({ host: 'traces.example.com' });
    for (const name of ['langfuse-web', 'langfuse-worker'])
      expect(env(container(at, name).env).NEXTAUTH_URL).toBe('https://traces.example.com');
    expect(env(container(at, 'langfuse-web').env).LANGFUSE_INIT_USER_EMAIL).toBe('admin@traces.example.com');
  });

  test('has endpoint, path style and keys for what stands in for S3', () => {
    const { at } = langfuse({ endpoint: 'http://objects.data.svc:8333' });
    expect(env(container(at, 'langfuse-web').env)).toMatchObject({
      LANGFUSE_S3_EVENT_UPLOAD_ENDPOINT: 'http://objects.data.svc:8333',
      LANGFUSE_S3_EVENT_UPLOAD_FORCE_PATH_STYLE: 'true',
      LANGFUSE_S3_EVENT_UPLOAD_ACCESS_KEY_ID: 'langfuse-events/accessKey',
      LANGFUSE_S3_MEDIA_UPLOAD_SECRET_ACCESS_KEY: 'langfuse-media/secretKey',
      LANGFUSE_S3_BATCH_EXPORT_ACCESS_KEY_ID: 'langfuse-events/accessKey',
    });
  });

  test('makes no clustered tables in one ClickHouse', () => {
    const { at } = langfuse({ tier: 'dev' });
    const dev = env(container(at, 'langfuse-web').env);
    expect(dev.CLICKHOUSE_CLUSTER_ENABLED).toBe('false');
    expect(dev).not.toHaveProperty('CLICKHOUSE_CLUSTER_NAME');
  });
});

describe('by default', () => {
  test('runs two of each in prod, with 4 GiB, and one in dev', () => {
    expect(deployment(prod, 'langfuse-web').replicas).toBe(2);
    expect(deployment(prod, 'langfuse-worker').replicas).toBe(2);
    expect(container(prod, 'langfuse-web').resources?.limits).toMatchObject({ memory: '4Gi' });
    expect(deployment(langfuse({ tier: 'dev' }).at, 'langfuse-web').replicas).toBe(1);
  });

  test('forgets raw events after the days of the policy, and keeps media', () => {
    expect(langfuse().objects.expire).toEqual({ 'langfuse-events': 30, 'langfuse-media': undefined });
    expect(langfuse({ retentionDays: 90 }).objects.expire).toMatchObject({ 'langfuse-events': 90 });
  });

  test('asks each server how it is, and lets the web server finish', () => {
    expect(container(prod, 'langfuse-web').readinessProbe?.httpGet?.path).toBe('/api/public/ready');
    expect(container(prod, 'langfuse-web').livenessProbe?.httpGet?.path).toBe('/api/public/health');
    expect(container(prod, 'langfuse-worker').readinessProbe?.httpGet?.path).toBe('/api/ready');
    expect(
      deployment(prod, 'langfuse-web').template.spec.terminationGracePeriodSeconds,
    ).toBeGreaterThanOrEqual(125);
  });
});

test('one Job migrates both databases; no server does', () => {
  const [task] = (find(prod, 'Job').spec as Written).template.spec.containers;
  expect(task.command).toEqual(['dumb-init', '--', './web/entrypoint.sh', 'true']);
  expect(Object.keys(env(task.env))).toEqual(
    expect.arrayContaining(['DATABASE_URL', 'CLICKHOUSE_MIGRATION_URL', 'CLICKHOUSE_PASSWORD']),
  );
  expect(env(container(prod, 'langfuse-web').env)).toMatchObject({
    LANGFUSE_AUTO_POSTGRES_MIGRATION_DISABLED: 'true',
    LANGFUSE_AUTO_CLICKHOUSE_MIGRATION_DISABLED: 'true',
  });
});

test('keys exist before it is installed: 64 hex digits encrypt, prefixes are those of Langfuse', () => {
  const hex = find(prod, 'Password', 'langfuse-keys-hex-32').spec;
  expect(hex).toMatchObject({ length: 32, encoding: 'hex', secretKeys: ['encryptionKey'] });
  const secret = JSON.stringify(find(prod, 'ExternalSecret', 'langfuse-keys').spec);
  expect(secret).toContain('pk-lf-{{');
  expect(secret).toContain('sk-lf-{{');
});

test('reads and writes its buckets with one identity', () => {
  const { objects, postgres, queue } = langfuse();
  expect(objects.granted).toEqual(['langfuse-events to langfuse', 'langfuse-media to langfuse']);
  expect(deployment(prod, 'langfuse-worker').template.spec.serviceAccountName).toBe('langfuse');
  expect(postgres.asked.map(({ name, pods }) => [name, pods.length])).toEqual([['langfuse', 3]]);
  expect(queue.asked.map(({ name, pods }) => [name, pods.length])).toEqual([['langfuse-queue', 2]]);
});

test('a sender gets the keys of the project in a secret of its own, and the way there', () => {
  const { at, stack } = langfuse();
  const sender = new PodGroup(at, 'gateway', { name: 'gateway', labels: { app: 'gateway' } });
  const secret = stack.connect(at, { name: 'gateway-tracing', pods: [sender] });

  expect(stack.url).toBe('http://langfuse-web.traces.svc:3000');
  expect(secret.keys).toEqual(['publicKey', 'secretKey']);
  expect(find(at, 'ExternalSecret', 'gateway-tracing').spec).toMatchObject({
    data: [
      { secretKey: 'publicKey', remoteRef: { key: 'langfuse-keys', property: 'publicKey' } },
      { secretKey: 'secretKey', remoteRef: { key: 'langfuse-keys', property: 'secretKey' } },
    ],
  });
  const edge = render(at.node.root)
    .facts.of('edge')
    .find(({ why }) => why === "traces of 'gateway-tracing'");
  expect(edge).toMatchObject({ from: { labels: { app: 'gateway' } }, ports: [3000] });
});

test('writes what the API server takes', () => {
  expect(objectsOf(prod).flatMap((object) => validateObject(object))).toEqual([]);
});

describe('refuses', () => {
  test('a queue that may evict', () => {
    expect(message(() => langfuse({ role: 'cache' }))).toMatchInlineSnapshot(`
      "layer/langfuse (LangfuseStack): 'queue' is a cache of role 'cache'
        why: it may evict: what waits there has not been written anywhere else, and traces are lost in silence
        fix: pass one of role 'queue' (maxmemory-policy noeviction)"
    `);
  });

  test('a URL for a host', () => {
    expect(message(() => langfuse({ host: 'https://traces.example.com' }))).toMatchInlineSnapshot(`
      "layer/langfuse (LangfuseStack): 'host' is 'https://traces.example.com'
        why: Langfuse sends browsers back to https://<host>, and refuses to start when that is no URL
        fix: write the host name alone, such as 'traces.example.com'"
    `);
  });
});
