import { describe, expect, test } from 'vitest';
import type { ModelFact, ModelStart, PoolFact } from '../../lib/core';
import { modelFitsMemory } from '../../lib/proofs/model-fits-memory';
import { parallelismDivides } from '../../lib/proofs/parallelism-divides';
import { precisionIsSupported } from '../../lib/proofs/precision-is-supported';
import type { Proof } from '../../lib/proofs/proof';
import { POOLS } from './platform';
import { refusals } from './scene';

const pool = (name: string, ...types: readonly string[]): PoolFact => ({
  ...POOLS[1],
  name,
  shapes: types.map((instanceType) => ({ instanceType, cpuMillis: 4000, memoryMiB: 16_000, gpus: 1 })),
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
        fix: set batchedTokens to 2048 and context to 27312"
    `);
    expect(memory(phi, 'l4', { context: 16_384 })).toBe('');
  });

  test('Llama-3.1-8B at 131,072 tokens on one L4', () => {
    const llama = 'meta-llama/Llama-3.1-8B-Instruct';
    expect(memory(llama, 'l4', { context: 131_072 })).toMatchInlineSnapshot(`
      "model/chat: meta-llama/Llama-3.1-8B-Instruct at 131072 tokens on 1 L4 of pool 'l4' does not fit
        why: of each GPU of 22.5 GiB the engine takes 20.7 GiB; at the very best 5.6 GiB are left for the cache, and one request needs 16.0 GiB
        fix: set batchedTokens to 2048 and context to 15952"
    `);
    expect(memory(llama, 'l4', { start: { batchedTokens: 2048 } })).toBe('');
  });

  test('gpt-oss-120b on one card of 80 GB is neither', () => {
    expect(memory('openai/gpt-oss-120b', 'h100')).toMatchInlineSnapshot(`
      "model/chat: openai/gpt-oss-120b at 8192 tokens on 1 H100 of pool 'h100' is not proven to fit
        why: of 72.8 GiB on each GPU, 65.7 GiB of weights and up to 10.1 GiB of work memory leave 0.0 GiB for the cache, and one request may need 0.6 GiB; its weights are repacked at load, which was seen to need far more than they take loaded
        fix: see what holds it: nexus fit openai/gpt-oss-120b --context 8192"
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
        why: of 72.8 GiB on each GPU, 35.6 GiB of weights and up to 14.7 GiB of work memory leave 22.5 GiB for the cache, and one request or the states of 1024 sequences may need 61.4 GiB
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
        fix: measure a start with these options, and waive this with its numbers"
    `);
    expect(memory('Qwen/Qwen3-8B', 'l40s')).toBe('');
  });

  test('without a context the longest is judged, since the engine would shorten it in silence', () => {
    const fact = { context: undefined } as unknown as Partial<ModelFact>;
    expect(memory('Qwen/Qwen3-8B', 'l4', fact as { alias?: string })).toMatchInlineSnapshot(`
      "model/chat: Qwen/Qwen3-8B at 40960 tokens on 1 L4 of pool 'l4' does not fit
        why: of each GPU of 22.5 GiB the engine takes 20.7 GiB; at the very best 5.3 GiB are left for the cache, and one request needs 5.6 GiB; no context is set, and the engine would shorten it in silence
        fix: set batchedTokens to 2048 and context to 11744"
    `);
  });

  test('an embedding model', () => {
    expect(memory('BAAI/bge-m3', 'l4', { start: { task: 'embed' } })).toBe('');
  });

  test('a model that nobody has described is not judged, and that is said', () => {
    expect(memory('example/model-7b', 'l4')).toMatchInlineSnapshot(`
      "model/chat: model 'example/model-7b' is not in the catalog, so whether it fits is not judged
        why: its memory follows from its shape, and nobody has told it
        fix: measure a start of it before you rely on it"
    `);
    expect(memory('Qwen/Qwen3-9B', 'l4')).toContain("did you mean 'Qwen/Qwen3-8B'?");
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
        fix: keep experts whole (--enable-expert-parallel), or use tensor parallel 1, 2, 4"
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
