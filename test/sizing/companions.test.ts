import { describe, expect, test } from 'vitest';
import { companionsGiB, fitFor } from '../../lib/sizing';
import { checkpoint } from './given';

const request = {
  context: 8192,
  spread: { tensorParallel: 1 },
  bytes: 2,
  batchedTokens: 2048,
  maxSequences: 64,
} as const;
const beside = (name: string, companions: Parameters<typeof companionsGiB>[1]) =>
  companionsGiB(checkpoint(name).model, companions, request, 8.9);

describe('adapters', () => {
  test('take what the layers of the model have room for, by rank and number', () => {
    // 32 layers of 4096, with 14336 inside and 8 heads of keys and values, and a head of 128256 words.
    const layer = 3 * 4096 + 4096 + 2 * 1024 + 2 * 4096 + 2 * 4096 + 3 * 14336 + 4096;
    const bytes = 2 * 16 * (32 * layer + 4096 + 128256);
    const one = beside('meta-llama/Llama-3.1-8B-Instruct', { adapters: { slots: 1, rank: 16 } });
    expect(one).toBeCloseTo(bytes / 2 ** 30, 6);
    expect(beside('meta-llama/Llama-3.1-8B-Instruct', { adapters: { slots: 4, rank: 32 } })).toBeCloseTo(
      (one ?? 0) * 8,
      6,
    );
  });
  test('of a mixture are made for each expert', () => {
    const dense = beside('Qwen/Qwen3-32B', { adapters: { slots: 1, rank: 16 } }) ?? 0;
    expect(beside('Qwen/Qwen3-30B-A3B', { adapters: { slots: 1, rank: 16 } })).toBeGreaterThan(dense);
  });
  test('in layers of another kind are not counted', () => {
    expect(beside('deepseek-ai/DeepSeek-V3', { adapters: { slots: 1, rank: 16 } })).toBeUndefined();
  });
});

test('a draft takes its weights and its own cache, guesses of the prompt only their samples', () => {
  const draft = checkpoint('Qwen/Qwen3-0.6B');
  const words = beside('Qwen/Qwen3-32B', { guesses: { tokens: 4 } }) ?? 0;
  expect(words).toBeCloseTo((256 * 151936 * 16) / 2 ** 30, 6);
  const drafted = beside('Qwen/Qwen3-32B', { guesses: { tokens: 4, draft } }) ?? 0;
  expect(drafted - words).toBeGreaterThan(1.5);
});

test('a model that fits alone may not fit with what runs beside it', () => {
  const alone = {
    checkpoint: checkpoint('Qwen/Qwen3-8B'),
    visibleGiB: 22,
    computeCapability: 8.9,
    spread: { tensorParallel: 1 },
    context: 8192,
    utilization: 0.92,
    batchedTokens: 2048,
    maxSequences: 64,
    fp8Cache: false,
  };
  expect(fitFor(alone).verdict).toBe('fit');
  expect(fitFor({ ...alone, companions: { adapters: { slots: 8, rank: 128 } } }).verdict).toBe('unproven');
  const untold = { ...alone, checkpoint: checkpoint('deepseek-ai/DeepSeek-V3') };
  expect(fitFor({ ...untold, companions: { adapters: { slots: 1, rank: 8 } } }).doubts).toContain(
    'what adapters take in layers of its kind is not counted',
  );
});
