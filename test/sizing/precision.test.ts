import { expect, test } from 'vitest';
import { quantizedBy } from '../../lib/catalog';
import { precisionFaults } from '../../lib/sizing';
import { checkpoint } from './given';

const faults = (name: string, computeCapability: number, more: { dtype?: string; fp8Cache?: boolean } = {}) =>
  precisionFaults({ checkpoint: checkpoint(name), computeCapability, fp8Cache: false, ...more }).map(
    ({ what }) => what,
  );

test('a T4 has no bfloat16', () => {
  expect(faults('Qwen/Qwen3-8B', 7.5)).toEqual(['bfloat16 on a card of compute capability 7.5']);
  expect(faults('Qwen/Qwen3-8B', 7.5, { dtype: 'half' })).toEqual([]);
  expect(faults('Qwen/Qwen3-8B', 8.6)).toEqual([]);
  // Published in other formats: the engine chooses float16 itself.
  expect(faults('meta-llama/Llama-2-7b-chat-hf', 7.5)).toEqual([]);
  expect(faults('BAAI/bge-m3', 7.5)).toEqual([]);
});

test('Gemma 2 and 3 are not safe in float16', () => {
  expect(faults('google/gemma-3-4b-it', 7.5, { dtype: 'half' })).toEqual([
    'google/gemma-3-4b-it on a card of compute capability 7.5',
  ]);
});

test('an fp8 cache needs 8.0', () => {
  expect(faults('Qwen/Qwen3-8B', 7.5, { dtype: 'half', fp8Cache: true })).toEqual([
    'an fp8 KV cache on a card of compute capability 7.5',
  ]);
  expect(faults('Qwen/Qwen3-8B', 8, { fp8Cache: true })).toEqual([]);
});

test('mxfp4 needs 8.0, and int8 has no kernels from 10.0', () => {
  expect(faults('openai/gpt-oss-20b', 7.5, { dtype: 'half' })).toEqual([
    'mxfp4 weights on a card of compute capability 7.5',
  ]);
  const whole = quantizedBy(checkpoint('Qwen/Qwen3-8B'), 'int8');
  const of = (computeCapability: number) =>
    precisionFaults({ checkpoint: whole, computeCapability, fp8Cache: false }).length;
  expect([of(9), of(10), of(12)]).toEqual([0, 1, 1]);
});

test('a card that nobody knows is not judged', () => {
  expect(precisionFaults({ checkpoint: checkpoint('Qwen/Qwen3-8B'), fp8Cache: true })).toEqual([]);
});
