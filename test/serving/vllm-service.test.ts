import { Chart, Testing } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { GeneratedSecret, type Layer, objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { VllmService, type VllmServiceProps } from '../../lib/serving';
import { container, deployment, message, only, serving, TestPool } from './pool';

const chat = (layer: Layer, props: Partial<VllmServiceProps> = {}) =>
  new VllmService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    pool: props.pool ?? new TestPool(layer, 'l40s', { gpusPerNode: 4, limit: 24 }),
    ...props,
  });

describe('defaults', () => {
  test('the engine is told everything it would otherwise guess', () => {
    const layer = serving();
    chat(layer);
    expect(container(layer).args).toEqual([
      'Qwen/Qwen3-32B',
      '--served-model-name=chat',
      '--port=8000',
      '--tensor-parallel-size=1',
      '--max-model-len=auto',
      '--max-num-seqs=256',
      '--max-num-batched-tokens=2048',
      '--gpu-memory-utilization=0.92',
      '--shutdown-timeout=120',
      '--enable-auto-tool-choice',
      '--tool-call-parser=hermes',
      '--reasoning-parser=qwen3',
    ]);
  });

  test('two fixed replicas in prod and one in dev, four cores and 32 GiB for each GPU', () => {
    const prod = serving();
    const dev = serving('dev');
    chat(prod, { gpus: 2 });
    chat(dev);
    expect(deployment(prod).replicas).toBe(2);
    expect(deployment(dev).replicas).toBe(1);
    expect(container(prod).resources).toEqual({
      requests: { cpu: '8', memory: '64Gi', 'nvidia.com/gpu': '2', 'ephemeral-storage': '153Gi' },
      limits: { memory: '64Gi', 'nvidia.com/gpu': '2' },
    });
  });

  test('a start may take 5 minutes and 20 s for each GiB from the hub, a stop has the drain and its margins', () => {
    const layer = serving();
    chat(layer);
    const { startupProbe, readinessProbe, livenessProbe, env } = container(layer);
    expect((startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0)).toBe(1560);
    expect(env).toContainEqual({ name: 'VLLM_ENGINE_READY_TIMEOUT_S', value: '1560' });
    expect(readinessProbe?.httpGet).toEqual({ path: '/v1/models', port: 'http' });
    expect(livenessProbe?.httpGet).toEqual({ path: '/health', port: 'http' });
    expect(deployment(layer).template.spec.terminationGracePeriodSeconds).toBe(150);
  });

  test('writes only into its own folders, with twice the room for its weights', () => {
    const layer = serving();
    chat(layer);
    expect(container(layer).securityContext?.readOnlyRootFilesystem).toBe(true);
    expect(deployment(layer).template.spec.volumes).toEqual([
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
      { name: 'home-vllm', emptyDir: { sizeLimit: '20Gi' } },
      { name: 'weights', emptyDir: { sizeLimit: '133Gi' } },
    ]);
  });
});

test('props reach the flags, the pool and the hub', () => {
  const layer = serving();
  const token = new GeneratedSecret(layer, 'Token', { name: 'hub', generate: { token: {} } });
  chat(layer, {
    gpus: 4,
    context: 32768,
    maxSequences: 64,
    batchedTokens: 4096,
    utilization: 0.9,
    drainSeconds: 300,
    weightsGiB: 80,
    hubToken: token.key('token'),
    quantization: 'fp8',
    kvCacheDtype: 'fp8',
    toolParser: 'qwen3_xml',
    reasoningParser: 'none',
    structuredOutputs: 'xgrammar',
    prefixCaching: false,
    extraArgs: ['--seed', '7'],
  });
  expect(container(layer).args?.slice(3)).toEqual([
    '--tensor-parallel-size=4',
    '--max-model-len=32768',
    '--max-num-seqs=64',
    '--max-num-batched-tokens=4096',
    '--gpu-memory-utilization=0.9',
    '--shutdown-timeout=300',
    '--quantization=fp8',
    '--kv-cache-dtype=fp8',
    '--disable-prefix-caching',
    '--enable-auto-tool-choice',
    '--tool-call-parser=qwen3_xml',
    '--structured-outputs-config={"backend":"xgrammar"}',
    '--seed',
    '7',
  ]);
  const { nodeSelector, tolerations, volumes } = deployment(layer).template.spec;
  expect(nodeSelector).toEqual({ 'nexus.dev/pool': 'l40s' });
  expect(tolerations).toHaveLength(1);
  expect(volumes).toContainEqual({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '8Gi' } });
  expect(container(layer).env).toContainEqual({
    name: 'HF_TOKEN',
    valueFrom: { secretKeyRef: { name: 'hub', key: 'token' } },
  });
});

test('a model that does not generate is run as a pooling one, in steps that hold its whole context', () => {
  const layer = serving();
  chat(layer, { task: 'embed', context: 32768 });
  expect(container(layer).args).toContain('--runner=pooling');
  expect(container(layer).args).toContain('--max-num-batched-tokens=32768');
});

test('a profile presets the batch limits, and a limit wins over it', () => {
  const limits = (props: Partial<VllmServiceProps>) => {
    const layer = serving();
    chat(layer, props);
    const { maxSequences, batchedTokens } = render(layer.node.root).facts.of('model')[0].start ?? {};
    expect(container(layer).args).toContain(`--max-num-seqs=${maxSequences}`);
    expect(container(layer).args).toContain(`--max-num-batched-tokens=${batchedTokens}`);
    return [maxSequences, batchedTokens];
  };
  expect(limits({ profile: 'latency' })).toEqual([32, 2048]);
  expect(limits({ profile: 'throughput' })).toEqual([512, 16384]);
  expect(limits({ profile: 'throughput', batchedTokens: 4096 })).toEqual([512, 4096]);
  expect(limits({ profile: 'latency', maxSequences: 64 })).toEqual([64, 2048]);
});

describe('adapters', () => {
  const adapters = {
    sql: { model: 'example/qwen3-sql-lora', rank: 24 },
    law: { model: 'example/qwen3-law-lora' },
  };

  test('are models of their own names behind the same Service', () => {
    const layer = serving();
    const service = chat(layer, { adapters });
    expect(service.adapters.map(({ model, provider, baseUrl }) => [model, provider, baseUrl])).toEqual([
      ['sql', 'hosted_vllm/sql', 'http://chat.serving.svc:8000/v1'],
      ['law', 'hosted_vllm/law', 'http://chat.serving.svc:8000/v1'],
    ]);
    const { facts } = render(layer.node.root);
    expect(facts.of('join').map(({ defines }) => defines)).toEqual(['chat', 'sql', 'law']);
  });

  test('have room for the highest rank, rounded up to one that the engine has', () => {
    const layer = serving();
    chat(layer, { adapters });
    const args = container(layer).args ?? [];
    expect(args.slice(args.indexOf('--enable-lora'))).toEqual([
      '--enable-lora',
      '--max-loras=2',
      '--max-lora-rank=32',
      '--max-cpu-loras=2',
      '--lora-modules',
      'sql=example/qwen3-sql-lora',
      'law=example/qwen3-law-lora',
    ]);
    expect(render(layer.node.root).facts.of('model')[0].start?.adapters).toEqual({ slots: 2, rank: 32 });
  });

  test('wait in the memory of the host when there are more than eight', () => {
    const layer = serving();
    const many = Object.fromEntries([...'abcdefghij'].map((name) => [name, { model: `example/${name}` }]));
    chat(layer, { adapters: many });
    expect(container(layer).args).toEqual(
      expect.arrayContaining(['--max-loras=8', '--max-cpu-loras=10', '--max-lora-rank=16']),
    );
  });
});

describe('guesses', () => {
  const told = (speculative: VllmServiceProps['speculative']) => {
    const layer = serving();
    chat(layer, { speculative });
    const flag = container(layer).args?.find((arg) => arg.startsWith('--speculative-config='));
    const { start } = render(layer.node.root).facts.of('model')[0];
    return [JSON.parse(flag?.split('=')[1] ?? ''), start?.speculative, start?.uncounted];
  };

  test('by the words of the prompt take no weights', () => {
    expect(told({ method: 'ngram' })).toEqual([
      { method: 'ngram', num_speculative_tokens: 4, prompt_lookup_min: 2, prompt_lookup_max: 4 },
      { tokens: 4 },
      undefined,
    ]);
  });
  test('by a smaller model take its weights', () => {
    expect(told({ method: 'draft', model: 'Qwen/Qwen3-0.6B', tokens: 3 })).toEqual([
      { method: 'draft_model', model: 'Qwen/Qwen3-0.6B', num_speculative_tokens: 3 },
      { tokens: 3, model: 'Qwen/Qwen3-0.6B' },
      undefined,
    ]);
  });
  test('by a head that nobody has counted say so', () => {
    expect(told({ method: 'eagle3', model: 'example/head' })[2]).toEqual(['speculative.method eagle3']);
  });
});

describe('memory of the host', () => {
  test('shared memory grows with the GPUs that share a layer', () => {
    const shm = (gpus: number) => {
      const layer = serving();
      chat(layer, { gpus, pool: new TestPool(layer, 'h100', { gpusPerNode: 8 }) });
      const { volumes = [] } = deployment(layer).template.spec;
      return volumes.find(({ name }) => name === 'shm')?.emptyDir?.sizeLimit;
    };
    expect([1, 2, 8].map(shm)).toEqual([undefined, '4Gi', '16Gi']);
  });
  test('holds what is moved out of the cache, in shared memory, and is asked for', () => {
    const layer = serving();
    chat(layer, { gpus: 2, kvOffloadGiB: 40 });
    expect(container(layer).args).toContain('--kv-offloading-size=40');
    expect(container(layer).resources?.requests?.memory).toBe('104Gi');
    expect(deployment(layer).template.spec.volumes).toContainEqual({
      name: 'shm',
      emptyDir: { medium: 'Memory', sizeLimit: '45Gi' },
    });
  });
});

describe('a key', () => {
  test('is generated, asked for, and not in the way of probes', () => {
    const layer = serving();
    chat(layer, { apiKey: true });
    expect(container(layer).env).toContainEqual({
      name: 'VLLM_API_KEY',
      valueFrom: { secretKeyRef: { name: 'chat-api-key', key: 'apiKey' } },
    });
    expect(container(layer).readinessProbe?.httpGet?.path).toBe('/health');
    expect(only(layer, 'ExternalSecret').metadata.name).toBe('chat-api-key');
  });
  test('is copied once for each caller elsewhere, adapters included', () => {
    const layer = serving();
    const service = chat(layer, { apiKey: true, adapters: { sql: { model: 'example/sql' } } });
    const caller = new Chart(layer.node.root, 'caller', { namespace: 'gateway' });
    const key = service.keyFor(caller);
    expect(key).toMatchObject({ secret: 'chat-api-key', key: 'apiKey', namespace: 'gateway' });
    expect(service.adapters[0].keyFor(caller)).toEqual(key);
    expect(Testing.synth(caller).filter(({ kind }) => kind === 'ExternalSecret')).toHaveLength(1);
    expect(service.keyFor(layer)).toMatchObject({ namespace: 'serving' });
    expect(chat(serving()).keyFor(caller)).toBeUndefined();
  });
});

test('media are limited, and an engine of one own is taken', () => {
  const layer = serving();
  chat(layer, {
    model: 'google/gemma-3-12b-it',
    mediaPerPrompt: { image: 4, video: 0 },
    image: 'registry.example.com/vllm:1',
  });
  expect(container(layer).args).toContain('--limit-mm-per-prompt={"image":4,"video":0}');
  expect(container(layer).image).toBe('registry.example.com/vllm:1');
});

test('asks for no more than the share of the smallest node', () => {
  const layer = serving();
  const pool = new TestPool(layer, 'l4', { gpusPerNode: 1, room: { cpu: 3.7, memoryGiB: 13.4 } });
  chat(layer, { pool });
  expect(container(layer).resources?.requests).toMatchObject({ cpu: '3', memory: '13Gi' });
});

describe('a rollout', () => {
  const limited = (limit?: number) => {
    const layer = serving();
    chat(layer, { gpus: 4, pool: new TestPool(layer, 'h100', { gpusPerNode: 8, limit }) });
    return deployment(layer).strategy.rollingUpdate;
  };
  test('starts the new replica first where the pool holds one more', () => {
    expect(limited(12)).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(limited(undefined)).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  });
  test('stops an old one first where it does not', () => {
    expect(limited(11)).toEqual({ maxSurge: 0, maxUnavailable: 1 });
  });
});

test('what others know of it: endpoint, metrics, facts', () => {
  const layer = serving();
  const service = chat(layer, { gpus: 4, context: 32768 });
  expect(service).toMatchObject({
    model: 'chat',
    baseUrl: 'http://chat.serving.svc:8000/v1',
    provider: 'hosted_vllm/chat',
    port: 8000,
    longestSeconds: 120,
    metrics: [{ name: 'chat', port: 'http', portNumber: 8000 }],
  });
  const { facts } = render(layer.node.root);
  expect(facts.of('model')).toEqual([
    {
      alias: 'chat',
      model: 'Qwen/Qwen3-32B',
      engine: 'vllm',
      pool: 'l40s',
      gpusPerReplica: 4,
      context: 32768,
      smokeTested: false,
      replicas: { min: 2, max: 2 },
      start: { utilization: 0.92, batchedTokens: 2048, maxSequences: 256, task: 'generate' },
      weights: 'hub',
    },
  ]);
  expect(facts.of('join')).toEqual([
    { object: 'Service/serving/chat', scope: 'model alias', defines: 'chat' },
  ]);
  expect(facts.of('lifecycle')).toMatchObject([{ drainSeconds: 120, startupSeconds: 1560 }]);
});

test('options that change what fits are told to the proofs, however they are written', () => {
  const startOf = (extraArgs: readonly string[]) => {
    const layer = serving();
    chat(layer, { gpus: 4, context: 32768, extraArgs });
    return render(layer.node.root).facts.of('model')[0].start;
  };
  expect(startOf(['--dtype=half', '--enable-dbo'])).toMatchObject({
    dtype: 'half',
    uncounted: ['--enable-dbo'],
  });
  expect(startOf(['--dtype', 'half', '--block-size=32'])).toMatchObject({
    dtype: 'half',
    uncounted: ['--block-size'],
  });
});

test('is reached by nobody until it is routed, and reaches only the hub', () => {
  const layer = serving();
  chat(layer);
  const { ingress, egress } = only(layer, 'NetworkPolicy').spec as { ingress: unknown[]; egress: unknown[] };
  expect(ingress).toBeUndefined();
  expect(egress.slice(1)).toMatchObject([{ ports: [{ port: 443 }] }]);
});

test('a replica range leaves the number to the scaler', () => {
  const layer = serving();
  chat(layer, { replicas: { min: 2, max: 5 } });
  expect(deployment(layer).replicas).toBeUndefined();
  expect(message(() => render(layer.node.root))).toMatchInlineSnapshot(`
    "serving/chat: is to run 2 to 5 replicas, but nothing scales it. Create a ModelAutoscaler for it
      why: the construct says so of itself
      fix: make the call it asks for"
  `);
});

test('works in a plain chart', () => {
  const chart = new Chart(Testing.app(), 'mine', { namespace: 'team' });
  const pool = new TestPool(chart, 'l4', { gpusPerNode: 1 });
  const service = new VllmService(chart, 'chat', { model: 'Qwen/Qwen3-8B', pool });
  expect(service.baseUrl).toBe('http://chat.team.svc:8000/v1');
  expect(Testing.synth(chart).map((o) => `${o.kind}/${o.metadata.namespace}/${o.metadata.name}`)).toContain(
    'Deployment/team/chat',
  );
});

test('every object is valid', () => {
  const layer = serving();
  chat(layer, { gpus: 2 });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

describe('refuses', () => {
  const refused = (props: Partial<VllmServiceProps>) => message(() => chat(serving(), props));

  test('more GPUs than a node has', () => {
    expect(refused({ gpus: 8 })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'gpus' is 8, but pool 'l40s' has at most 4 per node
        why: the GPUs of one replica must share a node: tensor parallelism talks over NVLink
        fix: lower gpus to 4, or give 'l40s' a larger instance type"
    `);
  });
  test('more memory than there is', () => {
    expect(refused({ utilization: 1.2 })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'utilization' is 1.2
        why: it is a part of the GPU's memory, above 0 and at most 1
        fix: write a part, such as 0.92"
    `);
  });
  test('steps smaller than the number of requests in them', () => {
    expect(refused({ batchedTokens: 128 })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'batchedTokens' is 128, below 'maxSequences', 256
        why: a step has at least one token of each running request; the server ends at its start
        fix: raise batchedTokens to 256, or lower maxSequences to 128"
    `);
  });
  test('a floor above the ceiling', () => {
    expect(refused({ replicas: { min: 3, max: 2 } })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'replicas.min' is 3, above 'replicas.max', 2
        why: there is no number of replicas that is both
        fix: lower min to 2, or raise max to 3"
    `);
  });
  test('no replica at all', () => {
    expect(refused({ replicas: { min: 0, max: 2 } })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'replicas.min' is 0
        why: without a running replica nothing measures a queue, and a cold one takes minutes
        fix: raise min to 1"
    `);
  });
  test('words that the engine does not know', () => {
    expect(refused({ toolParser: 'herms' })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'toolParser' is 'herms', which vLLM 0.33.0 does not know; did you mean 'hermes'?
        why: its parser takes any word, and the engine does not: the server ends at its start, after its node has been launched
        fix: write 'hermes'"
    `);
    expect(refused({ kvCacheDtype: 'fp9' })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'kvCacheDtype' is 'fp9', which vLLM 0.33.0 does not know; did you mean 'fp8'?
        why: its parser takes any word, and the engine does not: the server ends at its start, after its node has been launched
        fix: write 'fp8'"
    `);
  });
  test('a rank that no engine makes room for', () => {
    expect(refused({ adapters: { sql: { model: 'example/sql', rank: 1024 } } })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): adapter 'sql' has rank 1024, above 512
        why: the engine makes room for no higher one, and ends at its start
        fix: train it with rank 512 or less, or merge it into the model"
    `);
  });
  test('guesses that cannot be compared, or that nobody makes', () => {
    expect(
      refused({ speculative: { method: 'draft', model: 'meta-llama/Llama-3.2-1B-Instruct' } }),
    ).toMatchInlineSnapshot(`
      "serving/chat (VllmService): lets meta-llama/Llama-3.2-1B-Instruct guess, which has 128256 words, and Qwen/Qwen3-32B has 151936
        why: the engine compares guesses word by word, and ends at its start when the vocabularies differ
        fix: take a smaller model of the same family as Qwen/Qwen3-32B"
    `);
    expect(refused({ speculative: { method: 'eagle3' } })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): speculates by 'eagle3' without a model
        why: something must guess, and the engine ends at its start without it
        fix: name it in speculative.model"
    `);
    expect(refused({ speculative: { method: 'ngram', model: 'a/b' } })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): speculates by 'ngram' and with a model
        why: it has no place for one: the words of the prompt guess
        fix: delete speculative.model"
    `);
  });
  test('a cache in the host that leaves the engine too little', () => {
    const layer = serving();
    const pool = new TestPool(layer, 'l4', { gpusPerNode: 1, room: { cpu: 3.7, memoryGiB: 13.4 } });
    expect(message(() => chat(layer, { pool, kvOffloadGiB: 8 }))).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'kvOffloadGiB' is 8, of 13 GiB of memory for one replica
        why: it leaves less than the 12 GiB that the engine and its loader need, and the kernel kills them
        fix: set memoryGiB to 20, which sends it to the larger nodes of the pool, or lower kvOffloadGiB to 1"
    `);
  });
  test('sound on an image that cannot decode it, pictures for a model that cannot see them', () => {
    expect(refused({ task: 'transcribe' })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): has task 'transcribe' on vLLM's own image
        why: that comes without the libraries that decode sound: the server starts, and refuses every upload
        fix: build one (FROM vllm/vllm-openai:v0.33.0, RUN pip install 'vllm[audio]==0.33.0') and name it in 'image'"
    `);
    expect(refused({ mediaPerPrompt: { image: 1 } })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): has 'mediaPerPrompt', and Qwen/Qwen3-32B reads only text
        why: the engine passes over limits of what a model does not take, and nothing is saved
        fix: delete mediaPerPrompt"
    `);
  });
  test('readers of answers for a model that gives none', () => {
    expect(refused({ task: 'embed', toolParser: 'hermes' })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): has 'toolParser' and task 'embed'
        why: it speaks of answers to prompts, and such a model gives none
        fix: delete toolParser"
    `);
  });
  test('options that do harm', () => {
    expect(refused({ extraArgs: ['--enable-sleep-mode'] })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'extraArgs' has '--enable-sleep-mode'
        why: its doors open only in the development mode of the engine, and then to everyone who can reach it, without a key
        fix: delete it; replicas that nobody needs are scaled down instead"
    `);
    expect(refused({ extraArgs: ['--api-key', 'abc'] })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'extraArgs' has '--api-key'
        why: everyone who may list pods reads it there
        fix: use the prop 'apiKey': a key is generated, and the gateway passes it on"
    `);
  });
});
