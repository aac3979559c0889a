import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { models, quantizedBy } from '../../lib/catalog';
import { type FitInput, fitFor, weightsPerGpu } from '../../lib/sizing';
import { checkpoint } from './given';

const input = (more: Partial<FitInput> = {}): FitInput => ({
  checkpoint: checkpoint('Qwen/Qwen3-8B'),
  visibleGiB: 44.42,
  computeCapability: 8.9,
  spread: { tensorParallel: 1 },
  context: 8192,
  utilization: 0.92,
  batchedTokens: 8192,
  maxSequences: 256,
  fp8Cache: false,
  ...more,
});

const RANK = { fit: 2, unproven: 1, 'no-fit': 0 };

/** Any start of any model. */
const anyInput = fc
  .record({
    model: fc.constantFrom(...models().map(({ id }) => id)),
    visibleGiB: fc.double({ min: 12, max: 280, noNaN: true }),
    tensorParallel: fc.constantFrom(1, 2, 4, 8),
    context: fc.integer({ min: 1, max: 200_000 }),
    utilization: fc.double({ min: 0.3, max: 0.98, noNaN: true }),
    batchedTokens: fc.constantFrom(2048, 8192, 16_384),
    maxSequences: fc.constantFrom(16, 256, 1024),
    fp8Cache: fc.boolean(),
  })
  .map(({ model, tensorParallel, ...rest }) =>
    input({ ...rest, checkpoint: checkpoint(model), spread: { tensorParallel } }),
  );

describe('properties', () => {
  const never = (change: (before: FitInput) => FitInput, check: (a: FitInput, b: FitInput) => void) =>
    fc.assert(
      fc.property(anyInput, (before) => check(before, change(before))),
      { numRuns: 300, seed: 5 },
    );

  test('the best case is never below the careful one', () => {
    never(
      (same) => same,
      (asked) => {
        const { terms, atBest } = fitFor(asked);
        expect(atBest.kvBudgetGiB).toBeGreaterThanOrEqual(terms.kvBudgetGiB);
        expect(atBest.kvNeedGiB).toBeLessThanOrEqual(terms.kvNeedGiB + 1e-9);
      },
    );
  });

  test('the terms add up to the budget', () => {
    never(
      (same) => same,
      (asked) => {
        const { terms } = fitFor(asked);
        const { weightsGiB, activationGiB, nonTorchGiB, graphsGiB, kvBudgetGiB } = terms;
        expect(weightsGiB + activationGiB + nonTorchGiB + graphsGiB + kvBudgetGiB).toBeCloseTo(
          terms.requestedGiB,
          6,
        );
      },
    );
  });

  test.each<[string, (before: FitInput) => FitInput]>([
    ['a longer context', (before) => ({ ...before, context: before.context * 2 })],
    ['a larger step', (before) => ({ ...before, batchedTokens: before.batchedTokens * 2 })],
    ['more sequences', (before) => ({ ...before, maxSequences: before.maxSequences * 2 })],
    ['a smaller card', (before) => ({ ...before, visibleGiB: before.visibleGiB * 0.9 })],
  ])('%s never makes the verdict better', (_, change) => {
    never(change, (before, after) => {
      expect(RANK[fitFor(after).verdict]).toBeLessThanOrEqual(RANK[fitFor(before).verdict]);
    });
  });

  test('more GPUs never hold more weights each', () => {
    never(
      (before) => ({ ...before, spread: { tensorParallel: before.spread.tensorParallel * 2 } }),
      (before, after) => {
        const of = ({ checkpoint: of, spread }: FitInput) => weightsPerGpu(of, spread, 9);
        expect(of(after).careful).toBeLessThanOrEqual(of(before).careful);
        expect(of(after).least).toBeLessThanOrEqual(of(before).least);
      },
    );
  });

  test('the longest context is one that fits, and a block more does not', () => {
    never(
      (same) => same,
      (asked) => {
        const { maxContext } = fitFor(asked);
        if (maxContext === 0) return;
        expect(fitFor({ ...asked, context: maxContext }).verdict).toBe('fit');
        const { model } = asked.checkpoint;
        if (maxContext < model.maxContext)
          expect(fitFor({ ...asked, context: maxContext + 16 }).verdict).not.toBe('fit');
      },
    );
  });
});

describe('a fit is not promised', () => {
  const doubtsOf = (more: Partial<FitInput>) => fitFor(input(more));

  test('beyond the context that the model was made for', () => {
    expect(doubtsOf({ context: 65_536, visibleGiB: 139.8 })).toMatchObject({
      verdict: 'unproven',
      doubts: ['a context of 65536 is longer than the 40960 that Qwen/Qwen3-8B was made for'],
      maxContext: 40_960,
    });
  });

  test('when nearly all of a card is requested', () => {
    expect(doubtsOf({ utilization: 0.99 })).toMatchObject({
      verdict: 'unproven',
      doubts: [
        'utilization 0.99 leaves 0.44 GiB of a card to all that is not requested, which may take 1.65',
      ],
      maxContext: 0,
    });
  });

  test('when a second process opens the cards and too little is left for it', () => {
    const asked = { utilization: 0.95, visibleGiB: 22.03, batchedTokens: 2048, context: 8192 };
    expect(doubtsOf(asked).doubts).toEqual([]);
    expect(doubtsOf({ ...asked, cacheServer: true }).doubts).toEqual([
      'utilization 0.95 leaves 1.10 GiB of a card to all that is not requested, which may take 1.54',
    ]);
    expect(doubtsOf({ ...asked, cacheServer: true, utilization: 0.92 }).doubts).toEqual([]);
  });

  test('when a large mixture of 4 bits is repacked', () => {
    const of = checkpoint('openai/gpt-oss-20b');
    expect(
      doubtsOf({ checkpoint: of, visibleGiB: 22.03, batchedTokens: 2048 }).doubts,
    ).toMatchInlineSnapshot(`
      [
        "its weights are repacked at load, which was seen to need far more than they take loaded",
      ]
    `);
    expect(doubtsOf({ checkpoint: of, visibleGiB: 44.42 }).verdict).toBe('fit');
  });
});

test('weights quantized at load must fit before', () => {
  const atLoad = quantizedBy(checkpoint('Qwen/Qwen3-14B'), 'fp8');
  expect(fitFor(input({ checkpoint: atLoad, visibleGiB: 27 }))).toMatchObject({
    verdict: 'unproven',
    doubts: ['it is quantized at load, and its weights at 16 bits do not fit before'],
  });
  expect(fitFor(input({ checkpoint: atLoad, visibleGiB: 44.42 })).verdict).toBe('fit');
  expect(fitFor(input({ checkpoint: checkpoint('Qwen/Qwen3-14B-FP8'), visibleGiB: 27 })).doubts).toEqual([]);
});

test('an option that may save memory leaves what does not fit unproven, not what is hopeless', () => {
  const large = { checkpoint: checkpoint('Qwen/Qwen3-32B'), context: 1024 };
  const offload = { ...large, uncounted: ['--cpu-offload-gb'] };
  expect(fitFor(input(large)).verdict).toBe('no-fit');
  expect(fitFor(input(offload)).verdict).toBe('unproven');
  expect(fitFor(input({ ...large, uncounted: ['--enable-lora'] })).verdict).toBe('no-fit');
  expect(fitFor(input({ ...offload, visibleGiB: 22 })).verdict).toBe('no-fit');
});

test('an encoder works on as many sequences as it may', () => {
  const embedder = { checkpoint: checkpoint('BAAI/bge-m3'), context: 8194 };
  expect(fitFor(input({ ...embedder, batchedTokens: 8194 }))).toMatchObject({
    verdict: 'fit',
    concurrency: 256,
    maxContext: 8194,
  });
  expect(fitFor(input({ ...embedder, batchedTokens: 8192 })).faults).toMatchInlineSnapshot(`
    [
      {
        "certain": true,
        "fix": "raise the tokens of a step to 8194, or shorten the context",
        "what": "8192 tokens a step for texts of 8194 to BAAI/bge-m3",
        "why": "an encoder reads a text in one step; vLLM refuses steps that are shorter than the context",
      },
    ]
  `);
});
