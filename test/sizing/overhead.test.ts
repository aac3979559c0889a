import { describe, expect, test } from 'vitest';
import { overhead, type StartLimits } from '../../lib/sizing';
import { checkpoint } from './given';

const of = (name: string, more: Partial<StartLimits> = {}) =>
  overhead(checkpoint(name).model, {
    batchedTokens: 2048,
    maxSequences: 256,
    spread: { tensorParallel: 1 },
    ...more,
  });

describe('non-torch memory, in GiB', () => {
  const nonTorch = (name: string, tensorParallel: number, batchedTokens = 2048) =>
    of(name, { spread: { tensorParallel }, batchedTokens }).nonTorchGiB;

  test.each([
    ['Qwen/Qwen3-8B', 1, 2048, 0.2],
    ['Qwen/Qwen3-32B', 2, 2048, 0.5],
    ['Qwen/Qwen3.5-122B-A10B', 2, 2048, 1.4],
    ['deepseek-ai/DeepSeek-R1', 8, 8192, 7],
  ])('of %s over %i is never below the log', (name, gpus, batchedTokens, seen) => {
    expect(nonTorch(name, gpus, batchedTokens)).toBeGreaterThanOrEqual(seen);
  });

  test('is less with small steps, and more among eight', () => {
    expect(nonTorch('deepseek-ai/DeepSeek-R1', 8)).toBe(4);
    expect([nonTorch('Qwen/Qwen3-32B', 4), nonTorch('Qwen/Qwen3-32B', 8)]).toEqual([1, 1.5]);
  });
});

describe('activation, in GiB', () => {
  test('is the rule where steps are small', () => {
    expect(of('Qwen/Qwen3-8B', { maxSequences: 64 }).activationGiB).toBe(1.7);
    expect(of('BAAI/bge-m3', { maxSequences: 1024 }).activationGiB).toBe(1.7);
  });

  const GIB = 2 ** 30;

  test('is the widest layer or the sampler, whichever is more', () => {
    const layer = 32_768 * (3 * 25_600 + 4 * 5120) * 2;
    const sampler = 1024 * 151_936 * 39.6;
    expect(of('Qwen/Qwen3-32B', { batchedTokens: 32_768, maxSequences: 1024 }).activationGiB).toBeCloseTo(
      Math.max(layer, sampler) / GIB + 0.25,
      6,
    );
    expect(of('Qwen/Qwen3-32B', { batchedTokens: 65_536, maxSequences: 256 }).activationGiB).toBeCloseTo(
      (2 * layer) / GIB + 0.25,
      6,
    );
  });

  test('of a mixture is both, since the experts keep their workspace', () => {
    const both = of('Qwen/Qwen3-30B-A3B', { batchedTokens: 8192, maxSequences: 1024 }).activationGiB;
    const sampler = (1024 * 151_936 * 39.6) / GIB;
    const routed = (8192 * 2 * (4 * 2048 + 3 * 6144 + 8 * (3 * 768 + 2 * 2048))) / GIB;
    expect(both).toBeCloseTo(sampler + routed + 0.25, 6);
  });
});
