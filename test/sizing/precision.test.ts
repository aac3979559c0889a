import { expect, test } from 'vitest';
import { quantizedBy } from '../../lib/catalog';
import { precisionFaults } from '../../lib/sizing';
import { checkpoint } from './given';

const faults = (name: string, computeCapability: number, more: { dtype?: string; fp8Cache?: boolean } = {}) =>
  precisionFaults({ checkpoint: checkpoint(name), computeCapability, fp8Cache: false, ...more }).map(
    ({ what }) => what,
  );

test('a T4 has no bfloat16', () => {
  expect(faults('Qwen/Qwen3-8B', 7.5)).toEqual([
    'the bfloat16 numbers of Qwen/Qwen3-8B on a card of compute capability 7.5',
  ]);
  expect(faults('Qwen/Qwen3-8B', 7.5, { dtype: 'bfloat16' })).toEqual([
    'bfloat16 on a card of compute capability 7.5',
  ]);
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

const certain = (
  name: string,
  computeCapability: number,
  more: { dtype?: string; fp8Cache?: boolean } = {},
) =>
  precisionFaults({ checkpoint: checkpoint(name), computeCapability, fp8Cache: false, ...more }).map(
    (fault) => fault.certain,
  );

test('what releases differ in is doubted, not refused', () => {
  // Newer releases compute a bfloat16 checkpoint in float16 when nobody says.
  expect(certain('Qwen/Qwen3-8B', 7.5, { dtype: 'auto' })).toEqual([false]);
  expect(certain('Qwen/Qwen3-8B', 7.5)).toEqual([true]);
  expect(certain('google/gemma-3-4b-it', 7.5, { dtype: 'auto' })).toEqual([false]);
  expect(certain('google/gemma-3-4b-it', 7.5, { dtype: 'half' })).toEqual([true]);
  expect(certain('google/gemma-3-4b-it', 7.5, { dtype: 'float32' })).toEqual([]);
  expect(certain('Qwen/Qwen3-8B-FP8', 8.6)).toEqual([false]);
  expect(certain('Qwen/Qwen3-8B-FP8', 8.9)).toEqual([]);
  expect(certain('deepseek-ai/DeepSeek-R1', 8.9, { fp8Cache: true })).toEqual([false]);
  expect(certain('openai/gpt-oss-20b', 9, { fp8Cache: true })).toEqual([false]);
  expect(certain('openai/gpt-oss-20b', 10, { fp8Cache: true })).toEqual([]);
});

test('a card older than a T4 has kernels in older releases only', () => {
  expect(certain('Qwen/Qwen3-8B', 7, { dtype: 'half' })).toEqual([false]);
  expect(certain('Qwen/Qwen3-8B', 6.1, { dtype: 'half' })).toEqual([true]);
});

test("NVIDIA's own fp8 checkpoints asked for fp8 units", () => {
  expect(certain('nvidia/Llama-3.3-70B-Instruct-FP8', 8)).toEqual([false]);
  expect(certain('RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic', 8)).toEqual([]);
});

test('sparse attention has kernels for Hopper and the large Blackwell cards', () => {
  const of = (computeCapability: number) => certain('deepseek-ai/DeepSeek-V3.2', computeCapability);
  expect([of(8).length, of(9).length, of(10.3).length, of(12).length]).toEqual([2, 0, 0, 1]);
});

test('an fp8 cache needs 8.0', () => {
  expect(faults('Qwen/Qwen3-8B', 7.5, { dtype: 'half', fp8Cache: true })).toEqual([
    'an fp8 KV cache on a card of compute capability 7.5',
  ]);
  expect(faults('Qwen/Qwen3-8B', 8.9, { fp8Cache: true })).toEqual([]);
  expect(certain('Qwen/Qwen3-8B', 8, { fp8Cache: true })).toEqual([false]);
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

test('a card that nobody knows is taken for an Ampere, where nothing is certain', () => {
  const unknown = (name: string, fp8Cache: boolean) =>
    precisionFaults({ checkpoint: checkpoint(name), fp8Cache }).map((fault) => fault.certain);
  expect(unknown('Qwen/Qwen3-8B', false)).toEqual([]);
  expect(unknown('Qwen/Qwen3-8B', true)).toEqual([false]);
  expect(unknown('Qwen/Qwen3-8B-FP8', false)).toEqual([false]);
});
