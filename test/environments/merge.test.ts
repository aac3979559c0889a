import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import { AWS, edit, folder, LOCAL, messageOf } from './files';

const BASE = `${AWS}gateway:
  providers: { claude: { model: anthropic/claude-sonnet-4-5, secret: providers/anthropic } }
  fallbacks: { chat: [claude] }
`;

const load = (over: string, base = BASE) =>
  loadEnvironment(join(folder({ 'base.yaml': base, 'env.yaml': `extends: base\n${over}` }), 'env.yaml'));
const say = (over: string, base = BASE) =>
  messageOf({ 'base.yaml': base, 'env.yaml': `extends: base\n${over}` });

test('maps merge by key, at every level', () => {
  const env = load('pools: { l40s: { limit: 24 } }\nmodels: { chat: { context: 8192 } }\n');
  expect(Object.keys(env.pools)).toEqual(['general', 'l40s', 'h200']);
  expect(env.pools.l40s).toEqual({ gpu: 'L40S', perNode: 4, capacity: 'on-demand', limit: 24 });
  expect(env.models.chat).toMatchObject({ model: 'Qwen/Qwen3-32B', context: 8192, gpus: 4 });
});

test('lists and single values replace', () => {
  const env = load('name: other\naws: { zones: [us-east-1c, us-east-1d] }\n');
  expect(env.name).toBe('other');
  expect(env.aws?.zones).toEqual(['us-east-1c', 'us-east-1d']);
});

describe('null', () => {
  test('removes an inherited entry', () => {
    const env = load('pools: { h200: null }\ngateway: { fallbacks: ~ }\n');
    expect(Object.keys(env.pools)).toEqual(['general', 'l40s']);
    expect(env.gateway.fallbacks).toEqual({});
  });

  test('removes a value, and its default returns', () => {
    expect(load('models: { chat: { gpus: null } }\n').models.chat).toMatchObject({ gpus: 1 });
  });

  test('must remove something', () => {
    expect(say('pools: { h20: null }\n')).toMatchInlineSnapshot(`
      "env.yaml
        2:15  pools.h20: is empty, which removes an inherited entry, but none is inherited; did you mean 'h200'?
      1 problem; nothing was synthesized"
    `);
    expect(messageOf({ 'env.yaml': `${LOCAL}models:\n` })).toMatchInlineSnapshot(`
      "env.yaml
        11:8  models: is empty, which removes an inherited entry, but none is inherited; give it a value or drop the line
      1 problem; nothing was synthesized"
    `);
  });

  test('that removes what is needed is where the problem lies', () => {
    expect(say('aws: { region: null }\ndata: { events: { kind: null } }\n')).toMatchInlineSnapshot(`
      "env.yaml
        2:16  aws.region: is missing: AWS region
        3:25  data.events.kind: is missing: one of strimzi
      2 problems; nothing was synthesized"
    `);
  });

  test('an entry that was removed may be written anew further down', () => {
    const files = {
      'base.yaml': BASE,
      'mid.yaml': 'extends: base\nmodels: { chat: null }\n',
      'env.yaml': 'extends: mid\nmodels: { chat: { model: a/b, pool: h200 } }\n',
    };
    expect(loadEnvironment(join(folder(files), 'env.yaml')).models.chat).toEqual({
      engine: 'vllm',
      model: 'a/b',
      pool: 'h200',
      gpus: 1,
      task: 'generate',
    });
  });
});

describe('an entry of another kind', () => {
  const base = edit(BASE, ['postgres: { kind: rds }', 'postgres: { kind: rds, class: db.r8g.large }']);

  test('keeps nothing of the inherited one', () => {
    expect(load('data: { postgres: { kind: cnpg, instances: 3 } }\n', base).data.postgres).toEqual({
      kind: 'cnpg',
      instances: 3,
    });
  });

  test('of the same kind keeps the rest', () => {
    expect(load('data: { postgres: { kind: rds, storageGiB: 50 } }\n', base).data.postgres).toEqual({
      kind: 'rds',
      class: 'db.r8g.large',
      storageGiB: 50,
    });
  });

  test('takes a kind that the inherited one left open', () => {
    const open = edit(BASE, ['postgres: { kind: rds }', 'postgres: { storageGiB: 50 }']);
    expect(load('data: { postgres: { kind: rds } }\n', open).data.postgres).toEqual({
      kind: 'rds',
      storageGiB: 50,
    });
  });

  test('absent engine means vllm: a simulator keeps nothing of it, and repeats its model', () => {
    expect(load('models: { chat: { engine: simulator, model: a/b } }\n').models.chat).toEqual({
      engine: 'simulator',
      model: 'a/b',
    });
    expect(say('models: { chat: { engine: simulator } }\n')).toMatchInlineSnapshot(`
      "env.yaml
        2:17  models.chat.model: is missing: Model to serve, as Hugging Face names it; with another engine the entry inherits nothing
      1 problem; nothing was synthesized"
    `);
  });

  test('engine vllm said aloud is still the same', () => {
    expect(load('models: { chat: { engine: vllm, context: 4096 } }\n').models.chat).toMatchObject({
      gpus: 4,
    });
  });

  test('an inherited simulator stays one', () => {
    const simulated = edit(BASE, ['pool: l40s, gpus: 4', 'engine: simulator']);
    expect(load('models: { chat: { context: 4096 } }\n', simulated).models.chat).toMatchObject({
      engine: 'simulator',
    });
  });

  test('endpoint: private becomes a map, and back', () => {
    const open = edit(BASE, ['endpoint: private', 'endpoint: { public: [203.0.113.0/24] }']);
    expect(load('aws: { endpoint: private }\n', open).aws?.endpoint).toBe('private');
    expect(load('aws: { endpoint: { public: [203.0.113.0/24] } }\n').aws?.endpoint).toEqual({
      public: ['203.0.113.0/24'],
    });
  });
});

test('problems point at the file that wrote the value', () => {
  const base = edit(BASE, ['limit: 8', 'limit: 0']);
  expect(
    say('models: { chat: { gpus: 8 } }\npools: { h200: { capacity: spot } }\n', base),
  ).toMatchInlineSnapshot(`
    "env.yaml
      2:25   models.chat.gpus: 8, but pool 'l40s' has at most 4 per node
    base.yaml
      12:41  pools.l40s.limit: 0 is below the least, 1
      13:67  pools.h200.reservation: nothing reads this with capacity 'spot', only with 'reserved' or 'block'
    3 problems; nothing was synthesized"
  `);
});
