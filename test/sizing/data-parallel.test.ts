import { describe, expect, test } from 'vitest';
import { type FitInput, fitFor, type Spread, visibleGiB, weightsGiB, weightsPerGpu } from '../../lib/sizing';
import { cardNamed, checkpoint } from './given';

const R1 = 'deepseek-ai/DeepSeek-R1';
const QWEN = 'Qwen/Qwen3-235B-A22B';
const weights = (name: string, spread: Spread) => weightsPerGpu(checkpoint(name), spread, 9);

/** Parameters of a group at 8 bits, in GiB. */
const GIB_OF_R1 = { attention: 11_413_422_080 / 2 ** 30, experts: 653_908_770_816 / 2 ** 30 };

const sized = (name: string, spread: Spread, more: Partial<FitInput> = {}) =>
  fitFor({
    checkpoint: checkpoint(name),
    visibleGiB: visibleGiB(cardNamed('H200')),
    computeCapability: 9,
    spread,
    context: 65_536,
    utilization: 0.92,
    batchedTokens: 2048,
    maxSequences: 256,
    fp8Cache: false,
    ...more,
  });

const TENSOR: Spread = { tensorParallel: 8, expertParallel: true };
const RANKS: Spread = { tensorParallel: 1, dataParallel: 8, expertParallel: true };

describe('weights of ranks', () => {
  test('each holds attention of its own, and its part of the experts', () => {
    const more = weights(R1, RANKS).careful - weights(R1, TENSOR).careful;
    expect(more).toBeGreaterThan((GIB_OF_R1.attention * 7) / 8);
    expect(weights(R1, RANKS).careful).toBeGreaterThan(GIB_OF_R1.attention + GIB_OF_R1.experts / 8);
  });

  test('what they can least be holds attention in every rank, too', () => {
    expect(weights(R1, RANKS).least).toBeGreaterThan(weights(R1, TENSOR).least + 8);
    expect(weights(R1, RANKS).least).toBeLessThan(weights(R1, RANKS).careful);
  });

  test('over two nodes each GPU holds half as many experts', () => {
    const less = weights(R1, RANKS).careful - weights(R1, { ...RANKS, dataParallel: 16 }).careful;
    expect(less / GIB_OF_R1.experts).toBeCloseTo((1 / 16) * 1.02 * 1.07, 2);
  });

  test('experts that are cut are cut for the GPUs of all ranks', () => {
    const cut = weights(QWEN, { ...RANKS, expertParallel: false }).careful;
    expect(cut).toBeCloseTo(weights(QWEN, RANKS).careful, 6);
  });

  test("one expert held twice on each GPU takes vLLM's 2.4 GB of DeepSeek-V3", () => {
    const balanced = weights(R1, { ...RANKS, redundantExperts: 8 }).careful;
    const moved = weights(R1, { ...RANKS, redundantExperts: 0 }).careful;
    expect(((balanced - moved) * 2 ** 30) / 1e9).toBeGreaterThan(2.4);
    expect(moved).toBeGreaterThan(weights(R1, RANKS).careful);
  });

  test('of a rank of several GPUs each has the shared experts whole', () => {
    const shared = checkpoint(R1).model.params?.sharedExperts ?? 0;
    const { model, format } = checkpoint(R1);
    const whole = model.params ? weightsGiB({ ...zero(model.params), sharedExperts: shared }, format) : 0;
    const four: Spread = { tensorParallel: 2, dataParallel: 4, expertParallel: true };
    const halves = weights(R1, { ...four, expertParallel: false }).careful;
    expect(weights(R1, four).careful - halves).toBeCloseTo((whole / 2) * 1.02 * 1.07, 4);
  });

  test('of files that nobody can read each rank may hold all', () => {
    const of = checkpoint(QWEN);
    const unread = { ...of, model: { ...of.model, params: undefined, checkpointGiB: 438 } };
    expect(weightsPerGpu(unread, RANKS, 9).careful).toBeGreaterThan(438);
  });
});

const zero = <T extends object>(of: T): T =>
  Object.fromEntries(Object.keys(of).map((key) => [key, 0])) as unknown as T;

describe('work memory of ranks', () => {
  test('grows with the ranks, whose tokens each GPU gathers', () => {
    const activation = (dataParallel: number) =>
      sized(R1, { ...RANKS, dataParallel }, { batchedTokens: 8192 }).terms.activationGiB;
    expect(activation(16) - activation(8)).toBeGreaterThan(20);
  });

  test('GPUs that are alone in their rank exchange all the same', () => {
    expect(sized(R1, RANKS).terms.nonTorchGiB).toBe(sized(R1, TENSOR).terms.nonTorchGiB);
    expect(sized(R1, RANKS).terms.graphsGiB).toBeGreaterThan(3);
  });
});

describe('a latent cache, which tensor parallelism holds on every GPU', () => {
  test('is held once by ranks: they work on more than twice as many requests', () => {
    const [one, ranks] = [sized(R1, TENSOR), sized(R1, RANKS)];
    expect([one.verdict, ranks.verdict]).toEqual(['fit', 'fit']);
    expect(ranks.terms.kvNeedGiB).toBe(one.terms.kvNeedGiB);
    expect(ranks.concurrency / one.concurrency).toBeGreaterThan(2.4);
  });

  test('steps of 8192 tokens of eight ranks leave it no room', () => {
    expect(sized(R1, RANKS, { batchedTokens: 8192 }).verdict).toBe('unproven');
  });

  test('batch limits are those of a rank', () => {
    const { concurrency } = sized(R1, RANKS, { maxSequences: 1, context: 4096 });
    expect(concurrency).toBe(8);
  });
});

describe('what keeps experts from being shared out', () => {
  const faults = (name: string, spread: Spread) => sized(name, spread).faults;

  test('a model without any', () => {
    expect(faults('Qwen/Qwen3-32B', TENSOR)).toMatchInlineSnapshot(`
      [
        {
          "certain": true,
          "fix": "leave expertParallel out",
          "what": "expert parallel of Qwen/Qwen3-32B, which has no experts",
          "why": "vLLM refuses: 'Number of experts in the model must be greater than 0 when expert parallelism is enabled.'",
        },
      ]
    `);
  });

  test('more of them than GPUs divide, where load is balanced or the engine wants them even', () => {
    expect(faults(R1, { ...RANKS, redundantExperts: 12 })).toMatchInlineSnapshot(`
      [
        {
          "certain": true,
          "fix": "hold 8 or 16 of them twice",
          "what": "8 GPUs for the 256 experts of deepseek-ai/DeepSeek-R1 and 12 held twice",
          "why": "each holds as many as every other, and 268 is no multiple of 8: the engine ends at its start",
        },
      ]
    `);
    expect(faults(R1, { ...RANKS, redundantExperts: 16 })).toEqual([]);
    const six: Spread = { tensorParallel: 1, dataParallel: 6, expertParallel: true };
    expect(faults(R1, six)).toEqual([]);
    expect(faults(R1, { ...six, evenExperts: true })).toMatchInlineSnapshot(`
      [
        {
          "certain": true,
          "fix": "use a number of GPUs that divides 256",
          "what": "6 GPUs for the 256 experts of deepseek-ai/DeepSeek-R1",
          "why": "each holds as many as every other, and 256 is no multiple of 6: the engine ends at its start",
        },
      ]
    `);
  });

  test('blocks of FP8 that the GPUs of all ranks cut, unless experts stay whole', () => {
    const cut = faults(`${QWEN}-FP8`, { ...RANKS, expertParallel: false });
    expect(cut).toMatchInlineSnapshot(`
      [
        {
          "certain": true,
          "fix": "keep experts whole (expertParallel: true)",
          "what": "the 8 GPUs of a layer cut the 1536 columns of Qwen/Qwen3-235B-A22B-FP8's feed-forward layers into 192",
          "why": "its FP8 weights have a scale for each block of 128, and 192 is no multiple: the engine ends at its start",
        },
      ]
    `);
    expect(faults(`${QWEN}-FP8`, RANKS)).toEqual([]);
  });

  test('blocks of FP8 in layers that every token passes, which an engine cuts for all GPUs', () => {
    const many: Spread = { tensorParallel: 1, dataParallel: 32, expertParallel: true };
    expect(faults(R1, many)).toEqual([]);
    expect(faults(R1, { ...many, denseParallel: 32 })[0].what).toMatch(/2048 columns.*into 64/);
  });
});
