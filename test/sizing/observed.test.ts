import { expect, test } from 'vitest';
import { type FitInput, fitFor, type Observation, settle } from '../../lib/sizing';
import { cardNamed, checkpoint } from './given';

const asked: FitInput = {
  checkpoint: checkpoint('openai/gpt-oss-120b'),
  visibleGiB: 79.11,
  mostVisibleGiB: Number(cardNamed('H100').nvidiaSmiMiB) / 1024,
  computeCapability: 9,
  spread: { tensorParallel: 1 },
  context: 131_072,
  utilization: 0.92,
  batchedTokens: 8192,
  maxSequences: 256,
  fp8Cache: false,
};
const measured: Observation = { kvGiB: 10, on: 'H100', vllm: '0.33.0' };
const of = (more: Partial<Observation> = {}, start: Partial<FitInput> = {}) => {
  const input = { ...asked, ...start };
  return settle(fitFor(input), input, { ...measured, ...more }, { card: 'H100', vllm: '0.33.0' });
};

test('the cache of a windowed model is needed at its most, or the start must have had that context', () => {
  // Newer releases count two steps in flight for layers with a window.
  expect(of()).toEqual({ settled: true });
  expect(of({ kvGiB: 4.9 })).toMatchInlineSnapshot(`
    {
      "strange": "4.90 GiB were measured, and one request needs between 4.79 GiB and 5.07 GiB: say with which context it started",
    }
  `);
  expect(of({ kvGiB: 4.9, context: 131_072 })).toEqual({ settled: true });
  expect(of({ kvGiB: 4.9, context: 65_536 })).toHaveProperty('strange');
  expect(of({ kvGiB: 2, context: 131_072 })).toMatchInlineSnapshot(`
    {
      "refuted": "2.00 GiB were measured for the cache, and one request needs 4.79 GiB",
    }
  `);
});

test('a start that takes less than the measured one is covered by it', () => {
  expect(of({}, { batchedTokens: 2048, maxSequences: 16, context: 8192 })).toEqual({ settled: true });
  expect(of({ vllm: 'v0.33.0', on: 'h100', kvCacheDtype: 'auto' })).toEqual({ settled: true });
});

test('GPUs and nodes of ranks are counted as those of anything', () => {
  const spread = { tensorParallel: 2, dataParallel: 8, expertParallel: true, redundantExperts: 16, nodes: 2 };
  const same = { gpus: 8, nodes: 2, dataParallel: 8, redundantExperts: 16 };
  expect(of(same, { spread })).toEqual({ settled: true });
});

test.each<[string, Partial<Observation>, Partial<FitInput>]>([
  ['card', { on: 'H200' }, {}],
  ['gpus', { gpus: 2 }, {}],
  ['dataParallel', { gpus: 8 }, { spread: { tensorParallel: 1, dataParallel: 8 } }],
  [
    'redundantExperts',
    { gpus: 8, dataParallel: 8 },
    { spread: { tensorParallel: 1, dataParallel: 8, expertParallel: true, redundantExperts: 8 } },
  ],
  ['vLLM', { vllm: '0.30.0' }, {}],
  ['utilization', { utilization: 0.9 }, {}],
  ['batchedTokens', { batchedTokens: 2048 }, {}],
  ['maxSequences', {}, { maxSequences: 1024 }],
  ['kvCacheDtype', { kvCacheDtype: 'fp8' }, {}],
])('another %s is named', (what, observed, start) => {
  const { strange } = of(observed, start) as { strange: string };
  expect(strange).toContain(what);
});

test('what does not fit by arithmetic stays so', () => {
  expect(of({ kvGiB: 60 }, { visibleGiB: 44.42, mostVisibleGiB: 45 })).toMatchInlineSnapshot(`
    {
      "strange": "it does not fit by arithmetic, which no measurement changes",
    }
  `);
});
