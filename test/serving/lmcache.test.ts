import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Container } from '../../lib/core';
import { render } from '../../lib/core';
import { VllmService, type VllmServiceProps } from '../../lib/serving';
import { serving, TestPool } from './pool';

type Given = Partial<VllmServiceProps>;

const IMAGE = 'registry.example.com/vllm-lmcache:v0.33.0';

function pods(props: Given) {
  const layer = serving();
  const pool = new TestPool(layer, 'l40s', { gpu: 'L40S', gpusPerNode: 4 });
  new VllmService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    context: 32768,
    gpus: 4,
    pool,
    image: IMAGE,
    ...props,
  });
  const { facts } = render(layer);
  const [{ template }] = facts.of('pods');
  return {
    spec: template.spec,
    server: template.spec.containers[0] as Container,
    fact: facts.of('model')[0],
  };
}

/** How the engine is told to keep its caches. */
function told(props: Given) {
  const flag = '--kv-transfer-config=';
  const arg = pods(props).server.args?.find((each) => each.startsWith(flag));
  return arg && JSON.parse(arg.slice(flag.length));
}

function refused(props: Given): string {
  try {
    pods(props);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

const BOTH = { lmcache: { memoryGiB: 64, diskGiB: 400 } };

describe('LMCache', () => {
  test('is started by the engine, in its own container, with what it may take', () => {
    expect(told(BOTH)).toMatchObject({
      kv_connector: 'LMCacheMPConnector',
      kv_role: 'kv_both',
      kv_load_failure_policy: 'recompute',
      kv_connector_extra_config: {
        'lmcache.mp.host': 'tcp://127.0.0.1',
        'lmcache.mp.autostart': true,
        'lmcache.mp.autostart.server_args':
          '--l1-size-gb=64 --eviction-policy=LRU --max-workers=4 ' +
          `--l2-adapter='{"type":"fs_native","base_path":"/var/cache/lmcache","max_capacity_gb":360,"eviction":{"eviction_policy":"LRU"}}'`,
      },
    });
    expect(pods(BOTH).spec.containers).toHaveLength(1);
  });
  test('has no disk unless asked', () => {
    const props = { lmcache: { memoryGiB: 64 } };
    expect(JSON.stringify(told(props))).not.toContain('l2-adapter');
    expect(pods(props).server.volumeMounts?.map(({ mountPath }) => mountPath)).not.toContain(
      '/var/cache/lmcache',
    );
  });
  test('its memory and its process are asked for, and its disk', () => {
    const { server, spec } = pods(BOTH);
    // 32 for each GPU, the caches, and 4 for the process.
    expect(server.resources?.requests).toMatchObject({ memory: '196Gi', 'ephemeral-storage': '553Gi' });
    expect(spec.volumes).toContainEqual({ name: 'var-cache-lmcache', emptyDir: { sizeLimit: '400Gi' } });
  });
  test('tells nobody outside of itself', () => {
    expect(pods(BOTH).server.env).toContainEqual({ name: 'LMCACHE_TRACK_USAGE', value: 'false' });
  });
  test('is a second process on each GPU, as the fit is told', () => {
    expect([pods(BOTH), pods({})].map(({ fact }) => fact.start?.cacheServer)).toEqual([true, undefined]);
  });
});

describe('an image', () => {
  const [init] = pods(BOTH).spec.initContainers ?? [];
  /** The check on a machine whose LMCache is of this version. */
  function checked(version?: string) {
    const fake = [
      'import importlib.metadata as metadata',
      'def version(name):',
      version ? `    return '${version}'` : '    raise metadata.PackageNotFoundError(name)',
      'metadata.version = version',
      init.command?.[2],
    ];
    return spawnSync('python3', ['-c', fake.join('\n'), '0.5.6'], {
      encoding: 'utf8',
      cwd: join(__dirname, '..'),
    });
  }

  test('is the one of the engine', () => {
    expect(init).toMatchObject({ name: 'lmcache', image: pods(BOTH).server.image });
  });
  test.skipIf(spawnSync('python3', ['--version']).status !== 0)(
    'with an LMCache that starts no server ends with one line',
    () => {
      expect(['0.5.6', '0.5.7rc2', '0.6.0', '1.0'].map((each) => checked(each).status)).toEqual([0, 0, 0, 0]);
      expect(checked('0.5.5')).toMatchObject({ status: 1 });
      expect(checked('0.5.5').stderr).toBe(
        'this image has LMCache 0.5.5, and its server starts by itself from 0.5.6 on: build one with it\n',
      );
      expect(checked().stderr).toMatch(/^this image has no LMCache, and/);
    },
  );
});

describe('refuses', () => {
  test('adapters, whose caches it takes for those of the model', () => {
    expect(
      refused({ ...BOTH, adapters: { sql: { model: 'example/sql', rank: 16 } } }),
    ).toMatchInlineSnapshot(`
      "serving/chat (VllmService): has 'lmcache' and the adapter 'sql'
        why: LMCache finds a cache by the tokens of the prompt alone: an adapter would go on from what the model without it made of them, or the other way round, and answer wrongly without a word
        fix: serve the adapters by a model without lmcache, or use kvOffloadGiB, which tells them apart"
    `);
  });
  test.each<[string, Given, RegExp]>([
    ["vLLM's own image", { image: undefined }, /has 'lmcache' on vLLM's own image/],
    ['another way out', { kvOffloadGiB: 8 }, /has 'lmcache' and 'kvOffloadGiB'/],
    ['events of other blocks', { kvEvents: true }, /has 'lmcache' and 'kvEvents'/],
    [
      'texts that are read once',
      { model: 'BAAI/bge-m3', gpus: 1, context: 8192, task: 'embed' },
      /task 'embed'/,
    ],
    ['states', { model: 'Qwen/Qwen3-Next-80B-A3B-Instruct' }, /keeps a state of each sequence/],
    ['a card without room', { utilization: 0.97 }, /has 'lmcache' and utilization 0.97/],
    [
      'a disk smaller than the memory',
      { lmcache: { memoryGiB: 64, diskGiB: 32 } },
      /'lmcache.diskGiB' is 32/,
    ],
    ['ranks', { model: 'Qwen/Qwen3-30B-A3B', dataParallel: 4, expertParallel: true }, /'dataParallel' 4/],
    ['a connector of its own', { extraArgs: ['--kv-transfer-config={}'] }, /'lmcache' says where caches go/],
    ['memory without an address', { extraArgs: ['--enable-cumem-allocator'] }, /'--enable-cumem-allocator'/],
    ['more than the memory', { memoryGiB: 72 }, /'lmcache.memoryGiB' is 64, of 72 GiB/],
  ])('%s', (_, props, words) => {
    expect(refused({ ...BOTH, ...props })).toMatch(words);
    const { lmcache: _without, ...repaired } = props;
    expect(pods(repaired).spec).toBeDefined();
  });
});
