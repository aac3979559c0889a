import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { images } from '../../lib/core';
import { VllmService } from '../../lib/serving';
import { REMOVED_FLAGS } from '../../lib/serving/removed-flags';
import { checkFlags, vllmFlags } from '../../lib/serving/vllm-flags';
import { container, message, serving, TestPool } from './pool';

const at = () => new Construct(serving(), 'chat');
const refused = (...args: string[]) => message(() => checkFlags(at(), args, {}));

test('the list is that of the pinned image', () => {
  expect(images.vllm).toBe(`vllm/vllm-openai:v${vllmFlags().version}`);
});

test('every flag that the construct writes is in the list', () => {
  const layer = serving();
  const pool = new TestPool(layer, 'l4', { gpusPerNode: 1 });
  new VllmService(layer, 'embed', { model: 'BAAI/bge-m3', pool, task: 'embed' });
  const [, ...flags] = container(layer).args ?? [];
  expect(() => checkFlags(at(), flags, {})).not.toThrow();

  const full = serving();
  new VllmService(full, 'chat', {
    model: 'google/gemma-3-12b-it',
    pool: new TestPool(full, 'h100', { gpusPerNode: 8 }),
    gpus: 2,
    context: 8192,
    quantization: 'fp8',
    kvCacheDtype: 'fp8',
    prefixCaching: true,
    kvOffloadGiB: 8,
    toolParser: 'pythonic',
    reasoningParser: 'gemma4',
    structuredOutputs: 'xgrammar',
    speculative: { method: 'ngram' },
    mediaPerPrompt: { image: 2 },
    adapters: { a: { model: 'example/a' } },
    revision: 'main',
  });
  const [, ...all] = container(full).args ?? [];
  expect(all.filter((arg) => arg.startsWith('--'))).toHaveLength(24);
  expect(() => checkFlags(at(), all, {})).not.toThrow();
});

test('no removed flag is in the list', () => {
  const known = new Set(vllmFlags().options.flatMap(({ flags }) => flags));
  expect(Object.keys(REMOVED_FLAGS).filter((flag) => known.has(flag))).toEqual([]);
});

test.each([
  [['--kv-cache-dtype=fp8']],
  [['--kv-cache-dtype', 'fp8']],
  [['--enable-expert-parallel', '--disable-prefix-caching', '--no-enable-lora']],
  [['--lora-modules', 'a=/a', 'b=/b']],
  [['--seed', '-1']],
  [['--runner=pooling']],
  [['--compilation-config.mode', '3']],
  [['--hf-overrides={"rope_theta":1}']],
])('takes %j', (args) => {
  expect(() => checkFlags(at(), args, {})).not.toThrow();
});

describe('refuses', () => {
  test('a removed flag', () => {
    expect(refused('--swap-space', '4')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--swap-space', which vLLM 0.33.0 no longer takes
        why: the option was removed, and with an unknown one the server ends at its start, after its node has been launched
        fix: delete it: the engine recomputes what it once swapped"
    `);
  });
  test('the beginning of a name', () => {
    expect(refused('--max-num-seq=64')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--max-num-seq', which is only the beginning of '--max-num-seqs'
        why: the parser takes a beginning while it is unique, so that the next version may refuse or misread it
        fix: write '--max-num-seqs'"
    `);
  });
  test('a mistyped name', () => {
    expect(refused('--enable-prefix-cashing')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--enable-prefix-cashing', which vLLM 0.33.0 does not know; did you mean '--enable-prefix-caching'?
        why: with an unknown option the server ends at its start, after its node has been launched
        fix: write '--enable-prefix-caching'"
    `);
  });
  test('a name that is like none', () => {
    expect(refused('--turbo')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--turbo', which vLLM 0.33.0 does not know
        why: with an unknown option the server ends at its start, after its node has been launched
        fix: delete it, or write it as \`vllm serve --help=all\` of that version does"
    `);
  });
  test('a short name', () => {
    expect(refused('-pp', '2')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has the short '-pp'
        why: only whole names can be compared with those of vLLM 0.33.0
        fix: write the long name"
    `);
  });
  test('a wrong choice', () => {
    expect(refused('--convert=embedding')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--convert embedding': 'embedding' is not one of auto, classify, embed, none
        why: vLLM 0.33.0 does not accept it: the server ends at its start, after its node has been launched
        fix: write one of auto, classify, embed, none"
    `);
  });
  test('a value for a switch', () => {
    expect(refused('--enable-prefix-caching', 'true')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--enable-prefix-caching true': it is a switch and takes no value
        why: vLLM 0.33.0 does not accept it: the server ends at its start, after its node has been launched
        fix: write '--enable-prefix-caching' or '--disable-prefix-caching'"
    `);
  });
  test('a missing value', () => {
    expect(refused('--kv-cache-dtype')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--kv-cache-dtype': its value is missing
        why: vLLM 0.33.0 does not accept it: the server ends at its start, after its node has been launched
        fix: write '--kv-cache-dtype=<value>'"
    `);
  });
  test('a second value', () => {
    expect(refused('--kv-cache-dtype', 'fp8', 'auto')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--kv-cache-dtype fp8 auto': it takes one value, not 2
        why: vLLM 0.33.0 does not accept it: the server ends at its start, after its node has been launched
        fix: write '--kv-cache-dtype=<value>'"
    `);
  });
  test('a word for a number', () => {
    expect(refused('--block-size=large')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--block-size large': 'large' is no whole number
        why: vLLM 0.33.0 does not accept it: the server ends at its start, after its node has been launched
        fix: write a number"
    `);
  });
  test('a field of what has none', () => {
    expect(refused('--runner.mode=3')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' has '--runner.mode 3': it has no fields
        why: vLLM 0.33.0 does not accept it: the server ends at its start, after its node has been launched
        fix: write '--runner' alone; only options that take JSON have fields"
    `);
  });
  test('a word before every flag', () => {
    expect(refused('Qwen/Qwen3-8B')).toMatchInlineSnapshot(`
      "serving/chat (Construct): 'extraArgs' begins with 'Qwen/Qwen3-8B', which is no flag
        why: vLLM would read it as the model, which is the prop 'model'
        fix: put the flag it belongs to in front of it, or delete it"
    `);
  });
  test('what a prop writes', () => {
    const call = () =>
      new VllmService(serving(), 'chat', {
        model: 'Qwen/Qwen3-8B',
        pool: new TestPool(serving(), 'l4', { gpusPerNode: 1 }),
        extraArgs: ['--max-model-len=4096'],
      });
    expect(message(call)).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'extraArgs' has '--max-model-len', which the construct writes itself
        why: written twice, the last one wins in the server while checks here read the first
        fix: use the prop 'context'"
    `);
  });
});
