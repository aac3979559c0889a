import { describe, expect, test } from 'vitest';
import {
  type CacheRequest,
  cachePerRequest,
  cacheToStart,
  GIB,
  kvHeadsPerGpu,
  windowTokens,
} from '../../lib/sizing';
import { checkpoint } from './given';

const request = (more: Partial<CacheRequest> = {}): CacheRequest => ({
  context: 32_768,
  spread: { tensorParallel: 1 },
  bytes: 2,
  batchedTokens: 2048,
  maxSequences: 16,
  ...more,
});

const bytes = (name: string, more: Partial<CacheRequest> = {}) => {
  const { careful, least } = cachePerRequest(checkpoint(name).model, request(more));
  return { careful: careful * GIB, least: least * GIB };
};

describe('heads of keys and values', () => {
  test('are shared out, and copied once there are more GPUs than heads', () => {
    expect([1, 2, 4, 8, 16].map((tp) => kvHeadsPerGpu(4, tp))).toEqual([4, 2, 1, 1, 1]);
    expect(bytes('Qwen/Qwen3-30B-A3B', { spread: { tensorParallel: 8 } })).toEqual(
      bytes('Qwen/Qwen3-30B-A3B', { spread: { tensorParallel: 4 } }),
    );
  });

  test('all of them are cached by plain multi-head attention', () => {
    expect(bytes('CohereLabs/c4ai-command-r-v01').least).toBe(1_310_720 * 32_768);
  });

  test('fp8 halves them', () => {
    expect(bytes('Qwen/Qwen3-8B', { bytes: 1 }).careful * 2).toBe(bytes('Qwen/Qwen3-8B').careful);
  });

  test('a part of a block counts whole', () => {
    expect(bytes('Qwen/Qwen3-8B', { context: 17 }).careful).toBe(
      bytes('Qwen/Qwen3-8B', { context: 32 }).careful,
    );
  });
});

describe('a latent', () => {
  test('is whole on each GPU', () => {
    const one = bytes('deepseek-ai/DeepSeek-V3');
    expect(bytes('deepseek-ai/DeepSeek-V3', { spread: { tensorParallel: 8 } })).toEqual(one);
    expect(one.least).toBe(70_272 * 32_768);
    expect(one.careful / one.least).toBeCloseTo(640 / 576, 6);
  });

  test('of sparse attention has keys of the indexer beside it, and 656 bytes in fp8', () => {
    const name = 'deepseek-ai/DeepSeek-V3.2';
    expect(bytes(name).careful - bytes('deepseek-ai/DeepSeek-V3').careful).toBeCloseTo(61 * 132 * 32_768, 0);
    expect(bytes(name, { bytes: 1 }).careful).toBeCloseTo(61 * (656 + 132) * 32_768, 0);
  });
});

describe('a window', () => {
  test('bounds what a layer keeps, by the batch too', () => {
    expect(windowTokens(1024, 8192, 131_072)).toBe(9232);
    expect(windowTokens(1024, 8192, 4096)).toBe(4096);
  });

  test('is charged at most whole, and at least to its bound: Gemma-3-27B', () => {
    const { careful, least } = bytes('google/gemma-3-27b-it', { batchedTokens: 8192 });
    expect(least / GIB).toBeCloseTo(2.5 + 3.66, 1);
    expect(careful).toBe((81_920 + 425_984) * 32_768);
  });
});

describe('a state', () => {
  const name = 'Qwen/Qwen3-Next-80B-A3B-Instruct';

  test('is fixed, and the attention beside it a little more than its formula', () => {
    const { careful, least } = bytes(name);
    const state = 1_769_472 + 18_874_368 * 4;
    expect(careful).toBeGreaterThan(24_576 * 32_768 * 1.1 + state);
    expect(careful).toBeLessThan(24_576 * 34_816 * 1.1 + state);
    expect(least).toBe(24_576 * 32_768 + 1_769_472 + 18_874_368 * 2);
  });

  test('is reserved for every sequence: 256 may be refused where 16 start', () => {
    const { model } = checkpoint(name);
    const start = (maxSequences: number) => cacheToStart(model, request({ maxSequences })).careful;
    expect(start(16)).toBeGreaterThan(cachePerRequest(model, request()).careful - 1e-9);
    expect(start(256)).toBeCloseTo(((1_769_472 + 18_874_368 * 4) * 256) / GIB, 3);
  });

  test('of Mamba-2 is counted from its shape', () => {
    expect(bytes('nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', { context: 16 }).least).toBe(
      6144 * 16 + 23 * ((64 * 64 + 2 * 8 * 128) * 3 * 2 + 64 * 64 * 128 * 2),
    );
  });
});

test('an encoder keeps nothing', () => {
  expect(bytes('BAAI/bge-m3')).toEqual({ careful: 0, least: 0 });
});

test('a stage of a pipeline keeps its own layers, and some releases ask it for all', () => {
  const two = { tensorParallel: 1, pipelineParallel: 2 };
  expect(bytes('Qwen/Qwen3-8B', { spread: two }).least * 2).toBe(bytes('Qwen/Qwen3-8B').least);
  expect(bytes('Qwen/Qwen3-8B', { spread: two }).careful).toBe(bytes('Qwen/Qwen3-8B').careful);
});
