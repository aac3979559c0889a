import { describe, expect, test } from 'vitest';
import { toJsonSchema } from '../../environments';
import { awsPlus, localPlus, localWith, messageOf } from './files';

test('the environments that the other tests break are whole', () => {
  expect(awsPlus('')).toBe('(loads)');
  expect(localPlus('')).toBe('(loads)');
});

describe('top', () => {
  test('what is missing is told with what it is for', () => {
    expect(messageOf({ 'env.yaml': 'prefix: acme\n' })).toMatchInlineSnapshot(`
      "env.yaml
        1:1  name: is missing: Name of the environment, part of every AWS name
        1:1  tier: is missing: Picks the policy: replicas, spread, retention
        1:1  gitops: is missing: Where the delivered files lie, for Flux and Argo CD
        1:1  data: is missing: Databases, caches, events, vectors and objects
      4 problems; nothing was synthesized"
    `);
  });

  test('unknown keys', () => {
    expect(localPlus('model: {}\nobservabilty: {}\nzzz: 1\n')).toMatchInlineSnapshot(`
      "env.yaml
        11:1  model: unknown key; did you mean 'models'?
        12:1  observabilty: unknown key; did you mean 'observability'?
        13:1  zzz: unknown key; known here: extends, name, tier, prefix, budgetUsd, aws, simulate, gitops, pools, models, weights, batch, edge, gateway, data, observability, waivers
      3 problems; nothing was synthesized"
    `);
  });

  test('keys that nothing reads yet are unknown', () => {
    expect(localPlus('gateway: { tenants: {} }\nobservability: { slos: {} }\n')).toMatchInlineSnapshot(`
      "env.yaml
        11:12  gateway.tenants: unknown key; known here: implementation, host, clients, replicas, rollout, recommendations, providers, splits, aliases, fallbacks
        12:18  observability.slos: unknown key; known here: retentionDays, storageGiB, alerts, langfuse
      2 problems; nothing was synthesized"
    `);
  });

  test('names', () => {
    expect(
      localWith(['name: laptop', 'name: my_laptop'], ['tier: local', 'tier: production']),
    ).toMatchInlineSnapshot(`
      "env.yaml
        1:7  name: 'my_laptop' is not a DNS label with single dashes: small letters, digits and dashes, first a letter
        2:7  tier: 'production' is not one of local, dev, stg, prod
      2 problems; nothing was synthesized"
    `);
    expect(localWith(['name: laptop', `name: ${'a'.repeat(64)}`])).toMatchInlineSnapshot(`
      "env.yaml
        1:7  name: has 64 characters; at most 63 are legal
      1 problem; nothing was synthesized"
    `);
    expect(localWith(['name: laptop', 'name: 2026'])).toMatchInlineSnapshot(`
      "env.yaml
        1:7  name: 2026 is read as a number; write it in quotes: "2026"
      1 problem; nothing was synthesized"
    `);
  });

  test('wrong shapes', () => {
    expect(
      localPlus('models: [a]\ngateway: yes\nwaivers: {}\nobservability: { retentionDays: many }\n'),
    ).toMatchInlineSnapshot(`
      "env.yaml
        11:9   models: is a list; a map is expected
        12:10  gateway: is a single value; a map is expected
        13:10  waivers: is a map; a list is expected
        14:33  observability.retentionDays: 'many' is not a whole number
      4 problems; nothing was synthesized"
    `);
  });

  test('gitops, without quoting what may be a credential', () => {
    const at = '"https://git.example.com/platform.git", path: out/laptop';
    expect(localWith([at, '"https://me:hunter2@git.example.com/x", path: /out/../x'])).toMatchInlineSnapshot(`
      "env.yaml
        3:16  gitops.url: the text here is not a repository such as https://git.example.com/platform.git (credentials do not belong here)
        3:62  gitops.path: '/out/../x' is not a folder such as out/prod/gitops/flux
      2 problems; nothing was synthesized"
    `);
    expect(localWith([at, '"ssh://git@git.example.com/x.git", path: out'])).toBe('(loads)');
  });
});

describe('waivers', () => {
  test('proof, object and reason', () => {
    const text = 'waivers: [{ proof: Image, object: demo, reason: "because  " }]\n';
    expect(localPlus(text)).toMatchInlineSnapshot(`
      "env.yaml
        11:20  waivers[0].proof: 'Image' is not the name of a proof, such as image-is-pinned
        11:35  waivers[0].object: 'demo' is not Kind/namespace/name, Kind/name, release/namespace/name or model/name
        11:49  waivers[0].reason: 'because  ' is not a reason of at least 10 characters
      3 problems; nothing was synthesized"
    `);
  });

  test.each(['Deployment/apps/demo', 'Namespace/apps', 'release/kube-system/karpenter'])(
    '%s is an object',
    (object) => {
      expect(localPlus(`waivers: [{ proof: a-b, object: ${object}, reason: "until the summer" }]\n`)).toBe(
        '(loads)',
      );
    },
  );

  test('twice', () => {
    const one = '{ proof: image-is-pinned, object: Deployment/apps/demo, reason: "until the summer" }';
    expect(localPlus(`waivers: [${one}, ${one}]\n`)).toMatchInlineSnapshot(`
      "env.yaml
        11:97  waivers[1]: image-is-pinned of Deployment/apps/demo is waived twice; keep one
      1 problem; nothing was synthesized"
    `);
  });
});

describe('the JSON schema', () => {
  const schema = toJsonSchema() as { properties: Record<string, Record<string, unknown>> };

  test('names every key, with its explanation', () => {
    expect(Object.keys(schema.properties)).toContain('gitops');
    expect(schema.properties.tier).toEqual({
      description: 'Picks the policy: replicas, spread, retention',
      enum: ['local', 'dev', 'stg', 'prod', null],
    });
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      additionalProperties: false,
    });
  });

  test('requires nothing, since a file may leave anything to the one it extends', () => {
    expect(JSON.stringify(schema)).not.toContain('"required"');
  });

  test('is plain data', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
