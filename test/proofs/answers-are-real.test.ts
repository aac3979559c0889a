import { expect, test } from 'vitest';
import type { ModelFact, Tier } from '../../lib/core';
import { answersAreReal } from '../../lib/proofs/answers-are-real';
import { refusals } from './scene';

const model = (alias: string, engine: string): ModelFact => ({
  alias,
  model: 'Qwen/Qwen3-8B',
  engine,
  gpusPerReplica: engine === 'simulator' ? 0 : 1,
  replicas: { min: 1, max: 1 },
});

const said = (tier: Tier, engines: readonly string[], assumed = false) =>
  refusals(answersAreReal, {
    policy: { tier, assumed },
    facts: { model: engines.map((engine, index) => model(`m${index}`, engine)) },
  });

test('a simulator that others may rely on is told', () => {
  expect(said('prod', ['vllm', 'simulator'])).toMatchInlineSnapshot(`
    "model/m1: 'm1' is a simulator, in tier prod
      why: routes, metrics and alerts look as they should, and every answer is made up
      fix: delete simulate (or engine: simulator); waive this with a reason in a twin that nobody relies on"
  `);
  expect(said('stg', ['simulator', 'simulator'])).toContain("'m0', 'm1' are simulators, in tier stg");
});

test('models are models, and a place to try things on may make answers up', () => {
  expect(said('prod', ['vllm', 'sglang'])).toBe('');
  expect(said('dev', ['simulator'])).toBe('');
  expect(said('local', ['simulator'])).toBe('');
});

test('an app that names no tier is not judged as one of prod', () => {
  expect(said('prod', ['simulator'], true)).toBe('');
});
