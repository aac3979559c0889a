import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { EnvironmentError, loadEnvironment } from '../../environments';
import { AWS, awsWith, edit, folder, LOCAL, messageOf } from './files';

describe('the environments of this repository', () => {
  test.each(['local', 'dev', 'stg', 'prod'])('%s loads', (name) => {
    expect(loadEnvironment(`environments/${name}.yaml`).name).toBe(name);
  });

  test('prod is what its files say, with defaults filled in', () => {
    const prod = loadEnvironment('environments/prod.yaml');
    expect(prod.models.chat).toEqual({
      engine: 'vllm',
      model: 'Qwen/Qwen3-32B',
      pool: 'l40s',
      gpus: 4,
      context: 32768,
      replicas: { min: 2, max: 5 },
      autoscale: {
        schedule: [{ from: '0 8 * * 1-5', to: '0 19 * * 1-5', timezone: 'America/New_York', replicas: 3 }],
      },
      drainSeconds: 120,
      apiKey: true,
      speculative: { method: 'ngram' },
      task: 'generate',
      weights: 'nvme',
    });
    expect(prod.pools.l4).toEqual({ gpu: 'L4', perNode: 1, capacity: 'on-demand', limit: 4, warm: 1 });
    expect(prod.gateway.fallbacks).toEqual({ chat: ['claude'] });
    expect(prod.aws).toMatchObject({
      kubernetes: '1.36',
      network: { cidr: '10.0.0.0/16', serviceCidr: '172.20.0.0/16' },
    });
    expect(prod.data.vectors).toEqual({ kind: 'milvus', mode: 'cluster' });
    expect(prod.observability.retentionDays).toBe(30);
  });

  test('an overlay that changes a kind keeps nothing of the inherited entry', () => {
    expect(loadEnvironment('environments/prod.yaml').data.postgres).toEqual({
      kind: 'rds',
      class: 'db.r8g.large',
      storageGiB: 100,
    });
  });
});

describe('values', () => {
  const load = (text: string) => loadEnvironment(join(folder({ 'env.yaml': text }), 'env.yaml'));

  test('absent sections read as empty, with their defaults', () => {
    const env = load(LOCAL);
    expect(env).toMatchObject({ prefix: 'nexus', pools: {}, models: {}, waivers: [] });
    expect(env.gateway).toEqual({ clients: [], providers: {}, splits: {}, aliases: {}, fallbacks: {} });
    expect(env.observability).toEqual({ retentionDays: 15 });
    expect(env.aws).toBeUndefined();
  });

  test('a look-up finds what the file says and nothing else', () => {
    const env = load(LOCAL);
    expect(env.models.constructor).toBeUndefined();
    expect(env.gateway.providers.toString).toBeUndefined();
  });

  test('are read-only, also at run time', () => {
    const env = load(AWS);
    expect(Object.isFrozen(env) && Object.isFrozen(env.models) && Object.isFrozen(env.models.chat)).toBe(
      true,
    );
    // @ts-expect-error the type says so too
    expect(() => env.models.chat.gpus++).toThrow(TypeError);
  });

  test('have the types that the schema says', () => {
    const env = load(AWS);
    const model = env.models.chat;
    if (model.engine === 'vllm') {
      expectTypeOf(model.pool).toEqualTypeOf<string>();
      expectTypeOf(model.gpus).toEqualTypeOf<1 | 2 | 4 | 8>();
    }
    expectTypeOf(env.data.postgres.kind).toEqualTypeOf<'rds' | 'cnpg'>();
    expectTypeOf(env.tier).toEqualTypeOf<'local' | 'dev' | 'stg' | 'prod'>();
    expectTypeOf(env.aws?.endpoint).toEqualTypeOf<
      'private' | { readonly public: readonly string[] } | undefined
    >();
  });
});

describe('locate', () => {
  const base = 'observability:\n  retentionDays: 9\n';
  const line = (path: string) => {
    const root = folder({ 'base.yaml': base, 'env.yaml': `extends: base\n${AWS}` });
    return loadEnvironment(join(root, 'env.yaml')).locate(path)?.replace(`${root}/`, '');
  };

  test('names file, line and column of a value', () => {
    expect(line('models.chat.gpus')).toBe('env.yaml:16:52');
    expect(line('aws.zones[1]')).toBe('env.yaml:7:23');
  });

  test('names the file that wrote it', () => {
    expect(line('observability.retentionDays')).toBe('base.yaml:2:18');
  });

  test('falls back to the nearest value around it', () => {
    expect(line('models.chat.replicas.min')).toBe(line('models.chat'));
    expect(line('nothing.like.it')).toBe('env.yaml:1:1');
  });
});

describe('problems', () => {
  test('are told all at once, by file and line, in the shape that design.md shows', () => {
    const files = {
      'base.yaml': edit(LOCAL, ['name: laptop\n', ''], ['kind: cnpg', 'kind: cnpgs']),
      'env.yaml': [
        'extends: base',
        'name: Laptop',
        'models:',
        '  chat: { model: Qwen/Qwen3-32B, engine: simulator, gpus: 3 }',
        '  embed: { modle: BAAI/bge-m3, engine: simulator, task: embedd }',
        'gateway: { fallbacks: { chat: [claud] } }',
        '',
      ].join('\n'),
    };
    expect(messageOf(files)).toMatchInlineSnapshot(`
      "env.yaml
        2:7   name: 'Laptop' is not a DNS label with single dashes: small letters, digits and dashes, first a letter
        4:53  models.chat.gpus: is not read with engine 'simulator', only with 'vllm', 'sglang', 'kserve'
        5:10  models.embed.model: is missing: Model to serve, as Hugging Face names it
        5:12  models.embed.modle: unknown key; did you mean 'model'?
        5:51  models.embed.task: is not read with engine 'simulator', only with 'vllm', 'kserve'
        6:32  gateway.fallbacks.chat[0]: 'claud' is neither a model nor a provider here
      base.yaml
        4:21  data.postgres.kind: 'cnpgs' is not one of 'rds', 'cnpg'; did you mean 'cnpg'?
      7 problems; nothing was synthesized"
    `);
  });

  test('one is singular', () => {
    expect(awsWith(['gpus: 4', 'gpus: 3'])).toMatchInlineSnapshot(`
      "env.yaml
        15:52  models.chat.gpus: 3 is not one of 1, 2, 4, 8
      1 problem; nothing was synthesized"
    `);
  });

  test('carry their place, path and message one by one', () => {
    const root = folder({ 'env.yaml': edit(AWS, ['gpus: 4', 'gpus: 3']) });
    try {
      loadEnvironment(join(root, 'env.yaml'));
      expect.unreachable();
    } catch (error) {
      expect((error as EnvironmentError).problems).toEqual([
        { at: join(root, 'env.yaml:15:52'), path: 'models.chat.gpus', message: '3 is not one of 1, 2, 4, 8' },
      ]);
    }
  });

  test('inside the working directory have relative paths', () => {
    expect(loadEnvironment(join(process.cwd(), 'environments/prod.yaml')).file).toBe(
      'environments/prod.yaml',
    );
  });
});

describe('extends', () => {
  test('a missing file', () => {
    const files = { 'env.yaml': `extends: bsae\n${LOCAL}`, 'base.yaml': '' };
    expect(messageOf(files)).toMatchInlineSnapshot(`
      "env.yaml
        1:10  extends: no such file bsae.yaml; did you mean 'base'?
      1 problem; nothing was synthesized"
    `);
  });

  test('a circle', () => {
    const files = {
      'env.yaml': `extends: a\n`,
      'a.yaml': 'extends: sub/b.yaml\n',
      'sub/b.yaml': 'extends: ../a\n',
    };
    expect(messageOf(files)).toMatchInlineSnapshot(`
      "sub/b.yaml
        1:10  extends: the files extend each other: a.yaml -> b.yaml -> a.yaml
      1 problem; nothing was synthesized"
    `);
  });

  test('itself', () => {
    expect(messageOf({ 'env.yaml': 'extends: env\n' })).toMatchInlineSnapshot(`
      "env.yaml
        1:10  extends: the files extend each other: env.yaml -> env.yaml
      1 problem; nothing was synthesized"
    `);
  });

  test('no file name', () => {
    expect(messageOf({ 'env.yaml': `extends: [base]\n${LOCAL}` })).toMatchInlineSnapshot(`
      "env.yaml
        1:10  extends: a list is not a file, such as 'base'
      1 problem; nothing was synthesized"
    `);
    expect(messageOf({ 'env.yaml': `extends: "a\\0b"\n${LOCAL}` })).toMatchInlineSnapshot(`
      "env.yaml
        1:10  extends: 'a\\u0000b' is not a file, such as 'base'
      1 problem; nothing was synthesized"
    `);
  });

  test('an empty file', () => {
    expect(
      messageOf({ 'env.yaml': `extends: base\n${LOCAL}`, 'base.yaml': '# nothing\n' }),
    ).toMatchInlineSnapshot(`
      "base.yaml
        1:1  is empty; an environment needs at least name, tier, gitops and data
      1 problem; nothing was synthesized"
    `);
  });

  test('is relative to the file, over several steps', () => {
    const files = {
      'env.yaml': 'extends: shared/mid\nname: top\n',
      'shared/mid.yaml': 'extends: ../base.yml\nprefix: acme\n',
      'base.yml': LOCAL,
    };
    const env = loadEnvironment(join(folder(files), 'env.yaml'));
    expect([env.name, env.prefix, env.tier]).toEqual(['top', 'acme', 'local']);
  });
});

describe('what is no environment file', () => {
  test.each([
    ['missing', 'nope.yaml'],
    ['a directory', 'dir'],
    ['a path through a file', 'env.yaml/x'],
    ['a device', '/dev/zero'],
  ])('%s', (_, path) => {
    const root = folder({ 'env.yaml': LOCAL });
    mkdirSync(join(root, 'dir'));
    const load = () => loadEnvironment(path.startsWith('/') ? path : join(root, path));
    expect(load).toThrow(EnvironmentError);
    expect(load).toThrow(/no such file|is a directory|not a regular file/);
  });

  test.skipIf(process.getuid?.() === 0)('one without permission', () => {
    const root = folder({ 'env.yaml': LOCAL });
    chmodSync(join(root, 'env.yaml'), 0);
    expect(() => loadEnvironment(join(root, 'env.yaml'))).toThrow('may not be read');
  });

  test('empty, or nothing but comments', () => {
    expect(messageOf({ 'env.yaml': '' })).toMatchInlineSnapshot(`
      "env.yaml
        1:1  is empty; an environment needs at least name, tier, gitops and data
      1 problem; nothing was synthesized"
    `);
    expect(messageOf({ 'env.yaml': '# to do\n---\n' })).toContain('is empty');
  });

  test('a list, or one value', () => {
    expect(messageOf({ 'env.yaml': '- name: a\n' })).toMatchInlineSnapshot(`
      "env.yaml
        1:1  the top of an environment file is a map of keys, not a list
      1 problem; nothing was synthesized"
    `);
    expect(messageOf({ 'env.yaml': 'hello world\n' })).toMatchInlineSnapshot(`
      "env.yaml
        1:1  the top of an environment file is a map of keys, not a single value
      1 problem; nothing was synthesized"
    `);
  });

  test('binary', () => {
    expect(
      messageOf({ 'env.yaml': readFileSync(process.execPath).subarray(0, 4096) }),
    ).toMatchInlineSnapshot(`
      "env.yaml
        1:1  is not a text file; name a YAML file
      1 problem; nothing was synthesized"
    `);
    expect(messageOf({ 'env.yaml': Uint8Array.of(0x6e, 0x3a, 0xff, 0xfe) })).toMatchInlineSnapshot(`
      "env.yaml
        1:1  is not UTF-8 text; save it as UTF-8
      1 problem; nothing was synthesized"
    `);
  });

  test('too large', () => {
    expect(messageOf({ 'env.yaml': 'name: a\n'.repeat(700_000) })).toMatchInlineSnapshot(`
      "env.yaml
        1:1  is 5.3 MiB; an environment file has at most 1 MiB
      1 problem; nothing was synthesized"
    `);
  });

  test.each([40, 5_000])('%i levels deep', (depth) => {
    expect(messageOf({ 'env.yaml': `name: ${'['.repeat(depth)}${']'.repeat(depth)}\n` })).toContain(
      'is nested too deeply; at most 32 levels are read\n1 problem',
    );
  });
});

describe('YAML', () => {
  test('syntax errors', () => {
    expect(messageOf({ 'env.yaml': 'name: a: b\ntier: [dev\n' })).toMatchInlineSnapshot(`
      "env.yaml
        1:7  not valid YAML: Nested mappings are not allowed in compact mappings
        3:1  not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]
      2 problems; nothing was synthesized"
    `);
  });

  test('tabs', () => {
    expect(messageOf({ 'env.yaml': 'data:\n\tcache: 1\n' })).toMatchInlineSnapshot(`
      "env.yaml
        2:1  not valid YAML: Tabs are not allowed as indentation
      1 problem; nothing was synthesized"
    `);
  });

  test('keys written twice', () => {
    const text = `${LOCAL}data: {}\n"name": other\nmodels: { a: { model: x/y }, a: {} }\n`;
    expect(messageOf({ 'env.yaml': text })).toMatchInlineSnapshot(`
      "env.yaml
        11:1   data: is written twice; the first is on line 4
        12:1   name: is written twice; the first is on line 1
        13:14  models.a.pool: is missing: GPU pool that the replicas run on (without AWS, use engine: simulator)
        13:30  models.a: is written twice; the first is on line 13
      4 problems; nothing was synthesized"
    `);
  });

  test('aliases', () => {
    const text = edit(
      LOCAL,
      ['cache: { kind: valkey }', 'cache: &c { kind: valkey }'],
      ['queue: { kind: valkey }', 'queue: *c'],
    );
    expect(messageOf({ 'env.yaml': text })).toMatchInlineSnapshot(`
      "env.yaml
        7:10  data.queue: aliases such as *c are not read; write the value out, or share it through 'extends'
      1 problem; nothing was synthesized"
    `);
  });

  test('unknown tags, keys that are no text, two documents', () => {
    expect(messageOf({ 'env.yaml': 'name: !secret x\n? [a]\n: b\n' })).toMatchInlineSnapshot(`
      "env.yaml
        1:7  not valid YAML: Unresolved tag: !secret
        2:3  a key is a name, not a map or a list
      2 problems; nothing was synthesized"
    `);
    expect(messageOf({ 'env.yaml': `${LOCAL}---\nname: b\n` })).toMatchInlineSnapshot(`
      "env.yaml
        11:1  a second document starts here; an environment is one, without ---
      1 problem; nothing was synthesized"
    `);
  });

  test('names of the language are ordinary unknown keys', () => {
    const text = `${LOCAL}__proto__: { tier: prod }\nconstructor: 1\nmodels: { __proto__: { model: a/b } }\n`;
    expect(messageOf({ 'env.yaml': text })).toMatchInlineSnapshot(`
      "env.yaml
        11:1   __proto__: unknown key; known here: extends, name, tier, prefix, budgetUsd, aws, simulate, gitops, pools, models, weights, batch, edge, gateway, data, observability, waivers
        12:1   constructor: unknown key; known here: extends, name, tier, prefix, budgetUsd, aws, simulate, gitops, pools, models, weights, batch, edge, gateway, data, observability, waivers
        13:11  models.__proto__: the name is not a DNS label: small letters, digits and dashes, first a letter
        13:22  models.__proto__.pool: is missing: GPU pool that the replicas run on (without AWS, use engine: simulator)
      4 problems; nothing was synthesized"
    `);
    expect(({} as { tier?: string }).tier).toBeUndefined();
  });

  test('strange keys and values are shown on one line', () => {
    const text = `${LOCAL}"a\\nb\\e[31m": 1\nprefix: "x\\ny"\n`;
    expect(messageOf({ 'env.yaml': text })).toMatchInlineSnapshot(`
      "env.yaml
        11:1  "a\\nb\\u001b[31m": unknown key; known here: extends, name, tier, prefix, budgetUsd, aws, simulate, gitops, pools, models, weights, batch, edge, gateway, data, observability, waivers
        12:9  prefix: 'x\\ny' is not a DNS label with single dashes: small letters, digits and dashes, first a letter
      2 problems; nothing was synthesized"
    `);
  });

  test('a byte order mark and Windows line ends are read', () => {
    expect(messageOf({ 'env.yaml': `\ufeff${LOCAL.replaceAll('\n', '\r\n')}` })).toBe('(loads)');
  });
});

test('lines are counted also where the parser lost its way', () => {
  // A quoted text over two lines where a key should be: the parser's own counter forgets the break in it.
  expect(messageOf({ 'env.yaml': ' :\n"\n  "l: [\n' })).toMatchInlineSnapshot(`
    "env.yaml
      2:1  not valid YAML: Unexpected double-quoted-scalar at node end
      3:4  not valid YAML: Unexpected scalar at node end
      4:1  not valid YAML: Unexpected flow-error-end token in YAML stream: "\\u0018"
    3 problems; nothing was synthesized"
  `);
});
