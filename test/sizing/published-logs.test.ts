import { describe, expect, test } from 'vitest';
import { findCard } from '../../lib/catalog';
import { cachePerRequest, cacheToStart, type FitInput, fitFor, GIB, weightsPerGpu } from '../../lib/sizing';
import { checkpoint } from './given';

/**
 * What vLLM itself wrote at starts that others published, beside ours. Each source is an issue of vllm-project/vllm, or
 * the release and the date of a log that stands in a public repository.
 */

interface Start {
  readonly source: string;
  readonly model: string;
  readonly card: string;
  readonly tp?: number;
  readonly ep?: boolean;
  readonly pp?: number;
  readonly context?: number;
  readonly batched?: number;
  readonly sequences?: number;
  readonly utilization?: number;
  readonly fp8Cache?: boolean;
}

function input({ model, card, tp = 1, pp = 1, ep = false, ...more }: Start): FitInput {
  const found = findCard(card);
  if (!found) throw new Error(`no card ${card}`);
  return {
    checkpoint: checkpoint(model),
    visibleGiB: found.visibleGiB,
    mostVisibleGiB: found.mostVisibleGiB,
    computeCapability: found.computeCapability,
    spread: { tensorParallel: tp, pipelineParallel: pp, expertParallel: ep },
    context: more.context ?? 8192,
    utilization: more.utilization ?? 0.9,
    batchedTokens: more.batched ?? 2048,
    maxSequences: more.sequences ?? 256,
    fp8Cache: more.fp8Cache ?? false,
    dtype: 'auto',
  };
}

const NEXT: Start = {
  source: '0.10.2, 2025-10-23',
  model: 'Qwen/Qwen3-Next-80B-A3B-Instruct',
  card: 'H200',
  tp: 2,
  batched: 8192,
  sequences: 1024,
  context: 262_144,
};
const WIDE: Start = {
  source: '0.10.2, 2025-09-24',
  model: 'Qwen/Qwen3-235B-A22B-Instruct-2507-FP8',
  card: 'L40S',
  tp: 8,
  ep: true,
  context: 32_768,
};
const GLM: Start = {
  source: '0.26.0, 2026-08-20',
  model: 'nvidia/GLM-5.2-NVFP4',
  card: 'GB200',
  tp: 4,
  ep: true,
  batched: 8192,
  sequences: 1024,
  utilization: 0.92,
  fp8Cache: true,
};
const A10G: Start = {
  source: '0.8, 2025-03-25',
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  card: 'A10G',
};
const VISION: Start = {
  source: '0.11, 2025-10-06',
  model: 'Qwen/Qwen3-VL-30B-A3B-Instruct',
  card: 'RTX-3090',
  tp: 4,
  context: 65_536,
};
const TURING: Start = {
  source: '0.8, 2025-05-30',
  model: 'Qwen/Qwen2.5-1.5B-Instruct',
  card: 'T4',
  batched: 32_768,
};

describe('weights on one GPU, in GiB, as "Model loading took" says', () => {
  test.each<readonly [Start, number]>([
    [NEXT, 74.28],
    [WIDE, 27.72],
    [GLM, 106.69],
    [A10G, 14.99],
    [VISION, 14.77],
    [TURING, 2.89],
    [{ source: '2025-12-03', model: 'deepseek-ai/DeepSeek-R1', card: 'H200', tp: 8 }, 79.74],
    [{ source: '2026-07-16', model: 'Qwen/Qwen3-30B-A3B', card: 'H100', tp: 2 }, 28.48],
    [{ source: '#6746', model: 'meta-llama/Llama-3.1-405B-Instruct-FP8', card: 'H100', tp: 8 }, 57.75],
    [{ source: '#12569', model: 'RedHatAI/Llama-3.1-70B-Instruct-w8a8', card: 'H100' }, 67.72],
    [{ source: '2025-10-08', model: 'Qwen/Qwen3-8B', card: 'L4' }, 15.27],
    [{ source: 'an L4 guide', model: 'meta-llama/Llama-3.2-3B-Instruct', card: 'L4' }, 6.04],
    [{ source: 'a harness of 2026', model: 'vrfai/Qwen3.6-27B-FP8', card: 'H100' }, 33.66],
    [{ source: 'Turing cards, 2026', model: 'Qwen/Qwen3.6-27B-FP8', card: 'H100', tp: 2 }, 14.46],
    [{ source: 'a model guide', model: 'mistralai/Mistral-Nemo-Instruct-2407', card: 'A100-40' }, 22.84],
  ])('%o', (start, seen) => {
    const { spread, computeCapability } = input(start);
    const { careful, least } = weightsPerGpu(checkpoint(start.model), spread, computeCapability);
    expect(least).toBeLessThanOrEqual(seen);
    // What is near the edge is covered by the rest of the promise, which no log reaches.
    expect(careful).toBeGreaterThan(seen - 0.6);
    expect(careful).toBeLessThan(seen * 1.15 + 1.5);
  });
});

describe('everything beside weights and cache, in GiB, is never more than ours', () => {
  test.each<readonly [Start, number]>([
    [NEXT, 5.58 + 1.38 + 2.37],
    [WIDE, 1.4 + 0.21 + 3.45],
    [GLM, 6.31 + 0.95 + 4.13],
    [A10G, 0.22 + 0.05],
    [TURING, 2.02 + 0.01],
    [{ ...A10G, source: '0.7, A800', card: 'A800', batched: 8192 }, 1.19 + 0.12],
    [{ ...A10G, source: '0.31, 2026-10-06', card: 'A100-80', batched: 8192 }, 1.44 + 0.26 + 0.23],
    [
      { ...A10G, source: 'debug log of 2026-02-03', model: 'Qwen/Qwen3-8B', card: 'RTX-A6000' },
      1.4 + 0.03 + 0.54,
    ],
  ])('%o', (start, seen) => {
    const { activationGiB, nonTorchGiB, graphsGiB } = fitFor(input(start)).terms;
    expect(activationGiB + nonTorchGiB + graphsGiB).toBeGreaterThanOrEqual(seen);
  });

  test('nor are the graphs of mixtures over several GPUs', () => {
    const graphs = (start: Start) => fitFor(input(start)).terms.graphsGiB;
    expect(graphs(NEXT)).toBeGreaterThan(2.37);
    expect(graphs(WIDE)).toBeGreaterThan(3.45);
    expect(graphs(GLM)).toBeGreaterThan(4.13);
    expect(graphs(VISION)).toBeGreaterThan(1.92);
  });
});

describe('the cache that was left is between our promise and our best case, in GiB', () => {
  test.each<readonly [Start, number]>([
    [NEXT, 44.59],
    [WIDE, 10.65],
    [GLM, 51.34],
    [A10G, 4.6],
    [VISION, 2.31],
    [{ source: '#21348', model: 'Qwen/Qwen3-235B-A22B-FP8', card: 'H100', tp: 4, batched: 8192 }, 8.11],
    [{ source: '2025-12-03', model: 'deepseek-ai/DeepSeek-R1', card: 'H200', tp: 8, batched: 8192 }, 41.6],
    [{ source: 'an L4 guide', model: 'meta-llama/Llama-3.2-3B-Instruct', card: 'L4' }, 12.54],
  ])('%o', (start, seen) => {
    const { terms, atBest } = fitFor(input(start));
    expect(terms.kvBudgetGiB).toBeLessThanOrEqual(seen);
    expect(atBest.kvBudgetGiB).toBeGreaterThanOrEqual(seen);
  });
});

describe('bytes of a token on one GPU, from the cache that was left and its tokens', () => {
  test.each<readonly [Start, gib: number, tokens: number]>([
    [WIDE, 10.65, 238_208],
    [VISION, 2.31, 100_752],
    [A10G, 4.6, 2356 * 16],
    [{ source: '#21348', model: 'Qwen/Qwen3-235B-A22B-FP8', card: 'H100', tp: 4 }, 8.11, 178_880],
    [{ source: '2025-12-03', model: 'deepseek-ai/DeepSeek-R1', card: 'H200', tp: 8 }, 41.6, 635_648],
    [{ source: '0.21.0', model: 'Qwen/Qwen2.5-14B-Instruct', card: 'H100' }, 41.43, 226_240],
    [{ source: 'a benchmark of agents', model: 'Qwen/Qwen2.5-7B-Instruct', card: 'H100' }, 1.27, 23_680],
  ])('%o', (start, gib, tokens) => {
    const asked = { ...input(start), bytes: 2 as const, context: 16_384 };
    const ours = (cachePerRequest(asked.checkpoint.model, asked).least * GIB) / asked.context;
    const theirs = (gib * GIB) / tokens;
    // The log rounds GiB, and the engine whole blocks.
    expect(Math.abs(ours - theirs) / theirs).toBeLessThan(0.015);
  });
});

describe('what one request needs, in GiB', () => {
  test.each<readonly [Start, number]>([
    [{ source: 'an L4 guide', model: 'meta-llama/Llama-3.2-3B-Instruct', card: 'L4', context: 131_072 }, 14],
    [{ source: '2025-10-08', model: 'Qwen/Qwen3-8B', card: 'L4', context: 40_960 }, 5.62],
    [{ source: '0.11', model: 'Qwen/Qwen3-8B', card: 'L4', context: 8192 }, 1.12],
    [
      { source: 'a model guide', model: 'mistralai/Mistral-Nemo-Instruct-2407', card: 'L4', context: 16_384 },
      2.5,
    ],
    [NEXT, 44.59 / 14.77],
  ])('%o', (start, seen) => {
    const asked = { ...input(start), bytes: 2 as const, maxSequences: 1 };
    const { careful, least } = cacheToStart(asked.checkpoint.model, asked);
    expect(least).toBeLessThan(seen + 0.01);
    expect(careful).toBeGreaterThan(seen - 0.01);
  });
});

describe('verdicts', () => {
  // Of #6746: the release read a prompt in one step.
  test.each<readonly [Start]>([
    [{ source: 'an L4 guide', model: 'meta-llama/Llama-3.2-3B-Instruct', card: 'L4', context: 131_072 }],
    [{ source: '2025-10-08', model: 'Qwen/Qwen3-8B', card: 'RTX-3090', context: 40_960 }],
    [{ source: '#27508', model: 'openai/gpt-oss-120b', card: 'H100', context: 131_072 }],
    [
      {
        source: '#6746',
        model: 'meta-llama/Llama-3.1-405B-Instruct-FP8',
        card: 'H100',
        tp: 8,
        context: 131_072,
        batched: 131_072,
      },
    ],
    [{ ...A10G, context: 131_072 }],
    [
      {
        source: '#32105',
        model: 'Qwen/Qwen3-30B-A3B-FP8',
        card: 'RTX-4090',
        pp: 3,
        context: 262_144,
        utilization: 0.97,
      },
    ],
  ])('what was refused is never promised: %o', (start) => {
    expect(fitFor(input(start)).verdict).not.toBe('fit');
  });

  test.each<readonly [Start]>([
    [NEXT],
    [WIDE],
    [GLM],
    [{ ...VISION, utilization: 0.9 }],
    [{ ...TURING, utilization: 0.5, context: 32_768 }],
    [
      {
        source: '#12569',
        model: 'RedHatAI/Llama-3.1-70B-Instruct-w8a8',
        card: 'H100',
        context: 2048,
        utilization: 0.98,
      },
    ],
    [
      {
        source: '#21348',
        model: 'Qwen/Qwen3-235B-A22B-FP8',
        card: 'H100',
        tp: 4,
        context: 40_960,
        batched: 8192,
      },
    ],
  ])('what started is never refused: %o', (start) => {
    expect(fitFor(input(start)).verdict).not.toBe('no-fit');
  });
});
