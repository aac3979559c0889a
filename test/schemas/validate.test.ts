import { describe, expect, test } from 'vitest';
import { validateObject } from '../../lib/schemas';

const lines = (object: unknown) =>
  validateObject(object).map(({ source, path, message }) => `${source} ${path}: ${message}`);

const deployment = (spec: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'chat' },
  spec: {
    selector: { matchLabels: { app: 'chat' } },
    template: {
      metadata: { labels: { app: 'chat' } },
      spec: { containers: [{ name: 'server', image: 'registry.example.com/server:1' }] },
    },
    ...spec,
  },
});

const pool = (spec: object) => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name: 'gpu' },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'gpu' },
        requirements: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }],
      },
    },
    ...spec,
  },
});

describe('a kind that nobody knows', () => {
  test('is one problem of its own', () => {
    expect(
      lines({ apiVersion: 'apps/v1', kind: 'Deploymnet', metadata: { name: 'x' } }),
    ).toMatchInlineSnapshot(`
      [
        "kind kind: nothing is known of kind 'Deploymnet' in 'apps/v1'; did you mean apps/v1/Deployment?",
      ]
    `);
    expect(lines({ apiVersion: 'app/v1', kind: 'Deployment' })).toMatchInlineSnapshot(`
      [
        "kind kind: nothing is known of kind 'Deployment' in 'app/v1'; did you mean apps/v1/Deployment?",
      ]
    `);
    expect(lines({ apiVersion: 'example.com/v1', kind: 'Thing' })).toMatchInlineSnapshot(`
      [
        "kind kind: nothing is known of kind 'Thing' in 'example.com/v1'",
      ]
    `);
  });

  test('is said of what is no object at all', () => {
    expect(lines(null)).toMatchInlineSnapshot(`
      [
        "kind apiVersion: is required",
      ]
    `);
    expect(lines({ apiVersion: 'v1', kind: 3 })).toMatchInlineSnapshot(`
      [
        "kind kind: must be a string, not 3",
      ]
    `);
  });
});

describe('the closed schema', () => {
  test('names the nearest field to an unknown one', () => {
    expect(validateObject(deployment({ replica: 1 }))).toMatchInlineSnapshot(`
      [
        {
          "message": "unknown field 'replica'; did you mean 'replicas'?",
          "nearest": "replicas",
          "path": "spec.replica",
          "source": "schema",
        },
      ]
    `);
    expect(lines(deployment({ zones: 3 }))).toMatchInlineSnapshot(`
      [
        "schema spec.zones: unknown field 'zones'",
      ]
    `);
    expect(lines(pool({ limit: { cpu: 4 } }))).toMatchInlineSnapshot(`
      [
        "schema spec.limit: unknown field 'limit'; did you mean 'limits'?",
      ]
    `);
    expect(lines({ ...pool({}), metadata: { name: 'gpu', lables: {} } })).toMatchInlineSnapshot(`
      [
        "schema metadata.lables: unknown field 'lables'; did you mean 'labels'?",
      ]
    `);
  });

  test('wants what is required', () => {
    expect(lines(deployment({ selector: undefined }))).toMatchInlineSnapshot(`
      [
        "schema spec.selector: is required",
      ]
    `);
    expect(lines(pool({ template: { spec: {} } }))).toMatchInlineSnapshot(`
      [
        "schema spec.template.spec.nodeClassRef: is required",
        "schema spec.template.spec.requirements: is required",
      ]
    `);
  });

  test('wants the type, and stops there', () => {
    expect(lines(deployment({ replicas: '2' }))).toMatchInlineSnapshot(`
      [
        "schema spec.replicas: must be an integer, not '2'",
      ]
    `);
    expect(lines(deployment({ replicas: 1.5, template: [] }))).toMatchInlineSnapshot(`
      [
        "schema spec.template: must be a map, not a list",
        "schema spec.replicas: must be an integer, not 1.5",
      ]
    `);
    expect(lines(deployment({ strategy: { rollingUpdate: { maxSurge: true } } }))).toMatchInlineSnapshot(`
      [
        "schema spec.strategy.rollingUpdate.maxSurge: must be an integer or a string, not true",
      ]
    `);
  });

  test('takes a null as absent, as the server does', () => {
    expect(lines(deployment({ replicas: null }))).toEqual([]);
    expect(lines(deployment({ template: null }))).toMatchInlineSnapshot(`
      [
        "schema spec.template: is required",
      ]
    `);
    expect(lines(pool({ template: { metadata: { labels: { a: null } } } }))).toMatchInlineSnapshot(`
      [
        "schema spec.template.metadata.labels.a: must be a string, not null",
        "schema spec.template.spec: is required",
      ]
    `);
  });

  test('knows choices, patterns, lengths and ranges', () => {
    expect(lines(deployment({ strategy: { type: 'RollingUpdates' } }))).toMatchInlineSnapshot(`
      [
        "schema spec.strategy.type: must be one of 'Recreate', 'RollingUpdate', not 'RollingUpdates'; did you mean 'RollingUpdate'?",
      ]
    `);
    expect(lines(pool({ weight: 0, disruption: { consolidateAfter: 'soon' } }))).toMatchInlineSnapshot(`
      [
        "schema spec.weight: must be at least 1, not 0",
        "schema spec.disruption.consolidateAfter: 'soon' does not match ^(([0-9]+(s|m|h))+|Never)$",
      ]
    `);
    expect(lines(deployment({ replicas: 3_000_000_000 }))).toMatchInlineSnapshot(`
      [
        "schema spec.replicas: must be a 32-bit integer, not 3000000000",
      ]
    `);
    const key = 'a'.repeat(400);
    const node = { requirements: [{ key, operator: 'In' }] };
    expect(
      lines({ ...pool({}), apiVersion: 'karpenter.sh/v1alpha1', kind: 'NodeOverlay', spec: node }),
    ).toMatchInlineSnapshot(`
      [
        "schema spec.requirements[0].key: must have 316 characters or fewer, not 400",
      ]
    `);
  });

  test('knows formats', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x' },
      data: { note: 'not base64' },
    };
    expect(lines(secret)).toMatchInlineSnapshot(`
      [
        "schema data.note: must be base64",
      ]
    `);
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'x' },
      spec: { hard: { pods: 'ten' } },
    };
    expect(lines(quota)).toMatchInlineSnapshot(`
      [
        "schema spec.hard.pods: must be a quantity such as 500m or 2Gi, not 'ten'",
      ]
    `);
  });

  test('refuses keys and items that repeat', () => {
    const listener = { name: 'http', port: 80, protocol: 'HTTP' };
    const gateway = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'edge' },
      spec: { gatewayClassName: 'edge', listeners: [listener, { ...listener, port: 81 }] },
    };
    expect(lines(gateway)).toMatchInlineSnapshot(`
      [
        "schema spec.listeners[1]: repeats name 'http' of spec.listeners[0]",
      ]
    `);
  });

  test('knows choices between shapes', () => {
    const gateway = (addresses: object[]) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'edge' },
      spec: {
        gatewayClassName: 'edge',
        addresses,
        listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      },
    });
    expect(lines(gateway([{ type: 'IPAddress', value: '10.0.0.1' }]))).toEqual([]);
    expect(lines(gateway([{ type: 'IPAddress', value: 'ten' }]))).toMatchInlineSnapshot(`
      [
        "schema spec.addresses[0]: must satisfy exactly one of [{"properties":{"type":{"enum":["IPAddress"]},"value":{"anyOf":[{"format":"ipv4"},{"format":"ipv6"}]}}},{"properties":{"type":{"not":{"enum":["IPAddress"]}}}}], but 0 hold",
      ]
    `);
  });

  test('is open where fields are preserved, also inside a list', () => {
    const milvus = (components: object) => ({
      apiVersion: 'milvus.io/v1beta1',
      kind: 'Milvus',
      metadata: { name: 'rag' },
      spec: { components },
    });
    expect(lines(milvus({ volumes: [{ name: 'data', emptyDir: {} }] }))).toEqual([]);
    expect(lines(milvus({ volume: [] }))).toMatchInlineSnapshot(`
      [
        "schema spec.components.volume: unknown field 'volume'; did you mean 'volumes'?",
      ]
    `);
  });

  test('does not mistake what JavaScript objects inherit for a field', () => {
    expect(lines(deployment({ constructor: {}, toString: 'x' }))).toMatchInlineSnapshot(`
      [
        "schema spec.constructor: unknown field 'constructor'",
        "schema spec.toString: unknown field 'toString'",
      ]
    `);
  });
});

describe('metadata', () => {
  const named = (metadata: object, kind = 'ConfigMap') => lines({ apiVersion: 'v1', kind, metadata });

  test('names follow the kind', () => {
    expect(named({ name: 'a.b' })).toEqual([]);
    expect(named({ generateName: 'a-' })).toEqual([]);
    expect(named({})).toMatchInlineSnapshot(`
      [
        "server metadata.name: is required",
      ]
    `);
    expect(named({ name: 'Chat_1' })).toMatchInlineSnapshot(`
      [
        "server metadata.name: 'Chat_1' must be lower-case letters, digits, '-' and '.', starting and ending with a letter or digit",
      ]
    `);
    expect(named({ name: 'a.b' }, 'Namespace')).toMatchInlineSnapshot(`
      [
        "server metadata.name: 'a.b' must be lower-case letters, digits and '-', as a DNS label",
      ]
    `);
    expect(lines({ ...deployment({}), metadata: { name: 'a'.repeat(254) } })).toMatchInlineSnapshot(`
      [
        "server metadata.name: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' has 254 characters, 253 are allowed",
      ]
    `);
  });

  test('a kind of the whole cluster has no namespace', () => {
    expect(lines({ ...pool({}), metadata: { name: 'gpu', namespace: 'apps' } })).toMatchInlineSnapshot(`
      [
        "server metadata.namespace: must be absent: the kind belongs to the whole cluster",
      ]
    `);
  });

  test('a namespace is a label, a finalizer a qualified name', () => {
    expect(
      named({ name: 'x', namespace: 'a.b', finalizers: ['example.com/ok', 'not ok'] }),
    ).toMatchInlineSnapshot(`
      [
        "server metadata.namespace: 'a.b' must be lower-case letters, digits and '-', as a DNS label",
        "server metadata.finalizers: the name in 'not ok' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
      ]
    `);
  });

  test('labels and annotations', () => {
    const metadata = {
      name: 'x',
      labels: { 'example.com/team': 'a b', 'a/b/c': 'x', [`${'k'.repeat(64)}`]: 'y' },
      annotations: { '-bad': 'any text is fine', 'example.com/Any': 'x' },
    };
    expect(named(metadata)).toMatchInlineSnapshot(`
      [
        "server metadata.labels[example.com/team]: label value 'a b' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
        "server metadata.labels[a/b/c]: 'a/b/c' has more than one '/'",
        "server metadata.labels.kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: the name in 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk' has 64 characters, 63 are allowed",
        "server metadata.annotations.-bad: the name in '-bad' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
      ]
    `);
    expect(named({ name: 'x', annotations: { a: 'x'.repeat(300_000) } })).toMatchInlineSnapshot(`
      [
        "server metadata.annotations: have 300001 bytes together, 262144 are allowed",
      ]
    `);
  });
});
