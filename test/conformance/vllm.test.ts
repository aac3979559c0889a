import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { models } from '../../lib/catalog';
import { type Container, render } from '../../lib/core';
import { type LmCache, VllmService } from '../../lib/serving';
import { QUANTIZATIONS } from '../../lib/serving/quantizations';
import { podOf, served } from '../serving/disaggregated/served';
import { serving, TestPool } from '../serving/pool';
import { builtEnvironment, ENVIRONMENTS } from './fixtures/environments';
import { EXAMPLE_NAMES, exampleObjects } from './fixtures/examples';
import { ARCHITECTURES, modelConfig } from './fixtures/model-config';
import { optionalSuiteWith, tally } from './fixtures/needs';
import { ourVerdict } from './fixtures/our-verdict';
import { PythonVenv } from './parts/python-venv';

const PARTS = join(__dirname, 'parts');
const PACKAGES = new PythonVenv(join(PARTS, 'vllm-requirements.txt'));

interface Asked {
  readonly id: string;
  readonly args: readonly string[];
  /** @default - the first argument */
  readonly model?: string;
}
interface Answer {
  readonly id: string;
  /** Where it was refused; null when it was taken. */
  readonly stage: 'parser' | 'engine' | null;
  readonly error: string | null;
}

interface Said {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly quantizations: readonly string[];
}

const optional = {
  built: () => PACKAGES.built(),
  cost: '7 GB of packages',
  diskGiB: 10,
  prepare: () => PACKAGES.python(),
};

optionalSuiteWith('vllm', optional, (python) => {
  let said: Said;
  const answerOf = (id: string) => said.answers.get(id);
  const everywhere = [...servedByEnvironments(), ...servedByExamples()];
  const catalog = oneOfEachArchitecture();
  const groups = servedByGroup();
  const roles = servedByRoles();
  const keeper = servedWithLmCache({ memoryGiB: 1, diskGiB: 10 });

  // One process for all: what it imports takes longer than what it reads.
  beforeAll(() => {
    const broken = BROKEN.map(({ fault, args }): Asked => ({ id: fault, args }));
    said = ask(python, [...everywhere, ...groups, ...roles, keeper, ...catalog, ...broken, PREFIX]);
  }, 400_000);

  test('there is a model in each environment with GPUs, and in an example', () => {
    expect(new Set(everywhere.map(({ id }) => id.split(' ')[0]))).toEqual(
      new Set(['dev', 'prod', 'stg', 'example-one-model', 'example-over-nodes', 'example-two-roles']),
    );
  });

  test.each(everywhere)('$id is taken by its parser and makes an engine', ({ id }) => {
    expect(answerOf(id)).toEqual({ id, stage: null, error: null });
    tally('vllm', 1, 'argument lists of servers');
  });

  test.each(groups)('$id of a group of nodes is taken too', ({ id }) => {
    expect(answerOf(id)).toEqual({ id, stage: null, error: null });
    tally('vllm', 1, 'argument lists of servers');
  });

  test.each(roles)('$id of two roles is taken too', ({ id }) => {
    expect(answerOf(id)).toEqual({ id, stage: null, error: null });
    tally('vllm', 1, 'argument lists of servers');
  });

  test('one with LMCache is taken too, and refused where its connector is not there', () => {
    expect(answerOf(keeper.id)).toEqual({ id: keeper.id, stage: null, error: null });
    tally('vllm', 1, 'argument lists of servers');
    const elsewhere = keeper.args.map((arg) => arg.replace('lmcache_mp_connector', 'lmcache_mp_connector_2'));
    const broken = ask(python, [{ id: 'elsewhere', args: elsewhere }]).answers.get('elsewhere');
    expect(broken?.error).toMatch(/No module named 'lmcache.integration.vllm.lmcache_mp_connector_2'/);
    tally('vllm', 1, 'broken lists refused');
  }, 100_000);

  test("LMCache's server starts by these words, and keeps to what it was given", () => {
    const status = startedByLmCache(python, keeper.args);
    expect(status).toMatchObject({
      is_healthy: true,
      storage_manager: {
        l1_managers: { _default: { memory_configured_bytes: 2 ** 30 } },
        l2_adapters: [{ type: 'FSNativeL2Adapter' }],
        l2_eviction_controller: { adapters: [{ eviction_policy: 'LRU', total_capacity_bytes: 9 * 2 ** 30 }] },
      },
    });
    tally('vllm', 1, 'servers of LMCache');
  }, 100_000);

  test.each(catalog)('$id is what our catalog says', ({ id }) => {
    expect(answerOf(id)).toEqual({ id, stage: null, error: null });
    tally('vllm', 1, 'models of the catalog');
  });

  describe('what is broken is refused by it, and by us before', () => {
    test.each(BROKEN)('$fault', ({ fault, words, chat, ours }) => {
      expect(answerOf(fault)?.error).toMatch(words);
      expect(ourVerdict(chat)).toMatch(ours);
      tally('vllm', 1, 'broken lists refused');
    });

    test('and the model without a fault passes both', () => {
      expect(ourVerdict({ model: QWEN, gpus: 8, context: 32768 })).toBe('');
    });
  });

  test('it knows the quantizations that we know', () => {
    expect(said.quantizations).toEqual(QUANTIZATIONS);
  });

  test('the beginning of a flag is taken by it, and refused by us', () => {
    expect(answerOf(PREFIX.id)).toMatchObject({ stage: null });
    expect(ourVerdict({ model: QWEN, gpus: 8, context: 32768, extraArgs: ['--max-num-seq=8'] })).toMatch(
      /'--max-num-seq', which is only the beginning of/,
    );
  });
});

const QWEN = 'Qwen/Qwen3-32B';
const PREFIX: Asked = { id: 'a beginning', args: [QWEN, '--max-num-seq=8'] };

const BROKEN: readonly {
  readonly fault: string;
  readonly args: readonly string[];
  readonly words: RegExp;
  readonly chat: object;
  readonly ours: RegExp;
}[] = [
  {
    fault: 'heads that do not divide by the GPUs',
    args: ['Qwen/Qwen2.5-7B-Instruct', '--tensor-parallel-size=8'],
    words: /attention heads \(28\) must be divisible by tensor parallel size \(8\)/,
    chat: { model: 'Qwen/Qwen2.5-7B-Instruct', gpus: 8, context: 8192 },
    ours: /\[parallelism-divides\]/,
  },
  {
    fault: "a context above the model's",
    args: [QWEN, '--max-model-len=65536'],
    words: /max_model_len \(65536\) is greater than the derived max_model_len/,
    chat: { model: QWEN, gpus: 8, context: 65536 },
    ours: /\[model-fits-memory\].*longer than the 40960/s,
  },
  {
    fault: 'fewer tokens a step than requests',
    args: [QWEN, '--max-num-seqs=256', '--max-num-batched-tokens=128'],
    words: /max_num_batched_tokens \(128\) must be greater than or equal to max_num_seqs \(256\)/,
    chat: { model: QWEN, gpus: 8, context: 32768, batchedTokens: 128 },
    ours: /'batchedTokens' is 128, below 'maxSequences', 256/,
  },
  {
    fault: 'a flag that does not exist',
    args: [QWEN, '--swap-space=4'],
    words: /unrecognized arguments: --swap-space=4/,
    chat: { model: QWEN, gpus: 8, context: 32768, extraArgs: ['--swap-space=4'] },
    ours: /'--swap-space', which vLLM 0.33.0 no longer takes/,
  },
  {
    fault: 'a value that is no choice',
    args: [QWEN, '--dtype=fp16'],
    words: /invalid choice: 'fp16'/,
    chat: { model: QWEN, gpus: 8, context: 32768, extraArgs: ['--dtype=fp16'] },
    ours: /'fp16' is not one of/,
  },
  {
    fault: 'a quantization that does not exist',
    args: [QWEN, '--quantization=awq_marlinn'],
    words: /Unknown quantization method: awq_marlinn/,
    chat: { model: QWEN, gpus: 8, context: 32768, quantization: 'awq_marlinn' },
    ours: /awq_marlinn/,
  },
];

/** A server; what runs a program of its own has other arguments. */
const isVllm = ({ image, command }: Container) =>
  /^(vllm\/vllm-openai|[^/]+\/vllm-(efa|lmcache)):/.test(image ?? '') && !command;

function servedByEnvironments(): Asked[] {
  return ENVIRONMENTS.flatMap((name) => {
    const { facts } = builtEnvironment(name).rendered;
    const models = new Map(facts.of('model').map(({ alias, model }) => [alias, model]));
    return facts.of('pods').flatMap(({ owner, template }) =>
      template.spec.containers.filter(isVllm).map(({ args = [] }) => ({
        id: `${name} ${owner}`,
        args: args as readonly string[],
        // Its first argument may be a bucket, or a folder.
        model: models.get(owner.split('/').at(-1) ?? ''),
      })),
    );
  });
}

/** Leader and worker, with what the kubelet fills in. */
function servedByGroup(): Asked[] {
  const layer = serving();
  const pool = new TestPool(layer, 'h100', { gpu: 'H100', gpusPerNode: 8 });
  // A parser of thoughts asks the tokenizer, which is not here.
  const over = { gpus: 8, nodes: 2, context: 32768, reasoningParser: 'none', pool };
  const mixture = { ...over, model: 'Qwen/Qwen3-30B-A3B' };
  new VllmService(layer, 'stages', { ...over, model: QWEN });
  new VllmService(layer, 'ranks', { ...mixture, dataParallel: 16, expertParallel: { redundantExperts: 16 } });
  new VllmService(layer, 'ranks-of-two', { ...mixture, dataParallel: 8, expertParallel: true });
  return render(layer)
    .facts.of('pods')
    .map(({ owner, template }) => ({
      id: owner.split('/').at(-1) ?? '',
      args: asStarted(template.spec.containers[0]),
    }));
}

/** What the kubelet fills in, of the second member of a group. */
const asStarted = ({ args = [] }: Container): string[] =>
  args.map((arg) =>
    arg
      .replace('$(LWS_LEADER_ADDRESS)', '127.0.0.1')
      .replace('$(VLLM_HOST_IP)', '127.0.0.1')
      .replace('$(LWS_WORKER_INDEX)', '1'),
  );

interface Template {
  readonly spec?: { readonly containers?: readonly Container[] };
}
/** Pods that read prompts and pods that answer, on different numbers of GPUs. */
function servedByRoles(): Asked[] {
  const { layer } = served({ reasoningParser: 'none' });
  return ['chat', 'chat-prefill'].map((name) => ({ id: name, args: podOf(layer, name).engine.args ?? [] }));
}

function servedWithLmCache(lmcache: LmCache): Asked {
  const layer = serving();
  const pool = new TestPool(layer, 'l40s', { gpu: 'L40S', gpusPerNode: 4 });
  const over = { pool, gpus: 2, context: 32768, reasoningParser: 'none' };
  new VllmService(layer, 'kept', {
    ...over,
    model: QWEN,
    image: 'registry.example.com/vllm-lmcache:v0.33.0',
    lmcache,
  });
  const [{ template }] = render(layer).facts.of('pods');
  return { id: 'with LMCache', args: template.spec.containers[0].args ?? [] };
}

/** The status of the server that an engine with these arguments would start. */
function startedByLmCache(python: string, args: readonly string[]): unknown {
  const flag = '--kv-transfer-config=';
  const { stdout, stderr } = spawnSync(python, [join(PARTS, 'lmcache-server.py')], {
    input: args.find((arg) => arg.startsWith(flag))?.slice(flag.length),
    env: { PATH: process.env.PATH, HOME: tmpdir() },
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(`LMCache ended: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout);
}

interface PodMaker {
  readonly template?: Template;
  readonly leaderWorkerTemplate?: { readonly leaderTemplate: Template; readonly workerTemplate: Template };
}

function servedByExamples(): Asked[] {
  return EXAMPLE_NAMES.flatMap((name) =>
    exampleObjects(name).flatMap(({ kind, metadata, spec }) =>
      templatesOf(spec as PodMaker | undefined).flatMap(([member, template]) =>
        (template?.spec?.containers ?? []).filter(isVllm).map((each) => ({
          id: `example-${name} ${kind}/${metadata.name}${member}`,
          args: asStarted(each),
        })),
      ),
    ),
  );
}

function templatesOf(maker: PodMaker | undefined): (readonly [member: string, Template | undefined])[] {
  const group = maker?.leaderWorkerTemplate;
  if (!group) return [['', maker?.template]];
  return [
    ['#leader', group.leaderTemplate],
    ['#worker', group.workerTemplate],
  ];
}

/** At the whole context that the catalog gives it. */
function oneOfEachArchitecture(): Asked[] {
  return ARCHITECTURES.flatMap((architecture) => {
    const model = models().find((candidate) => candidate.architecture === architecture);
    if (!model) return [];
    const runner = model.kind === 'generate' ? [] : ['--runner=pooling'];
    const args = [model.id, `--max-model-len=${model.maxContext}`, '--max-num-seqs=8', ...runner];
    return [{ id: `${architecture} ${model.id}`, args }];
  });
}

function ask(python: string, asked: readonly Asked[]): Said {
  const lists = asked.map(({ id, args, model }) => ({ id, args, config: modelConfig(model ?? args[0]) }));
  // It keeps what it found out about model classes there.
  const home = mkdtempSync(join(tmpdir(), 'nexus-vllm-'));
  const { stdout, stderr } = spawnSync(python, [join(PARTS, 'vllm-arguments.py')], {
    input: JSON.stringify(lists),
    env: { PATH: process.env.PATH, HOME: home },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  });
  rmSync(home, { recursive: true, force: true });
  if (!stdout) throw new Error(`vLLM ended: ${stderr.trim().split('\n').at(-1)}`);
  const { answers, quantizations } = JSON.parse(stdout) as { answers: Answer[]; quantizations: string[] };
  return { answers: new Map(answers.map((answer) => [answer.id, answer])), quantizations };
}
