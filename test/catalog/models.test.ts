import { describe, expect, test } from 'vitest';
import {
  findCheckpoint,
  findModel,
  foreignFormat,
  isKnownMethod,
  modelNames,
  models,
  quantizedBy,
} from '../../lib/catalog';

describe('models', () => {
  test('are there, each once', () => {
    expect(models().length).toBe(181);
    expect(new Set(models().map(({ id }) => id)).size).toBe(181);
  });

  test('have the parameters that the hub counts', () => {
    const total = (name: string) =>
      Object.values(findModel(name)?.params ?? {}).reduce((sum, count) => sum + count, 0);
    expect(total('meta-llama/Llama-3.1-8B-Instruct')).toBe(8_030_261_248);
    expect(total('Qwen/Qwen2.5-0.5B-Instruct')).toBe(494_032_768);
    expect(total('Qwen/Qwen2.5-1.5B-Instruct')).toBe(1_543_714_304);
    expect(total('BAAI/bge-reranker-v2-m3')).toBe(567_755_777);
    expect(total('meta-llama/Llama-2-7b-hf')).toBe(6_738_415_616);
    expect(total('mistralai/Codestral-22B-v0.1')).toBe(22_247_282_688);
  });

  test.each([
    ['meta-llama/Llama-2-13b-chat-hf', 13_015_864_320],
    ['meta-llama/Llama-2-70b-chat-hf', 68_976_648_192],
    ['mistralai/Mistral-Nemo-Instruct-2407', 12_247_782_400],
    ['microsoft/Phi-3-mini-4k-instruct', 3_821_079_552],
    ['google/gemma-3-1b-it', 999_885_952],
    ['Qwen/QwQ-32B', 32_763_876_352],
    ['Qwen/Qwen3-4B-Instruct-2507', 4_022_468_096],
    ['Qwen/Qwen3-Coder-30B-A3B-Instruct', 30_532_122_624],
  ])('%s has the parameters that its publisher states, but for biases and norms of heads', (name, stated) => {
    const total = Object.values(findModel(name)?.params ?? {}).reduce((sum, count) => sum + count, 0);
    expect(Math.abs(total / stated - 1)).toBeLessThan(0.0002);
  });

  test.each([
    ['unsloth/Llama-3.3-70B-Instruct', 'meta-llama/Llama-3.3-70B-Instruct'],
    ['unsloth/Qwen3-32B-unsloth-bnb-4bit', 'Qwen/Qwen3-32B'],
  ])('%s is a copy of %s', (name, id) => {
    expect(findCheckpoint(name)?.model.id).toBe(id);
  });

  test('are found by another name and whatever the capitals', () => {
    expect(findModel('microsoft/phi-3.5-mini-instruct')?.id).toBe('microsoft/Phi-3-mini-128k-instruct');
    expect(findModel('BAAI/bge-large-en-v1.5')?.layers).toBe(24);
    expect(findModel('Qwen/Qwen3-23B')).toBeUndefined();
    expect(modelNames()).toContain('Qwen/Qwen3-8B-AWQ');
  });

  test('account for every layer', () => {
    const odd = models().filter(({ layers, cache, moe }) => {
      const cached = cache.reduce((sum, group) => sum + group.layers, 0);
      // A hybrid may have layers of experts only; the dense ones of Nemotron-H have as many that only feed forward.
      return cached !== layers && cached + (moe?.moeLayers ?? 25) !== layers;
    });
    expect(odd.map(({ id }) => id)).toEqual([]);
  });

  test('tuned to follow instructions carry the context that their config has', () => {
    expect(findModel('Qwen/Qwen2.5-7B-Instruct')?.maxContext).toBe(32_768);
  });
});

describe('checkpoints', () => {
  const formats = (name: string) => {
    const found = findCheckpoint(name);
    return found && { base: found.model.id, assumed: found.assumed, format: found.format };
  };

  test('at 16 bits', () => {
    expect(formats('Qwen/Qwen3-8B')).toEqual({ base: 'Qwen/Qwen3-8B', assumed: false, format: [] });
  });

  test('whose format is known', () => {
    expect(formats('Qwen/Qwen3-8B-AWQ')).toMatchObject({
      assumed: false,
      format: [{ format: 'awq-int4-g128' }],
    });
    expect(formats('nvidia/Gemma-4-31B-IT-NVFP4')?.format).toEqual([
      { format: 'nvfp4', applies: ['denseMlp'] },
    ]);
    expect(formats('deepseek-ai/DeepSeek-R1-0528')).toMatchObject({ format: [{ format: 'fp8-block128' }] });
    expect(findCheckpoint('nvidia/Llama-3.1-70B-Instruct-FP8')?.fp8Cache).toBe(true);
  });

  test.each([
    ['Qwen/Qwen3-14B-FP8', 'Qwen/Qwen3-14B', 'fp8-block128'],
    ['RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic', 'meta-llama/Llama-3.3-70B-Instruct', 'fp8'],
    ['RedHatAI/Qwen3-8B-quantized.w4a16', 'Qwen/Qwen3-8B', 'int4-g128-sym'],
    ['Qwen/Qwen2.5-7B-Instruct-AWQ', 'Qwen/Qwen2.5-7B-Instruct', 'awq-int4-g128'],
    ['Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4', 'Qwen/Qwen2.5-7B-Instruct', 'gptq-int4-g128'],
    [
      'hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4',
      'meta-llama/Llama-3.1-8B-Instruct',
      'awq-int4-g128',
    ],
    ['nvidia/Qwen3-32B-NVFP4', 'Qwen/Qwen3-32B', 'nvfp4'],
    ['zai-org/GLM-4.7-FP8', 'zai-org/GLM-4.7-FP8', 'fp8'],
  ])('%s is taken for %s in %s', (name, base, format) => {
    expect(formats(name)).toMatchObject({ base, assumed: true, format: [{ format }] });
  });

  test('taken for something may leave more at 16 bits than a lucky guess', () => {
    const { format, lightest } = findCheckpoint('nvidia/Qwen3-32B-NVFP4') ?? {};
    expect(format?.[0].applies).toEqual(['denseMlp']);
    expect(lightest?.[0].applies).toEqual(['attention', 'denseMlp', 'sharedExperts', 'experts']);
  });

  test('the plain name of a model that is known by its FP8 checkpoint is at 16 bits', () => {
    expect(formats('zai-org/GLM-5.2')).toMatchObject({ format: [], assumed: false });
    expect(formats('zai-org/GLM-5.2-FP8')).toMatchObject({ format: [{ format: 'fp8-block128' }] });
  });

  test.each([
    ['Qwen3-32B', 'Qwen/Qwen3-32B', undefined],
    ['llama-3.1-8b-instruct', 'meta-llama/Llama-3.1-8B-Instruct', undefined],
    ['Llama-3.3-70B', 'meta-llama/Llama-3.3-70B-Instruct', undefined],
    ['someone/Qwen3-32B', 'Qwen/Qwen3-32B', undefined],
    ['someone/Qwen3-8B-Base', 'Qwen/Qwen3-8B', undefined],
    ['kaitchup/Phi-4-AutoRound-GPTQ-4bit', 'microsoft/phi-4', 'gptq-int4-g128'],
    ['cpatonn/Qwen3-Coder-30B-A3B-Instruct-AWQ-4bit', 'Qwen/Qwen3-30B-A3B-Instruct-2507', 'awq-int4-g128'],
    ['ISTA-DASLab/gemma-3-27b-it-GPTQ-4b-128g', 'google/gemma-3-27b-it', 'gptq-int4-g128'],
    ['Qwen2.5-32B-Instruct-INT8-W8A16', 'Qwen/Qwen2.5-32B-Instruct', 'int8'],
    ['amd/Llama-3.3-70B-Instruct-MXFP4', 'meta-llama/Llama-3.3-70B-Instruct', 'mxfp4'],
    ['nvidia/DeepSeek-R1-FP4-v2', 'deepseek-ai/DeepSeek-R1', 'nvfp4'],
    ['gaunernst/gemma-3-27b-it-int4-awq', 'google/gemma-3-27b-it', 'awq-int4-g128'],
    ['lukealonso/GLM-5.1-NVFP4-MTP', 'zai-org/GLM-5-FP8', 'nvfp4'],
  ])('%s, as people spell it, is %s', (name, base, format) => {
    const found = findCheckpoint(name);
    expect(found?.model.id).toBe(base);
    expect(found?.format[0]?.format).toBe(format);
    // What a name alone tells is said to be assumed.
    expect(found?.assumed).toBe(name.includes('/') || format !== undefined);
  });

  test.each(['TheBloke/Llama-2-7B-Chat-GGUF', 'Qwen3-8B-Q4_K_M.gguf', 'mlx-community/Qwen3-8B-4bit'])(
    '%s is for another engine',
    (name) => {
      expect(foreignFormat(name)).toBeDefined();
      expect(findCheckpoint(name)).toBeUndefined();
    },
  );

  test.each(['gemma-2', 'Qwen3', 'llama', 'instruct', 'Qwen/Qwen3-33B', 'FP8', '-AWQ', ''])(
    "'%s' is no model",
    (name) => {
      expect(findCheckpoint(name)).toBeUndefined();
    },
  );

  test('that nobody knows', () => {
    expect(findCheckpoint('example/model')).toBeUndefined();
    expect(findCheckpoint('example/model-AWQ')).toBeUndefined();
  });
});

describe('a method of quantization', () => {
  const plain = findCheckpoint('Qwen/Qwen3-8B');

  test('quantizes at load', () => {
    expect(plain && quantizedBy(plain, 'fp8')).toMatchObject({
      madeAtLoad: true,
      format: [{ format: 'fp8' }],
    });
  });

  test('says what a checkpoint already is', () => {
    const known = findCheckpoint('Qwen/Qwen3-8B-AWQ');
    expect(known && quantizedBy(known, 'awq_marlin')).toBe(known);
  });

  test('may be none', () => {
    expect(plain && quantizedBy(plain, 'bfloat16')).toBe(plain);
  });

  test('that cannot be priced weighs as much as none, and may weigh as little as any', () => {
    expect(['torchao', 'AWQ_Marlin', 'bf16', 'fp9'].map(isKnownMethod)).toEqual([true, true, true, false]);
    expect(plain && quantizedBy(plain, 'torchao')).toMatchObject({
      format: [],
      lightest: [{ format: 'int4-g128-sym' }],
    });
  });
});
