import { expect, test } from 'vitest';
import type { ModelFact, ModelStart } from '../../lib/core';
import { startedAs } from '../../lib/proofs/served-models';
import { layoutOf, spreadStart } from '../../lib/serving/spread';
import { serving, TestPool } from '../serving/pool';

/** The spread that proofs read of what a server says of itself. */
function spread(engine: 'vllm' | 'sglang', asked: object) {
  const layer = serving();
  const pool = new TestPool(layer, 'h200', { gpu: 'H200', gpusPerNode: 8 });
  const { nodes, ...rest } = { nodes: 1, gpus: 8, ...asked };
  const layout = layoutOf(layer, engine, { model: 'deepseek-ai/DeepSeek-R1', pool, nodes, ...rest });
  const start = spreadStart(engine, layout, 8) as ModelStart;
  const fact = { gpusPerReplica: 8 * nodes, ...(nodes > 1 ? { nodes } : {}) } as ModelFact;
  const { evenExperts: _, ...read } = startedAs(fact, start).spread;
  return read;
}

const ALONE = { pipelineParallel: 1, dataParallel: 1, expertParallel: false };

test('GPUs of one node share each layer', () => {
  expect(spread('vllm', {})).toEqual({ ...ALONE, tensorParallel: 8 });
});

test('nodes share the layers out on vLLM, and each layer on SGLang', () => {
  expect(spread('vllm', { nodes: 2 })).toEqual({
    ...ALONE,
    tensorParallel: 8,
    pipelineParallel: 2,
    nodes: 2,
  });
  expect(spread('sglang', { nodes: 2 })).toEqual({ ...ALONE, tensorParallel: 16, nodes: 2 });
});

test('ranks divide the GPUs of all nodes, and what SGLang cuts besides it cuts for all of them', () => {
  const asked = { nodes: 2, dataParallel: 8, expertParallel: { redundantExperts: 16 } };
  const ranks = { ...ALONE, tensorParallel: 2, dataParallel: 8, expertParallel: true, redundantExperts: 16 };
  expect(spread('vllm', asked)).toEqual({ ...ranks, nodes: 2 });
  expect(spread('sglang', asked)).toEqual({ ...ranks, nodes: 2, denseParallel: 16 });
});
