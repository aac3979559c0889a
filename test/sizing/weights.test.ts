import { describe, expect, test } from 'vitest';
import { quantizedBy } from '../../lib/catalog';
import { type Spread, weightsGiB, weightsPerGpu } from '../../lib/sizing';
import { checkpoint } from './given';

const careful = (name: string, spread: Partial<Spread> = {}, capability = 9) =>
  weightsPerGpu(checkpoint(name), { tensorParallel: 1, ...spread }, capability).careful;

const whole = (name: string) => {
  const { model, format } = checkpoint(name);
  return model.params ? weightsGiB(model.params, format) : 0;
};

describe('weights that were seen to load larger than their files', () => {
  test.each([
    ['openai/gpt-oss-20b', 9, 1.06],
    ['openai/gpt-oss-20b', 8, 1.13],
    ['deepseek-ai/DeepSeek-V3', 9, 1.07],
    ['Qwen/Qwen3-8B-FP8', 8.6, 1.06],
    ['Qwen/Qwen3-8B-FP8', 8.9, 1],
    ['nvidia/Qwen3-235B-A22B-NVFP4', 10, 1.03],
    ['Qwen/Qwen3-8B', 9, 1],
  ])('%s on %d: %d times', (name, capability, factor) => {
    expect(careful(name, {}, capability) / whole(name)).toBeCloseTo(1.02 * factor, 3);
  });

  test('a card that nobody knows may be an old one', () => {
    const of = checkpoint('openai/gpt-oss-20b');
    expect(weightsPerGpu(of, { tensorParallel: 1 }, undefined)).toEqual(
      weightsPerGpu(of, { tensorParallel: 1 }, 8),
    );
  });

  test('DeepSeek on 8 GPUs: 5 GiB more on each, as logged', () => {
    const seen = whole('deepseek-ai/DeepSeek-R1') / 8 + 5;
    expect(careful('deepseek-ai/DeepSeek-R1', { tensorParallel: 8 })).toBeGreaterThan(seen);
  });
});

describe('a vision tower', () => {
  test('is whole on each GPU', () => {
    const name = 'Qwen/Qwen3-VL-32B-Instruct';
    expect(
      careful(name, { tensorParallel: 8 }) - careful('Qwen/Qwen3-32B', { tensorParallel: 8 }),
    ).toBeCloseTo(1.3, 3);
  });

  test('is what the files have more, where that is more', () => {
    const name = 'Qwen/Qwen3.6-35B-A3B';
    expect(careful(name) - whole(name) * 1.02).toBeCloseTo(66.97 - 64.56, 1);
  });
});

describe('several GPUs', () => {
  test('share all but norms and routers', () => {
    const name = 'moonshotai/Kimi-K2-Instruct';
    const other = (166_180_352 * 2) / 2 ** 30;
    expect(careful(name, { tensorParallel: 8 })).toBeCloseTo(
      ((whole(name) - other) / 8 + other) * 1.02 * 1.07,
      3,
    );
  });

  test('copy heads of keys and values when there are fewer', () => {
    const name = 'Qwen/Qwen3-235B-A22B';
    const copied = (0.5 * 2 * 4096 * 128 * 94 * 2) / 2 ** 30;
    expect(careful(name, { tensorParallel: 8 }) - careful(name, { tensorParallel: 4 }) / 2).toBeGreaterThan(
      copied * 0.99,
    );
  });

  test('hold whole experts, one more where they do not divide', () => {
    const name = 'Qwen/Qwen3-30B-A3B';
    const cut = careful(name, { tensorParallel: 4 });
    expect(careful(name, { tensorParallel: 4, expertParallel: true })).toBeCloseTo(cut, 6);
    expect(careful(name, { tensorParallel: 5, expertParallel: true })).toBeGreaterThan(
      careful(name, { tensorParallel: 5 }),
    );
  });

  test('of a pipeline hold the layers of the fullest stage', () => {
    const name = 'Qwen/Qwen3-8B';
    const staged = careful(name, { pipelineParallel: 5 });
    expect(staged).toBeGreaterThan((careful(name) * 8) / 36);
    expect(staged).toBeLessThan(careful(name) / 2);
  });
});

test('files stand for a model whose parameters nobody counted', () => {
  expect(careful('mistralai/Ministral-3-8B-Instruct-2512')).toBeCloseTo(9.7 * 1.02 + 1.3, 6);
});

test('what only a name tells lies between the heaviest and the lightest of its kind', () => {
  const { careful: heavy, least } = weightsPerGpu(
    checkpoint('nvidia/Qwen3-32B-NVFP4'),
    { tensorParallel: 1 },
    10,
  );
  expect(heavy).toBeGreaterThan(least * 1.2);
  const unpriced = weightsPerGpu(
    quantizedBy(checkpoint('Qwen/Qwen3-32B'), 'torchao'),
    { tensorParallel: 1 },
    9,
  );
  expect(unpriced.careful).toBeCloseTo(whole('Qwen/Qwen3-32B') * 1.02, 6);
});
