import { describe, expect, test } from 'vitest';
import { fitCommand } from '../../lib/cli/fit';
import { PUBLISHED, type Published } from './starts';

interface Answer {
  readonly verdict: 'fit' | 'unproven' | 'no-fit' | 'unknown';
  readonly terms: Readonly<
    Record<'weightsGiB' | 'activationGiB' | 'nonTorchGiB' | 'graphsGiB' | 'kvBudgetGiB' | 'kvNeedGiB', number>
  >;
}

/** What `nexus fit` says of it, told no more than the log tells. */
function asked(start: Published): Answer {
  const { model, card, mig, tp, context, utilization, batched, sequences, dtype } = start;
  const told = {
    ...(typeof card === 'number'
      ? { 'gpu-memory-gib': `${card}`, 'compute-capability': '8.6' }
      : { gpu: card }),
    ...(mig ? { mig } : {}),
    ...(tp ? { count: `${tp}` } : {}),
    ...(start.ep ? { 'expert-parallel': true } : {}),
    context: `${context}`,
    utilization: `${utilization}`,
    ...(batched ? { 'batched-tokens': `${batched}` } : {}),
    ...(sequences ? { sequences: `${sequences}` } : {}),
    ...(start.fp8Cache ? { 'kv-cache': 'fp8' } : {}),
    ...(dtype ? { dtype } : {}),
  };
  let out = '';
  fitCommand.run(
    { names: [model], options: told, json: true, outDir: '.' },
    { cwd: '.', out: (text) => (out += text), err: () => undefined, terminal: false },
  );
  return out ? (JSON.parse(out) as Answer) : ({ verdict: 'unknown', terms: {} } as Answer);
}

const answers = PUBLISHED.map((start) => ({ start, ...asked(start) }));
const nameOf = ({ model, card, tp = 1, context, utilization }: Published): string =>
  `${model} on ${tp} x ${card} at ${context}, ${utilization}`;

describe('starts that others published', () => {
  test('are many, each with its source', () => {
    expect(PUBLISHED.length).toBeGreaterThanOrEqual(85);
    for (const { source } of PUBLISHED) expect(source).not.toBe('');
  });

  test('what was refused is never promised', () => {
    const promised = answers.filter(({ start, verdict }) => !start.started && verdict === 'fit');
    expect(promised.map(({ start }) => nameOf(start))).toEqual([]);
  });

  test('what started is never refused', () => {
    const refused = answers.filter(({ start, verdict }) => start.started && verdict === 'no-fit');
    expect(refused.map(({ start }) => nameOf(start))).toEqual([]);
  });

  test('how many of each: a change that promises less must say why', () => {
    const tally: Record<string, number> = {};
    for (const { start, verdict } of answers) {
      const key = `${start.started ? 'started' : 'refused'}: ${verdict}`;
      tally[key] = (tally[key] ?? 0) + 1;
    }
    expect(tally).toMatchInlineSnapshot(`
      {
        "refused: no-fit": 9,
        "refused: unknown": 1,
        "refused: unproven": 22,
        "started: fit": 30,
        "started: unproven": 23,
      }
    `);
  });
});

describe('the terms of a promise, in GiB', () => {
  const measured = answers.filter(({ verdict }) => verdict !== 'unknown');

  test('weights are as they load', () => {
    const off = measured.filter(({ start: { seen = [] }, terms }) => {
      const [weights] = seen;
      // What is short by so little is covered by the rest of the promise.
      return weights != null && (terms.weightsGiB < weights - 0.35 || terms.weightsGiB > weights * 1.12 + 1);
    });
    expect(
      off.map(({ start, terms }) => `${nameOf(start)}: ${terms.weightsGiB}, seen ${start.seen?.[0]}`),
    ).toEqual([
      // The format of its weights cannot be priced: counted at 16 bits.
      'unsloth/Qwen2.5-7B-Instruct-bnb-4bit on 1 x 8 at 4096, 0.7: 14.47, seen 5.2',
    ]);
  });

  test('work memory is never more than ours', () => {
    const short = measured.filter(({ start: { seen = [] }, terms }) => {
      const [, activation, nonTorch, graphs] = seen;
      return (
        (activation ?? 0) + (nonTorch ?? 0) + (graphs ?? 0) >
        terms.activationGiB + terms.nonTorchGiB + terms.graphsGiB
      );
    });
    expect(short.map(({ start }) => nameOf(start))).toEqual([]);
  });

  test('the cache that was left is never less than ours', () => {
    const less = measured.filter(({ start: { seen = [] }, terms }) => {
      const left = seen[4];
      return left != null && terms.kvBudgetGiB > left;
    });
    expect(
      less.map(({ start, terms }) => `${nameOf(start)}: ${terms.kvBudgetGiB}, seen ${start.seen?.[4]}`),
    ).toEqual([]);
  });
});
