import { expect, test } from 'vitest';
import { metricTables, sourceOf } from '../../lib/catalog';
import { images } from '../../lib/core';

test.each(['vllm', 'sglang'] as const)('the list of %s is that of the image we run', (engine) => {
  expect(images[engine].split(':v')[1]).toBe(metricTables()[engine].version);
});

test('the list of triton is that of the image we run, whose counters have no ending', () => {
  const { series, version } = metricTables().triton;
  expect(images.triton).toContain(`:${version}-`);
  expect(series.has('nv_inference_request_success')).toBe(true);
  expect(series.has('nv_inference_request_success_total')).toBe(false);
});

test('what a backend of triton adds is its own, beside all that triton tells', () => {
  const { tensorrtllm, triton } = metricTables();
  expect(images.tensorrtllm).toContain(`:${tensorrtllm.version}-`);
  const own = [...tensorrtllm.series].filter((name) => !triton.series.has(name));
  expect(own.length).toBe(tensorrtllm.series.size - triton.series.size);
  expect(new Set(own.map(sourceOf))).toEqual(new Set(['tensorrtllm']));
});

test('the simulator is the one whose documentation was read', () => {
  expect(images.inferenceSim.split(':v')[1]).toBe(metricTables().simulator.version);
});

test('series are named as Prometheus stores them', () => {
  const { series } = metricTables().vllm;
  for (const name of ['num_requests_waiting', 'prompt_tokens_total', 'time_to_first_token_seconds_bucket']) {
    expect(series.has(`vllm:${name}`), name).toBe(true);
  }
  for (const name of ['prompt_tokens', 'time_to_first_token_seconds', 'gpu_cache_usage_perc']) {
    expect(series.has(`vllm:${name}`), name).toBe(false);
  }
  // A histogram whose name ends as counters do.
  expect(series.has('vllm:iteration_tokens_total_bucket')).toBe(true);
});

test('the simulator tells a part of what vLLM does, and what scales a model', () => {
  const { simulator, vllm } = metricTables();
  // It kept two names that vLLM has dropped since.
  const own = [...simulator.series].filter((name) => !vllm.series.has(name));
  expect(own.filter((name) => !/max_num_generation_tokens|time_per_output_token/.test(name))).toEqual([]);
  expect(simulator.series.has('vllm:num_requests_waiting')).toBe(true);
});

test('the beginning of a name says whose it is', () => {
  expect(['vllm:a', 'sglang:a', 'nv_a', 'DCGM_FI_A', 'kube_a', 'my_app'].map(sourceOf)).toEqual([
    'vllm',
    'sglang',
    'triton',
    'dcgm',
    'kube-state-metrics',
    undefined,
  ]);
});
