import { describe, expect, test } from 'vitest';
import type { ModelFact, PoolFact } from '../../lib/core';
import { modelFitsMemory } from '../../lib/proofs/model-fits-memory';
import { weightsComeFromInside } from '../../lib/proofs/weights-come-from-inside';
import { POOLS } from './platform';
import { refusals } from './scene';

const L4: PoolFact = {
  ...POOLS[1],
  name: 'l4',
  shapes: [{ ...POOLS[1].shapes[0], instanceType: 'g6.xlarge', gpus: 1, devices: { 'nvidia.com/gpu': 1 } }],
};

const fact = (more: Partial<ModelFact> = {}): ModelFact => ({
  alias: 'small',
  model: 'qwen3:8b',
  engine: 'ollama',
  pool: 'l4',
  gpusPerReplica: 1,
  replicas: { min: 1, max: 1 },
  ...more,
});

const said = (...models: ModelFact[]) => refusals(modelFitsMemory, { facts: { pool: [L4], model: models } });

describe('an engine that no arithmetic speaks of', () => {
  test('is counted, and refused until it is measured', () => {
    expect(said(fact())).toMatchInlineSnapshot(`
      "model/small: nobody knows what qwen3:8b on ollama takes of L4
        why: the catalog has no GGUF, and Ollama computes on CPUs, in silence, what does not fit the card: that it fits cannot be promised
        fix: run it under load on such a card, read the memory that nvidia-smi shows at its most, and write observed: { gpuGiB: …, on: L4 }"
    `);
    expect(said(fact({ engine: 'other' }))).toContain('no arithmetic here speaks of that engine');
  });
  test('passes with a measurement of this card', () => {
    expect(said(fact({ takes: { gpuGiB: 7.5, on: 'L4' } }))).toBe('');
    expect(said(fact({ takes: { gpuGiB: 7.5, on: 'NVIDIA L4' } }))).toBe('');
  });
  test('is not settled by that of another card', () => {
    expect(said(fact({ takes: { gpuGiB: 7.5, on: 'L40S' } }))).toMatchInlineSnapshot(`
      "model/small: qwen3:8b was measured on L40S, and runs on L4 of pool 'l4'
        why: kernels, and what an engine keeps for them, differ from card to card: it says nothing of this one
        fix: run it under load on such a card, read the memory that nvidia-smi shows at its most, and write observed: { gpuGiB: …, on: L4 }"
    `);
  });
  test('is not settled by what cannot have been measured', () => {
    expect(said(fact({ takes: { gpuGiB: 30, on: 'L4' } }))).toMatchInlineSnapshot(`
      "model/small: qwen3:8b was measured to take 30 GiB, and L4 has 22.0 GiB
        why: a number above the memory of the card cannot have been measured on it
        fix: run it under load on such a card, read the memory that nvidia-smi shows at its most, and write observed: { gpuGiB: …, on: L4 }; or name a pool with a larger card"
    `);
  });
  test('is measured on the slice that it runs on', () => {
    const shape = { ...L4.shapes[0], instanceType: 'p4de.24xlarge' };
    const told = (on: string) =>
      refusals(modelFitsMemory, {
        facts: {
          pool: [{ ...L4, shapes: [shape] }],
          model: [fact({ slice: '3g.40gb', takes: { gpuGiB: 30, on } })],
        },
      });
    expect(told('A100-80 3g.40gb')).toBe('');
    expect(told('A100-80')).toContain('runs on A100-80 3g.40gb');
  });
  test('is nothing to prove on CPUs', () => {
    const measured = fact({ alias: 'other', takes: { gpuGiB: 7.5, on: 'L4' } });
    expect(said(measured, fact({ gpusPerReplica: 0, pool: undefined }))).toBe('');
  });
  test('shares a GPU only with what leaves it its part', () => {
    const shared = (gpuGiB: number, max = 2) =>
      said(fact({ sharedBy: 2, replicas: { min: 1, max }, takes: { gpuGiB, on: 'L4' } }));
    expect(shared(10)).toBe('');
    expect(shared(12)).toContain('share one GPU');
    expect(shared(12, 1)).toBe('');
  });
});

test('in production its library is outside', () => {
  const model = [fact({ weights: 'hub', gpusPerReplica: 0, pool: undefined })];
  expect(
    refusals(weightsComeFromInside, { facts: { model }, policy: { tier: 'prod' } }),
  ).toMatchInlineSnapshot(`
    "model/small: each replica loads qwen3:8b from Ollama's library, in an environment of tier prod
      why: a replica that comes under load or after a failure waits for a hub that may throttle, be down or have changed
      fix: serve it with vllm or sglang: Ollama pulls from nowhere else"
  `);
});
