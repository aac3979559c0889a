import { describe, expect, test } from 'vitest';
import { images, type ModelFact, type ModelStart, type PoolFact } from '../../lib/core';
import { modelFitsMemory } from '../../lib/proofs/model-fits-memory';
import { parallelismDivides } from '../../lib/proofs/parallelism-divides';
import { precisionIsSupported } from '../../lib/proofs/precision-is-supported';
import type { Proof } from '../../lib/proofs/proof';
import { POOLS } from './platform';
import { refusals } from './scene';

const pool = (name: string, ...types: readonly string[]): PoolFact => ({
  ...POOLS[1],
  name,
  shapes: types.map((instanceType) => ({
    instanceType,
    cpuMillis: 4000,
    memoryMiB: 16_000,
    ephemeralMiB: 200_000,
    maxPods: 58,
    gpus: 1,
    devices: { 'nvidia.com/gpu': 1 },
  })),
});

const PLACES = [
  pool('t4', 'g4dn.xlarge'),
  pool('l4', 'g6.xlarge'),
  pool('a10g', 'g5.12xlarge'),
  pool('l40s', 'g6e.12xlarge'),
  pool('h100', 'p5.4xlarge'),
  pool('h200', 'p5en.48xlarge'),
];

const START: ModelStart = { utilization: 0.92, batchedTokens: 8192, maxSequences: 256, task: 'generate' };

function told(
  proof: Proof,
  model: string,
  at: string,
  { start, ...more }: Partial<Omit<ModelFact, 'start'>> & { readonly start?: Partial<ModelStart> } = {},
): string {
  const fact: ModelFact = {
    alias: 'chat',
    model,
    engine: 'vllm',
    pool: at,
    gpusPerReplica: 1,
    context: 8192,
    replicas: { min: 1, max: 1 },
    ...more,
    start: { ...START, ...start },
  };
  return refusals(proof, { facts: { pool: PLACES, model: [fact] } });
}

describe('model-fits-memory', () => {
  const memory = (...call: Parameters<typeof told> extends [Proof, ...infer Rest] ? Rest : never) =>
    told(modelFitsMemory, ...call);

  test('70B at 16 bits on 4 A10G', () => {
    expect(memory('meta-llama/Llama-3.3-70B-Instruct', 'a10g', { gpusPerReplica: 4 })).toMatchInlineSnapshot(`
      "model/chat: meta-llama/Llama-3.3-70B-Instruct at 8192 tokens on 4 A10G of pool 'a10g' does not fit
        why: of each GPU of 22.5 GiB the engine takes 20.7 GiB; weights and the least of work memory take 32.8 GiB
        fix: see what holds it: nexus fit meta-llama/Llama-3.3-70B-Instruct --context 8192"
    `);
    expect(memory('meta-llama/Llama-3.3-70B-Instruct', 'h200', { gpusPerReplica: 2 })).toBe('');
  });

  test('Phi-3.5-mini at its full context on 24 GB', () => {
    const phi = 'microsoft/Phi-3.5-mini-instruct';
    expect(memory(phi, 'l4', { context: 131_072 })).toMatchInlineSnapshot(`
      "model/chat: microsoft/Phi-3.5-mini-instruct at 131072 tokens on 1 L4 of pool 'l4' does not fit
        why: of each GPU of 22.5 GiB the engine takes 20.7 GiB; at the very best 13.4 GiB are left for the cache, and one request needs 48.0 GiB
        fix: set context to 27312"
    `);
    expect(memory(phi, 'l4', { context: 16_384 })).toBe('');
  });

  test('Llama-3.1-8B at 131,072 tokens on one L4', () => {
    const llama = 'meta-llama/Llama-3.1-8B-Instruct';
    expect(memory(llama, 'l4', { context: 131_072 })).toMatchInlineSnapshot(`
      "model/chat: meta-llama/Llama-3.1-8B-Instruct at 131072 tokens on 1 L4 of pool 'l4' does not fit
        why: of each GPU of 22.5 GiB the engine takes 20.7 GiB; at the very best 5.6 GiB are left for the cache, and one request needs 16.0 GiB
        fix: set context to 16432"
    `);
    expect(memory(llama, 'l4', { start: { batchedTokens: 2048 } })).toBe('');
  });

  test('gpt-oss-120b on one card of 80 GB is neither', () => {
    expect(memory('openai/gpt-oss-120b', 'h100')).toMatchInlineSnapshot(`
      "model/chat: openai/gpt-oss-120b at 8192 tokens on 1 H100 of pool 'h100' is not proven to fit
        why: its weights are repacked at load, which was seen to need far more than they take loaded
        fix: measure a start with these options, and write its numbers: observed: { kvGiB: …, on: H100, gpus: 1, vllm: "0.33.0", context: 8192 }"
    `);
    expect(memory('openai/gpt-oss-120b', 'h200')).toBe('');
  });

  test('names the change that makes it fit', () => {
    const llama = 'meta-llama/Llama-3.3-70B-Instruct';
    expect(memory(llama, 'l40s', { gpusPerReplica: 2 })).toMatchInlineSnapshot(`
      "model/chat: meta-llama/Llama-3.3-70B-Instruct at 8192 tokens on 2 L40S of pool 'l40s' does not fit
        why: of each GPU of 45.0 GiB the engine takes 41.4 GiB; weights and the least of work memory take 65.3 GiB
        fix: set gpus to 4"
    `);
    expect(memory(llama, 'l40s', { gpusPerReplica: 4 })).toBe('');
    const small = { batchedTokens: 2048 };
    expect(memory('Qwen/Qwen3-8B', 'l4', { context: 16_384, start: small })).toMatchInlineSnapshot(`
      "model/chat: Qwen/Qwen3-8B at 16384 tokens on 1 L4 of pool 'l4' is not proven to fit
        why: of 20.3 GiB on each GPU, 15.6 GiB of weights and up to 3.1 GiB of work memory leave 1.6 GiB for the cache, and one request may need 2.3 GiB
        fix: set context to 11744, or kvCacheDtype to fp8"
    `);
    const fp8 = { ...small, kvCacheDtype: 'fp8' };
    expect(memory('Qwen/Qwen3-8B', 'l4', { context: 16_384, start: fp8 })).toBe('');
  });

  test('a card needs something for itself', () => {
    const most = { batchedTokens: 2048, utilization: 0.97 };
    expect(memory('Qwen/Qwen3-8B', 'l4', { start: most })).toMatchInlineSnapshot(`
      "model/chat: Qwen/Qwen3-8B at 8192 tokens on 1 L4 of pool 'l4' is not proven to fit
        why: utilization 0.97 leaves 0.66 GiB of a card to all that is not requested, which may take 1.59
        fix: set utilization to 0.92"
    `);
    expect(memory('Qwen/Qwen3-8B', 'l4', { start: { ...most, utilization: 0.92 } })).toBe('');
  });

  test('a hybrid reserves a state for each sequence', () => {
    const of = 'Qwen/Qwen3.6-35B-A3B-FP8';
    expect(memory(of, 'h100', { start: { maxSequences: 1024 } })).toMatchInlineSnapshot(`
      "model/chat: Qwen/Qwen3.6-35B-A3B-FP8 at 8192 tokens on 1 H100 of pool 'h100' is not proven to fit
        why: of 72.8 GiB on each GPU, 35.6 GiB of weights and up to 17.3 GiB of work memory leave 19.9 GiB for the cache, and one request or the states of 1024 sequences may need 61.4 GiB
        fix: set maxSequences to 256"
    `);
    expect(memory(of, 'h100', { start: { maxSequences: 256 } })).toBe('');
  });

  test('options that take memory of their own keep it from being proven', () => {
    expect(
      memory('Qwen/Qwen3-8B', 'l40s', { start: { uncounted: ['--enable-lora'] } }),
    ).toMatchInlineSnapshot(`
      "model/chat: Qwen/Qwen3-8B at 8192 tokens on 1 L40S of pool 'l40s' is not proven to fit
        why: what --enable-lora takes or saves is not counted
        fix: measure a start with these options, and write its numbers: observed: { kvGiB: …, on: L40S, gpus: 1, vllm: "0.33.0", context: 8192 }"
    `);
    expect(memory('Qwen/Qwen3-8B', 'l40s')).toBe('');
  });

  test('without a context the longest is judged, since the engine would shorten it in silence', () => {
    const fact = { context: undefined } as unknown as Partial<ModelFact>;
    expect(memory('Qwen/Qwen3-8B', 'l4', fact as { alias?: string })).toMatchInlineSnapshot(`
      "model/chat: Qwen/Qwen3-8B at 40960 tokens on 1 L4 of pool 'l4' does not fit
        why: of each GPU of 22.5 GiB the engine takes 20.7 GiB; at the very best 5.3 GiB are left for the cache, and one request needs 5.6 GiB; no context is set, and the engine would shorten it in silence
        fix: set context to 11744"
    `);
  });

  test('an embedding model', () => {
    expect(memory('BAAI/bge-m3', 'l4', { start: { task: 'embed' } })).toBe('');
  });

  test('a model that nobody has described is refused, and told how to describe it', () => {
    expect(memory('example/model-7b', 'l4')).toMatchInlineSnapshot(`
      "model/chat: no model 'example/model-7b' here; or describe it inline
        why: what it takes follows from its shape, and nobody has told it: whether it fits cannot be promised
        fix: paste its config.json under 'config', or write under 'observed' what a start left for the cache"
    `);
    expect(memory('Qwen/Qwen3-9B', 'l4')).toContain(
      "no model 'Qwen/Qwen3-9B' here; nearest 'Qwen/Qwen3-8B'; or describe it inline",
    );
  });

  const CONFIG = {
    architectures: ['LlamaForCausalLM'],
    num_hidden_layers: 32,
    hidden_size: 4096,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    intermediate_size: 14_336,
    vocab_size: 128_256,
    max_position_embeddings: 131_072,
    torch_dtype: 'bfloat16',
  };

  test('its config.json describes it', () => {
    expect(memory('example/model-8b', 'l40s', { start: { config: CONFIG } })).toBe('');
    expect(memory('example/model-8b', 'l4', { context: 131_072, start: { config: CONFIG } })).toContain(
      'does not fit',
    );
    const odd = { ...CONFIG, architectures: ['NewForCausalLM'] };
    expect(memory('example/model-8b', 'h200', { start: { config: odd } })).toMatchInlineSnapshot(`
      "model/chat: example/model-8b at 8192 tokens on 1 H200 of pool 'h200' is not proven to fit
        why: not understood: the architecture NewForCausalLM, whose layers nobody has counted here
        fix: measure a start with these options, and write its numbers: observed: { kvGiB: …, on: H200, gpus: 1, vllm: "0.33.0", context: 8192 }"
    `);
  });

  describe('a measured start', () => {
    const version = /:v(.*)/.exec(images.vllm)?.[1] ?? '';
    const observed = { kvGiB: 9.6, on: 'H100', vllm: version };
    const oss = (more: Partial<ModelStart>, fact: Partial<Omit<ModelFact, 'start'>> = {}) =>
      memory('openai/gpt-oss-120b', 'h100', { ...fact, start: more });

    test('settles what arithmetic leaves open', () => {
      expect(oss({})).toContain('is not proven to fit');
      expect(oss({ observed })).toBe('');
      expect(oss({ observed: { ...observed, on: 'h100-80gb' } })).toBe('');
    });

    test.each<[string, Partial<ModelStart>]>([
      ['another card', { observed: { ...observed, on: 'H200' } }],
      ['another number of GPUs', { observed: { ...observed, gpus: 2 } }],
      ['another version', { observed: { ...observed, vllm: '0.10.2' } }],
      ['a larger step', { observed, batchedTokens: 16_384 }],
      ['more sequences', { observed, maxSequences: 512 }],
      ['another utilization', { observed, utilization: 0.9 }],
    ])('of %s settles nothing, and that is said', (_, start) => {
      expect(oss(start)).toMatch(
        /the measurement settles nothing here: it was measured with .*, and here it is/,
      );
    });

    test('with too little for the context refuses it', () => {
      expect(oss({ observed: { ...observed, kvGiB: 0.1 } })).toMatchInlineSnapshot(`
        "model/chat: openai/gpt-oss-120b at 8192 tokens on 1 H100 of pool 'h100' was measured not to fit
          why: 0.10 GiB were measured for the cache, and one request needs 0.56 GiB
          fix: see what holds it: nexus fit openai/gpt-oss-120b --context 8192"
      `);
    });

    test('with a cache between the ends of the need asks for the context', () => {
      const long = { context: 131_072 };
      const some = { ...observed, kvGiB: 4.9 };
      expect(oss({ observed: some }, long)).toContain('say with which context it started');
      expect(oss({ observed: { ...some, context: 131_072 } }, long)).toBe('');
    });

    test('never makes good what does not fit by arithmetic', () => {
      const start = { observed: { kvGiB: 40, on: 'A10G', gpus: 4, vllm: version, batchedTokens: 8192 } };
      const said = memory('meta-llama/Llama-3.3-70B-Instruct', 'a10g', { gpusPerReplica: 4, start });
      expect(said).toContain('which no measurement changes');
    });

    test('of a model that nobody has described counts by its context', () => {
      const start = (context: number) => ({
        observed: { ...observed, on: 'L4', context, batchedTokens: 8192 },
      });
      expect(memory('example/model-7b', 'l4', { start: start(8192) })).toBe('');
      expect(memory('example/model-7b', 'l4', { start: start(4096) })).toContain(
        'started with a context of 8192',
      );
    });
  });

  describe('on a GPU that is shared by time', () => {
    const shared = (utilizations: readonly number[], replicas = 1, sharedBy = 2) =>
      refusals(modelFitsMemory, {
        facts: {
          pool: PLACES,
          model: utilizations.map((utilization, i) => ({
            alias: `embed-${i}`,
            model: 'BAAI/bge-m3',
            engine: 'vllm',
            pool: 'l4',
            gpusPerReplica: 1,
            context: 8194,
            replicas: { min: 1, max: replicas },
            sharedBy,
            start: { ...START, task: 'embed', utilization, batchedTokens: 8194 },
          })),
        },
      });

    test('utilizations that add up to more than there is are refused', () => {
      expect(shared([0.92, 0.6])).toMatchInlineSnapshot(`
        "model/embed-0: embed-0 (0.92) and embed-1 (0.6) share one GPU, and together request 1.52 of it
          why: sharing in turns divides time, not memory: with 2 CUDA contexts at most 0.955 of 22.0 GiB are there to request, and the last to start ends with 'Free memory on device … is less than desired GPU memory utilization'
          fix: set utilization to 0.47 each, or give each a GPU or a MIG slice of its own"
      `);
    });

    test('replicas of one model meet too', () => {
      expect(shared([0.6], 2)).toContain('embed-0 (0.6) and embed-0 (0.6) share one GPU');
      expect(shared([0.6], 1)).toBe('');
    });

    test('what adds up is fine, and so is what has its GPU for itself', () => {
      expect(shared([0.45, 0.45])).toBe('');
      expect(shared([0.9, 0.9], 1, 1)).toBe('');
    });
  });

  test('what would not start at all is left to the proof that says why', () => {
    expect(memory('microsoft/phi-4', 'l40s', { gpusPerReplica: 4 })).toBe('');
  });
});

describe('parallelism-divides', () => {
  const divides = (model: string, gpusPerReplica: number, start: Partial<ModelStart> = {}) =>
    told(parallelismDivides, model, 'h200', { gpusPerReplica, start });

  test('phi-4 on 4 GPUs', () => {
    expect(divides('microsoft/phi-4', 4)).toMatchInlineSnapshot(`
      "model/chat: tensor parallel 4 neither divides the 10 key-value heads of microsoft/phi-4 nor is a multiple of them
        why: each GPU needs the same number of key-value heads, or a copy of one: the engine ends at its start
        fix: use tensor parallel 1, 2, 5, 10"
    `);
    expect(divides('microsoft/phi-4', 2)).toBe('');
  });

  test('Qwen3-235B-A22B-FP8 on 8 without whole experts', () => {
    expect(divides('Qwen/Qwen3-235B-A22B-FP8', 8)).toMatchInlineSnapshot(`
      "model/chat: tensor parallel 8 cuts the 1536 columns of Qwen/Qwen3-235B-A22B-FP8's feed-forward layers into 192
        why: its FP8 weights have a scale for each block of 128, and 192 is no multiple: the engine ends at its start
        fix: keep experts whole (expertParallel: true), or use tensor parallel 1, 2, 4"
    `);
    expect(divides('Qwen/Qwen3-235B-A22B-FP8', 8, { expertParallel: true })).toBe('');
  });
});

describe('precision-is-supported', () => {
  const precise = (model: string, start: Partial<ModelStart> = {}) =>
    told(precisionIsSupported, model, 't4', { start });

  test('bfloat16 on a T4', () => {
    expect(precise('Qwen/Qwen2.5-3B-Instruct')).toMatchInlineSnapshot(`
      "model/chat: the bfloat16 numbers of Qwen/Qwen2.5-3B-Instruct on a card of compute capability 7.5
        why: the card has none: releases before 0.9 refuse to start, and later ones turn to float16 in silence
        fix: say that it computes in float16 (extraArgs: ['--dtype=half']), or use a newer card: A10G, L4"
    `);
    expect(precise('Qwen/Qwen2.5-3B-Instruct', { dtype: 'half' })).toBe('');
  });

  test('an fp8 cache on a T4', () => {
    const half = { dtype: 'half' };
    expect(precise('Qwen/Qwen2.5-3B-Instruct', { ...half, kvCacheDtype: 'fp8' })).toMatchInlineSnapshot(`
      "model/chat: an fp8 KV cache on a card of compute capability 7.5
        why: its kernels need 8.0 or newer; the engine ends at its start
        fix: leave out kvCacheDtype, or use a newer card: L4, L40S, H100"
    `);
  });
});
