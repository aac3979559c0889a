import { describe, expect, test } from 'vitest';
import { findCheckpoint, modelNames, namedCards, quantizedBy } from '../../lib/catalog';
import { type FitInput, fitFor } from '../../lib/sizing';

/** Every model on every card, with many calls: none may fail, and none may contradict another. */

const RANK = { fit: 2, unproven: 1, 'no-fit': 0 };
const CALLS: readonly Partial<FitInput>[] = [
  {},
  { utilization: 0.97, batchedTokens: 16_384, maxSequences: 1024 },
  { fp8Cache: true, batchedTokens: 2048, maxSequences: 16, context: 8192 },
];

function* starts(): Iterable<FitInput> {
  const cards = namedCards();
  let n = 0;
  for (const name of modelNames()) {
    const checkpoint = findCheckpoint(name);
    if (!checkpoint) throw new Error(`the catalog names ${name} and does not know it`);
    for (const { visibleGiB, mostVisibleGiB, computeCapability } of cards) {
      const tensorParallel = [1, 2, 4, 8][n % 4];
      const spread = { tensorParallel, expertParallel: n % 3 === 0, pipelineParallel: n % 7 === 0 ? 2 : 1 };
      yield {
        checkpoint: n % 5 === 0 ? quantizedBy(checkpoint, ['fp8', 'awq', 'bitsandbytes'][n % 3]) : checkpoint,
        visibleGiB,
        mostVisibleGiB,
        computeCapability,
        spread,
        context: checkpoint.model.maxContext,
        utilization: 0.92,
        batchedTokens: 8192,
        maxSequences: 256,
        fp8Cache: false,
        dtype: 'auto',
        ...CALLS[n % CALLS.length],
      };
      n++;
    }
  }
}

const all = [...starts()];
const rank = (input: FitInput) => RANK[fitFor(input).verdict];

test('every model answers on every card, with numbers', () => {
  for (const input of all) {
    const { verdict, terms, atBest, maxContext, concurrency } = fitFor(input);
    const numbers = [...Object.values(terms), ...Object.values(atBest), maxContext, concurrency];
    expect(numbers.every(Number.isFinite), JSON.stringify(input)).toBe(true);
    if (verdict !== 'fit') continue;
    // A promise holds at its own best, and is made for the context that was asked.
    expect(atBest.kvBudgetGiB).toBeGreaterThanOrEqual(atBest.kvNeedGiB);
    expect(maxContext).toBeGreaterThanOrEqual(input.context);
  }
});

describe('no call contradicts another', () => {
  test.each<[string, (before: FitInput) => FitInput, 'no better' | 'no worse']>([
    ['more context', (of) => ({ ...of, context: of.context * 2 }), 'no better'],
    [
      'a larger step',
      (of) => ({ ...of, batchedTokens: of.batchedTokens * 2, context: Math.min(of.context, 512) }),
      'no better',
    ],
    [
      'more memory',
      (of) => ({ ...of, visibleGiB: of.visibleGiB * 1.5, mostVisibleGiB: (of.mostVisibleGiB ?? 0) * 1.5 }),
      'no worse',
    ],
    ['a card that may have more', (of) => ({ ...of, mostVisibleGiB: 999 }), 'no worse'],
  ])('%s is %s', (_, change, than) => {
    for (const input of all) {
      const before =
        than === 'no better' && change(input).context < input.context ? { ...input, context: 512 } : input;
      const [was, is] = [rank(before), rank(change(input))];
      if (than === 'no better') expect(is, JSON.stringify(input)).toBeLessThanOrEqual(was);
      else expect(is, JSON.stringify(input)).toBeGreaterThanOrEqual(was);
    }
  });

  test('an fp8 cache is no worse where the card is sure to read it', () => {
    for (const input of all) {
      if ((input.computeCapability ?? 0) < 10) continue;
      expect(rank({ ...input, fp8Cache: true }), JSON.stringify(input)).toBeGreaterThanOrEqual(
        rank({ ...input, fp8Cache: false }),
      );
    }
  });

  test('less utilization never raises the budget', () => {
    for (const input of all) {
      const less = fitFor({ ...input, utilization: input.utilization - 0.2 });
      const more = fitFor(input);
      expect(less.terms.kvBudgetGiB).toBeLessThan(more.terms.kvBudgetGiB);
      expect(less.atBest.kvBudgetGiB).toBeLessThan(more.atBest.kvBudgetGiB);
    }
  });
});
