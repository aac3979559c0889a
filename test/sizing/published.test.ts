import { describe, expect, test } from 'vitest';
import { type Checkpoint, findCheckpoint, models, quantizedBy } from '../../lib/catalog';
import { cachePerRequest, type FitInput, fitFor, GIB, visibleGiB, weightsGiB } from '../../lib/sizing';
import { cardNamed, checkpoint } from './given';

/** Figures that others published, beside ours. A figure of memory that is needed may be above theirs, never below. */

const one = { tensorParallel: 1 };

function start(of: Checkpoint | string, more: Partial<FitInput> = {}): FitInput {
  return {
    checkpoint: typeof of === 'string' ? checkpoint(of) : of,
    visibleGiB: 22.03,
    spread: one,
    context: 8192,
    utilization: 0.92,
    batchedTokens: 2048,
    maxSequences: 256,
    fp8Cache: false,
    ...more,
  };
}

const cache = (name: string, context: number) =>
  cachePerRequest(checkpoint(name).model, {
    context,
    spread: one,
    bytes: 2,
    batchedTokens: 8192,
    maxSequences: 256,
  });

describe('cache of one request, in GiB', () => {
  test.each([
    ['microsoft/Phi-3.5-mini-instruct', 131_072, 48.01],
    ['Qwen/Qwen3-VL-4B-Instruct', 32_768, 4.5],
    ['Qwen/Qwen2.5-7B-Instruct', 118_000, 6.3],
    ['meta-llama/Llama-3.1-8B-Instruct', 131_072, 16],
  ])('%s at %i: %d', (name, context, published) => {
    const { careful, least } = cache(name, context);
    // vLLM rounds up in the second decimal.
    expect(careful).toBeGreaterThan(published - 0.011);
    expect(careful).toBeLessThan(published + 0.01);
    expect(least).toBeCloseTo(careful, 6);
  });
});

describe('bytes of a token', () => {
  test.each([
    ['meta-llama/Llama-3.1-8B-Instruct', 131_072],
    ['meta-llama/Llama-3.3-70B-Instruct', 327_680],
    ['meta-llama/Llama-3.1-405B-Instruct', 516_096],
    ['Qwen/Qwen2.5-7B-Instruct', 57_344],
    ['Qwen/Qwen2.5-72B-Instruct', 327_680],
    ['Qwen/Qwen3-8B', 147_456],
    ['Qwen/Qwen3-32B', 262_144],
    ['Qwen/Qwen3-30B-A3B', 98_304],
    ['Qwen/Qwen3-235B-A22B', 192_512],
    ['microsoft/phi-4', 204_800],
    ['deepseek-ai/DeepSeek-V3', 70_272],
    ['moonshotai/Kimi-K2-Instruct', 70_272],
    ['CohereLabs/c4ai-command-r-v01', 1_310_720],
  ])('%s: %i', (name, published) => {
    const context = 16_384;
    const { careful, least } = cache(name, context);
    expect((least * GIB) / context).toBeCloseTo(published, 3);
    expect(careful).toBeGreaterThanOrEqual(least);
  });
});

describe('files of a checkpoint, in GiB', () => {
  test.each([
    ['meta-llama/Llama-3.1-8B-Instruct', 14.96],
    ['meta-llama/Llama-3.3-70B-Instruct', 131.42],
    ['microsoft/phi-4', 27.31],
    ['deepseek-ai/DeepSeek-R1-Distill-Qwen-14B', 27.51],
    ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', 58.82],
    ['Qwen/Qwen3-8B-AWQ', 5.68],
    ['moonshotai/Kimi-K2.5', 553.4],
    ['MiniMaxAI/MiniMax-M2.7', 214.23],
    ['deepseek-ai/DeepSeek-V3', 626.92],
    ['nvidia/Gemma-4-31B-IT-NVFP4', 29.32],
    ['openai/gpt-oss-120b', 60.77],
    ['openai/gpt-oss-20b', 12.82],
  ])('%s: %d', (name, published) => {
    const { model, format } = checkpoint(name);
    expect(model.params && weightsGiB(model.params, format)).toBeCloseTo(published, 1);
  });

  test('no plain checkpoint in the catalog is larger than what is counted for it', () => {
    const short = models().filter(({ params, checkpointGiB = 0, format, multimodal, cache: groups }) => {
      const drafts = groups.some(({ kind }) => kind === 'mla');
      // Towers and drafts of the next tokens are counted apart.
      return params && !multimodal && !drafts && weightsGiB(params, format) * 1.02 < checkpointGiB;
    });
    expect(short.map(({ id }) => id)).toEqual([]);
  });
});

describe('whole starts', () => {
  test('Llama-3.1-8B on an L4: a plan of 4.91 GiB from the larger total, 4.48 from what CUDA shows', () => {
    const { terms, verdict, atBest } = fitFor(start('meta-llama/Llama-3.1-8B-Instruct', { context: 8192 }));
    expect(terms.requestedGiB).toBeCloseTo(20.27, 1);
    expect(verdict).toBe('fit');
    expect(terms.kvBudgetGiB).toBeLessThan(4.48);
    expect(atBest.kvBudgetGiB).toBeGreaterThanOrEqual(4.48);
  });

  test('the same at 131,072 tokens needs 16 GiB of cache: it does not fit', () => {
    expect(fitFor(start('meta-llama/Llama-3.1-8B-Instruct', { context: 131_072 })).verdict).toBe('no-fit');
  });

  test('the same at 32,768 was planned to fit 1.2 times: not far enough from the edge to promise', () => {
    expect(fitFor(start('meta-llama/Llama-3.1-8B-Instruct', { context: 32_768 })).verdict).toBe('unproven');
  });

  test('Qwen3-4B AWQ on 48 GB at 0.85: 36.88 GiB of cache in the log', () => {
    const small = quantizedBy(checkpoint('Qwen/Qwen3-4B'), 'awq');
    const { terms, verdict } = fitFor(
      start(small, { visibleGiB: 47.37, utilization: 0.85, context: 32_768, computeCapability: 8.9 }),
    );
    expect(terms.requestedGiB).toBeCloseTo(40.26, 1);
    expect(verdict).toBe('fit');
    expect(terms.kvBudgetGiB).toBeLessThan(36.88);
    expect(terms.kvBudgetGiB).toBeGreaterThan(34);
  });

  test('DeepSeek-V3 on 8 H200: 42 GiB of cache with 8 GiB of overhead, the latent whole on each GPU', () => {
    const { terms, verdict, concurrency } = fitFor(
      start('deepseek-ai/DeepSeek-V3', {
        visibleGiB: visibleGiB(cardNamed('H200')),
        computeCapability: 9,
        spread: { tensorParallel: 8 },
        context: 65_536,
        batchedTokens: 8192,
      }),
    );
    expect(terms.weightsGiB).toBeGreaterThan(78.4);
    expect(terms.requestedGiB).toBeCloseTo(128.6, 1);
    expect(verdict).toBe('fit');
    expect(terms.kvBudgetGiB).toBeLessThan(42);
    expect(concurrency * 65_536).toBeLessThan(640_000);
  });

  test('Phi-3.5-mini at its full context needs a card of 80 GB', () => {
    const on = (name: string) =>
      fitFor(
        start('microsoft/Phi-3.5-mini-instruct', {
          visibleGiB: visibleGiB(cardNamed(name)),
          context: 131_072,
        }),
      ).verdict;
    expect([on('L4'), on('L40S'), on('H100')]).toEqual(['no-fit', 'no-fit', 'fit']);
  });

  test('gpt-oss-120b on one card of 80 GB asks for a measurement', () => {
    const input = start('openai/gpt-oss-120b', {
      visibleGiB: visibleGiB(cardNamed('H100')),
      computeCapability: 9,
      context: 8192,
    });
    expect(fitFor(input)).toMatchObject({
      verdict: 'unproven',
      doubts: ['its weights are repacked at load, which was seen to need far more than they take loaded'],
    });
  });
});

describe('work memory that logs show, in GiB, is never more than ours', () => {
  test.each([
    ['Llama-3.1-8B on L4 (servelab)', 'meta-llama/Llama-3.1-8B-Instruct', 22.03, 2048, 256, 0.42 + 0.5 + 0.2],
    ['Llama-3.1-8B on L4 (kvplan)', 'meta-llama/Llama-3.1-8B-Instruct', 22.03, 2048, 256, 0.83],
    ['the most on a small card', 'Qwen/Qwen3-0.6B', 22.03, 2048, 256, 2.2 + 0.5 + 0.2],
    ['a small dense model on H100', 'Qwen/Qwen3-0.6B', 79.11, 8192, 1024, 5.6 + 0.6 + 0.2],
    ['a large dense model on H100', 'Qwen/Qwen3-32B', 79.11, 8192, 1024, 5.6 + 0.6 + 0.2],
    ['gpt-oss on H100', 'openai/gpt-oss-20b', 79.11, 8192, 1024, 7.4 + 0.6 + 0.2],
  ])('%s', (_, name, visible, batchedTokens, maxSequences, seen) => {
    const { terms } = fitFor(start(name, { visibleGiB: visible, batchedTokens, maxSequences }));
    expect(terms.activationGiB + terms.nonTorchGiB + terms.graphsGiB).toBeGreaterThanOrEqual(seen - 1e-9);
  });
});

test('a checkpoint that nobody knows is not made up', () => {
  expect(findCheckpoint('example/none-AWQ')).toBeUndefined();
});
