import { describe, expect, test } from 'vitest';
import { parallelismFaults } from '../../lib/sizing';
import { checkpoint } from './given';

const faults = (name: string, tensorParallel: number, expertParallel = false) =>
  parallelismFaults(checkpoint(name), { tensorParallel, expertParallel });

const allowed = (name: string, expertParallel = false) =>
  [1, 2, 4, 5, 8, 10, 16].filter((tp) => !faults(name, tp, expertParallel).length);

describe('what is refused in public threads', () => {
  test.each([
    ['microsoft/phi-4', [1, 2, 5, 10]],
    ['Qwen/Qwen2.5-7B-Instruct', [1, 2, 4]],
    ['Qwen/Qwen2.5-0.5B-Instruct', [1, 2]],
    ['zai-org/GLM-4.7-Flash', [1, 2, 4, 5, 10]],
    ['Qwen/Qwen3-30B-A3B-FP8', [1, 2]],
    ['Qwen/Qwen3-235B-A22B-FP8', [1, 2, 4]],
    ['MiniMaxAI/MiniMax-M2.7', [1, 2, 4]],
    ['Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8', [1, 2, 4]],
    ['Qwen/Qwen3-32B-FP8', [1, 2, 4, 8]],
    ['Qwen/Qwen3.6-35B-A3B-FP8', [1, 2, 4]],
    ['deepseek-ai/DeepSeek-R1', [1, 2, 4, 8, 16]],
    ['google/gemma-4-26B-A4B-it', [1, 2, 4, 8, 16]],
  ])('%s may be spread over %j', (name, sizes) => {
    expect(allowed(name)).toEqual(sizes);
  });

  test.each([
    ['Qwen/Qwen3-30B-A3B-FP8', [1, 2, 4, 8, 16]],
    ['Qwen/Qwen3-235B-A22B-FP8', [1, 2, 4, 8, 16]],
    ['MiniMaxAI/MiniMax-M2.7', [1, 2, 4, 8, 16]],
    ['Qwen/Qwen3.6-35B-A3B-FP8', [1, 2, 4]],
  ])('%s with whole experts over %j', (name, sizes) => {
    expect(allowed(name, true)).toEqual(sizes);
  });
});

test('says what to use instead', () => {
  expect(faults('microsoft/phi-4', 4)).toMatchInlineSnapshot(`
    [
      {
        "certain": true,
        "fix": "use tensor parallel 1, 2, 5, 10",
        "what": "tensor parallel 4 neither divides the 10 key-value heads of microsoft/phi-4 nor is a multiple of them",
        "why": "each GPU needs the same number of key-value heads, or a copy of one: the engine ends at its start",
      },
    ]
  `);
  expect(faults('Qwen/Qwen2.5-7B-Instruct', 8)).toMatchInlineSnapshot(`
    [
      {
        "certain": true,
        "fix": "use tensor parallel 1, 2, 4",
        "what": "tensor parallel 8 does not divide the 28 attention heads of Qwen/Qwen2.5-7B-Instruct",
        "why": "vLLM refuses: 'Total number of attention heads (28) must be divisible by tensor parallel size (8).'",
      },
    ]
  `);
  expect(faults('Qwen/Qwen3-235B-A22B-FP8', 8)).toMatchInlineSnapshot(`
    [
      {
        "certain": true,
        "fix": "keep experts whole (expertParallel: true), or use tensor parallel 1, 2, 4",
        "what": "tensor parallel 8 cuts the 1536 columns of Qwen/Qwen3-235B-A22B-FP8's feed-forward layers into 192",
        "why": "its FP8 weights have a scale for each block of 128, and 192 is no multiple: the engine ends at its start",
      },
    ]
  `);
});

test('4-bit groups of a checkpoint that nobody read are a doubt: publishers pad them', () => {
  expect(faults('Qwen/Qwen2.5-72B-Instruct-AWQ', 8)).toEqual([]);
  expect(faults('someone/Qwen2.5-72B-Instruct-AWQ', 8)).toMatchObject([{ certain: false }]);
  expect(faults('Qwen/Qwen3-8B-AWQ', 8)).toEqual([]);
});

test('an encoder is not spread', () => {
  expect(faults('BAAI/bge-m3', 2)).toMatchObject([{ certain: false }]);
});

test('layers are shared out over nodes, as long as there are some for each', () => {
  const over = (name: string, pipelineParallel: number) =>
    parallelismFaults(checkpoint(name), { tensorParallel: 1, pipelineParallel });
  expect(over('deepseek-ai/DeepSeek-R1', 2)).toEqual([]);
  expect(over('Qwen/Qwen2.5-0.5B-Instruct', 24)).toEqual([]);
  expect(over('Qwen/Qwen2.5-0.5B-Instruct', 25)).toMatchObject([
    { what: 'the 24 layers of Qwen/Qwen2.5-0.5B-Instruct over 25 nodes', certain: true },
  ]);
  expect(over('BAAI/bge-m3', 2)).toMatchObject([{ what: 'the encoder BAAI/bge-m3 over 2 nodes' }]);
});
