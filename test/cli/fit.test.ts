import { spawnSync } from 'node:child_process';
import { rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { namedCards } from '../../lib/catalog';
import { Folder } from './called';

const here = new Folder();
afterAll(() => rmSync(here.path, { recursive: true, force: true }));

const L40S = 'fit Qwen/Qwen3-32B --context 32768 --gpu L40S --count 4';

describe('with a card', () => {
  test('shows the memory term by term', async () => {
    const { code, out, err } = await here.call(L40S);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatchInlineSnapshot(`
      "Qwen/Qwen3-32B at 32768 tokens on 4 × L40S: fit
        visible                   44.42 GiB  of one GPU, as CUDA hands it out
        requested                 40.87 GiB  utilization 0.92
        - weights                 15.56 GiB  16 bits
        - activation               1.70 GiB  2048 tokens a step, 256 sequences
        - non-torch                1.00 GiB  CUDA context and exchange
        - graphs                   1.41 GiB
        = KV cache budget         21.20 GiB  26.04 at the very best
        KV cache needed            2.00 GiB  2.00 at the very least
        longest context 40960, 10.6 requests of 32768 at once, $10.49 an hour (g6e.12xlarge)
      "
    `);
  });

  test('--json has the shape that is promised', async () => {
    const { code, out } = await here.call(`${L40S} --json`);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchInlineSnapshot(`
      {
        "concurrency": 10.59,
        "count": 4,
        "gpu": "L40S",
        "maxContext": 40960,
        "model": "Qwen/Qwen3-32B",
        "terms": {
          "activationGiB": 1.7,
          "graphsGiB": 1.41,
          "kvBudgetGiB": 21.19,
          "kvNeedGiB": 2,
          "nonTorchGiB": 1,
          "requestedGiB": 40.86,
          "visibleGiB": 44.41,
          "weightsGiB": 15.57,
        },
        "usdPerHour": 10.49264,
        "verdict": "fit",
        "why": [],
      }
    `);
  });

  test('steps are as large as vLLM makes them for the card', async () => {
    const steps = async (call: string) => / (\d+) tokens a step/.exec((await here.call(call)).out)?.[1];
    expect(await steps('fit Qwen/Qwen3-8B --gpu L40S')).toBe('2048');
    expect(await steps('fit Qwen/Qwen3-8B --gpu A100-80')).toBe('2048');
    expect(await steps('fit Qwen/Qwen3-8B --gpu H100')).toBe('8192');
    expect(await steps('fit BAAI/bge-m3 --gpu L4')).toBe('8194');
  });

  test('no proven fit is a finding', async () => {
    const { code, out } = await here.call('fit Qwen/Qwen3-8B --context 8192 --gpu L4 --batched-tokens 32768');
    expect(code).toBe(1);
    expect(out).toContain('on 1 × L4: unproven');
    const small = await here.call('fit Qwen/Qwen3-8B --context 8192 --gpu L4');
    expect(small.code).toBe(0);
  });

  test('outside the catalog has no name and no price', async () => {
    const { out } = await here.call('fit Qwen/Qwen3-8B --context 8192 --gpu-memory-gib 23.58 --json');
    expect(JSON.parse(out)).toMatchObject({
      gpu: null,
      count: 1,
      usdPerHour: null,
      terms: { visibleGiB: 23.58 },
    });
  });

  test('that would refuse to start says so', async () => {
    const { code, out } = await here.call('fit microsoft/phi-4 --gpu L40S --count 4');
    expect(code).toBe(1);
    expect(out).toContain('fix: use tensor parallel 1, 2, 5, 10');
  });

  test('a format that only the name tells is called assumed', async () => {
    const { out } = await here.call('fit nvidia/Qwen3-32B-NVFP4 --gpu H100 --context 8192');
    expect(out).toContain('The format of nvidia/Qwen3-32B-NVFP4 is assumed');
  });

  test('a slice of a card is sized as a card', async () => {
    const { out } = await here.call('fit Qwen/Qwen3-8B --context 8192 --gpu A100-80GB --mig 3g.40gb --json');
    expect(JSON.parse(out)).toMatchObject({
      gpu: 'A100-80 3g.40gb',
      verdict: 'fit',
      terms: { visibleGiB: 39.25 },
      usdPerHour: null,
    });
  });

  test('a round number of memory is what a card is sold with, not what it shows', async () => {
    const visible = async (gib: string) =>
      JSON.parse((await here.call(`fit Qwen/Qwen3-8B --gpu-memory-gib ${gib} --json`)).out).terms.visibleGiB;
    expect([await visible('24'), await visible('80'), await visible('23.5')]).toEqual([21.84, 77.59, 23.5]);
    // No card that is sold with so much hands out less.
    for (const { mostVisibleGiB, visibleGiB, estimated } of namedCards()) {
      const sold = { 15: 16, 22: 24, 23: 24, 45: 48, 179: 192, 269: 288 }[Math.round(mostVisibleGiB)];
      if (!estimated) {
        expect(await visible(`${sold ?? Math.round(mostVisibleGiB)}`)).toBeLessThan(visibleGiB + 0.01);
      }
    }
  });

  test('a T4 asks for the format to compute in', async () => {
    const said = async (more: string) => {
      const { out } = await here.call(`fit Qwen/Qwen2.5-3B-Instruct --gpu T4 --context 4096 ${more} --json`);
      const { verdict, why } = JSON.parse(out);
      return [verdict, ...why];
    };
    expect(await said('--dtype half')).toEqual(['fit']);
    expect(await said('')).toMatchInlineSnapshot(`
      [
        "unproven",
        "the bfloat16 numbers of Qwen/Qwen2.5-3B-Instruct on a card of compute capability 7.5: the card has none: releases before 0.9 refuse to start, and later ones turn to float16 in silence",
      ]
    `);
    expect((await said('--dtype bfloat16'))[0]).toBe('no-fit');
  });

  test('steps that the engine refuses do not fit', async () => {
    const { code, out } = await here.call('fit Qwen/Qwen3-8B --gpu L4 --batched-tokens 64 --sequences 128');
    expect(code).toBe(1);
    expect(out).toContain('fix: raise the tokens of a step to 128');
  });

  test('of 70 GiB or more works on 1024 sequences, as vLLM does, when nobody says', async () => {
    expect((await here.call('fit Qwen/Qwen3-8B --gpu H100')).out).toContain('1024 sequences');
    expect((await here.call('fit Qwen/Qwen3-8B --gpu A100-80')).out).toContain('256 sequences');
    expect((await here.call('fit Qwen/Qwen3-8B --gpu H100 --sequences 64')).out).toContain('64 sequences');
  });
});

describe('ranks of data parallelism', () => {
  const R1 = 'fit deepseek-ai/DeepSeek-R1 --context 65536 --gpu H200 --count 8 --expert-parallel';

  test('hold attention each, and experts together', async () => {
    const { code, out } = await here.call(`${R1} --data-parallel 8 --batched-tokens 2048 --sequences 256`);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "deepseek-ai/DeepSeek-R1 at 65536 tokens on 8 × H200 as 8 ranks: fit
        visible                  139.80 GiB  of one GPU, as CUDA hands it out
        requested                128.62 GiB  utilization 0.92
        - weights                102.50 GiB  fp8-block128
        - activation               7.23 GiB  2048 tokens a step, 256 sequences
        - non-torch                4.00 GiB  CUDA context and exchange
        - graphs                   3.35 GiB
        = KV cache budget         11.53 GiB  42.68 at the very best
        KV cache needed            4.77 GiB  4.29 at the very least
        longest context 158592, 19.4 requests of 65536 at once, $63.30 an hour (p5en.48xlarge)
      "
    `);
  });

  test('over nodes, as data', async () => {
    const { out } = await here.call(
      `${R1} --nodes 2 --data-parallel 16 --redundant-experts 16 --batched-tokens 1024 --sequences 128 --json`,
    );
    expect(JSON.parse(out)).toMatchObject({ count: 8, nodes: 2, dataParallel: 16, verdict: 'fit' });
  });

  test('are offered where they divide the GPUs', async () => {
    const { out } = await here.call(
      'fit Qwen/Qwen3-30B-A3B --context 32768 --data-parallel 4 --expert-parallel --batched-tokens 2048 --sequences 256 --json',
    );
    const counts = (JSON.parse(out) as { count: number }[]).map(({ count }) => count);
    expect(new Set(counts)).toEqual(new Set([4, 8]));
  });
});

describe('without a card', () => {
  test('lists what holds the model, cheapest first', async () => {
    const { code, out } = await here.call('fit BAAI/bge-m3 --json');
    expect(code).toBe(0);
    const rows: { gpu: string; count: number; instanceType: string; verdict: string; usdPerHour: number }[] =
      JSON.parse(out);
    expect(rows[0]).toMatchObject({ gpu: 'T4', count: 1, instanceType: 'g4dn.xlarge', verdict: 'fit' });
    const prices = rows.map(({ usdPerHour }) => usdPerHour ?? Number.POSITIVE_INFINITY);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
  });

  test('as a table', async () => {
    const { out } = await here.call('fit deepseek-ai/DeepSeek-R1 --context 65536');
    expect(out).toMatchInlineSnapshot(`
      "deepseek-ai/DeepSeek-R1 at 65536 tokens
        verdict   GPUs              instance          longest  at once  an hour
        unproven  8 × RTX-PRO-6000  g7e.48xlarge      –        0.0      $33.14
        fit       8 × H200          p5en.48xlarge     163840   5.3      $63.30
        fit       8 × B200          p6-b200.48xlarge  163840   12.7     $113.93
        fit       8 × B300 *        p6-b300.48xlarge  163840   29.1     $142.42

      longest: largest context that is proven to fit. at once: requests of full length. an hour: on demand, the node.
      *: no log shows what CUDA hands out of it, so that is an estimate.
      "
    `);
  });

  test('what nothing holds', async () => {
    const { code, out } = await here.call('fit moonshotai/Kimi-K2-Instruct --count 1');
    expect({ code, out }).toMatchInlineSnapshot(`
      {
        "code": 0,
        "out": "moonshotai/Kimi-K2-Instruct at 131072 tokens
        no shape of node holds it
      ",
      }
    `);
  });
});

describe('a wrong call', () => {
  test.each([
    ['fit', /name one model/],
    [
      'fit Qwen/Qwen3-23B',
      /no model 'Qwen\/Qwen3-23B' here; nearest 'Qwen\/Qwen3-32B'; or describe it inline/,
    ],
    ['fit --config none.json', /none.json: there is no such file; fix: name the config.json of a model/],
    ['fit Qwen/Qwen3-8B --gpu L40X', /no GPU 'L40X' here; did you mean 'L40S'\?/],
    ['fit Qwen/Qwen3-8B --gpu L4 --mig 1g.10gb', /an L4 cut by MIG; use one of A100-40/],
    ['fit Qwen/Qwen3-8B --gpu B200 --mig 2g.40gb', /no slice '2g.40gb' of a B200; use 2g.45gb/],
    ['fit Qwen/Qwen3-8B --mig 2g.40gb', /--mig needs --gpu/],
    ['fit Qwen/Qwen3-8B --gpu H100 --mig 3g.40gb --count 2', /slices of MIG cannot share a model/],
    ['fit Qwen/Qwen3-8B --dtype int4', /--dtype 'int4' is none of auto, half/],
    [
      'fit TheBloke/Llama-2-7B-Chat-GGUF',
      /'TheBloke\/Llama-2-7B-Chat-GGUF' is GGUF files, which llama.cpp reads/,
    ],
    ['fit Qwen/Qwen3-8B --gpu MI300X', /the GPU 'MI300X' is made by AMD/],
    ['fit Qwen/Qwen3-8B --gpu Z9', /no GPU 'Z9' here: there are T4/],
    ['fit Qwen/Qwen3-8B --context many', /--context is 'many', not a number above 0/],
    ['fit Qwen/Qwen3-8B --count 1.5', /--count is '1.5', not a whole number/],
    ['fit Qwen/Qwen3-8B --utilization 92', /--utilization is 92: it is a part/],
    ['fit Qwen/Qwen3-8B --quantization fp9', /--quantization 'fp9' is no method/],
    ['fit Qwen/Qwen3-8B --kv-cache int4', /--kv-cache 'int4' is none of/],
    ['fit Qwen/Qwen3-8B --region us-east-7', /no prices of region 'us-east-7'; did you mean/],
    ['fit Qwen/Qwen3-8B --batched-tokens 64 --sequences 128', /--batched-tokens is 64, below --sequences/],
    [
      'fit Qwen/Qwen3-8B --gpu H200 --count 8 --data-parallel 3',
      /--data-parallel is 3: it does not divide 8/,
    ],
    ['fit Qwen/Qwen3-8B --gpu H200 --nodes 2', /--nodes is for ranks/],
    ['fit Qwen/Qwen3-8B --redundant-experts 8', /--redundant-experts needs --expert-parallel/],
    ['fit Qwen/Qwen3-8B --redundant-experts -1', /--redundant-experts/],
    ['fit Qwen/Qwen3-8B --gpus 4', /Unknown option '--gpus'/],
  ])('%s', async (line, message) => {
    const { code, out, err } = await here.call(line);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n')[0]).toMatch(message);
  });

  test('options of this command are strange to others', async () => {
    expect(await here.call('check --gpu L4')).toMatchObject({ code: 2 });
  });
});

test('loads nothing but itself', () => {
  const program = `
    const { main } = require('./lib/cli/main.ts');
    main(['fit', 'Qwen/Qwen3-8B'], { out() {}, err() {}, terminal: false, cwd: '.' }).then(() => {
      const loaded = Object.keys(require.cache).filter((file) => /node_modules\\/(?!tsx|esbuild)/.test(file));
      console.log(JSON.stringify(loaded));
    });
  `;
  const { stdout } = spawnSync(process.execPath, ['--import=tsx', '-e', program], {
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
  });
  expect(JSON.parse(stdout)).toEqual([]);
});

describe('a model that only its config.json describes', () => {
  const LLAMA = {
    architectures: ['LlamaForCausalLM'],
    num_hidden_layers: 32,
    hidden_size: 4096,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    intermediate_size: 14_336,
    vocab_size: 128_256,
    max_position_embeddings: 131_072,
    torch_dtype: 'bfloat16',
  };
  const write = (config: string | object) =>
    writeFileSync(
      join(here.path, 'config.json'),
      typeof config === 'string' ? config : JSON.stringify(config, null, 2),
    );

  test('is sized like one of the catalog', async () => {
    write(LLAMA);
    const { out } = await here.call('fit --config config.json mine/llama --gpu L40S --context 8192 --json');
    const same = await here.call('fit meta-llama/Llama-3.1-8B-Instruct --gpu L40S --context 8192 --json');
    expect(JSON.parse(out)).toEqual({ ...JSON.parse(same.out), model: 'mine/llama' });
  });

  test('may have numbers without end, as Python writes them', async () => {
    write(JSON.stringify({ ...LLAMA, time_step_limit: [0, 'END'] }).replace('"END"', 'Infinity'));
    const { out } = await here.call('fit --config config.json mine/llama --gpu L40S --context 8192 --json');
    expect(JSON.parse(out)).toMatchObject({ verdict: 'fit' });
  });

  test('may say how it is quantized in a file beside it', async () => {
    write(LLAMA);
    const block = join(here.path, 'hf_quant_config.json');
    const weights = async (said: object) => {
      writeFileSync(block, JSON.stringify({ quantization: said }));
      const { out } = await here.call(
        'fit --config config.json me/llama-FP8 --gpu L40S --context 8192 --json',
      );
      return (JSON.parse(out) as { terms: { weightsGiB: number } }).terms.weightsGiB;
    };
    expect(await weights({ quant_algo: 'FP8', exclude_modules: ['lm_head'] })).toBeLessThan(9);
    // Attention that is left at 16 bits in part counts as left.
    const left = Array.from({ length: 32 }, (_, i) => `model.layers.${i}.self_attn.o_proj`);
    expect(await weights({ quant_algo: 'FP8', exclude_modules: left })).toBeGreaterThan(9.5);
    unlinkSync(block);
  });

  test('and not understood is never promised', async () => {
    write({ ...LLAMA, architectures: ['NewForCausalLM'] });
    const { code, out } = await here.call('fit --config config.json --gpu H200 --context 8192');
    expect(code).toBe(1);
    expect(out).toContain(
      'unproven: not understood: the architecture NewForCausalLM, whose layers nobody has counted here',
    );
  });

  const refused = async (config: string | object) => {
    write(config);
    const { code, err } = await here.call('fit --config config.json');
    expect(code).toBe(2);
    return err;
  };

  test('and is no JSON says where', async () => {
    expect(await refused('{\n  "hidden_size": 4096,\n  oops\n}')).toMatchInlineSnapshot(`
      "nexus fit: config.json:3:3: is not JSON; fix: copy the model's config.json whole
      "
    `);
    expect(await refused('[]')).toMatchInlineSnapshot(`
      "nexus fit: config.json: 'config' is no object
          fix: paste the model's config.json
      "
    `);
  });

  test('and lacks fields says which, where, and what to write', async () => {
    const faulty = { ...LLAMA, hidden_size: 'large', vocab_size: null, intermediate_size: 0 };
    expect(await refused(faulty)).toMatchInlineSnapshot(`
      "nexus fit: config.json:6:3: 'hidden_size' is "large"
          fix: write a whole number of 1 or more
        config.json:10:3: 'vocab_size' is missing
          fix: copy it from the model's config.json, such as vocab_size: 151936
        config.json:9:3: 'intermediate_size' is 0
          fix: copy it from the model's config.json, such as intermediate_size: 14336
      "
    `);
  });
});
