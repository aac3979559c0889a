import { objectOf, optional, withDefault } from '../fields';
import { pasted } from '../pasted';
import { enumOf, integer, number, string } from '../scalars';

const card = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9.-]*( [1-7]g\.\d{1,3}gb)?$/,
  format: 'a card such as H100, or a slice such as A100-80 3g.40gb',
};

/** What a server was seen to take of a GPU, where arithmetic knows nothing of its models. */
export const takenGpu = objectOf('Memory of the GPU that it was measured to take: nobody can compute it', {
  gpuGiB: number('GiB on each GPU, at its most, under load', { above: 0 }),
  on: string('Card that it was measured on, as pools name it, with the slice of it', card),
});

/** What arithmetic cannot know of a model: its shape, a measured start, its speed. */
export const fitKeys = {
  config: optional(
    pasted("The model's config.json, for one that the catalog does not have: what it takes follows from it"),
  ),
  observed: optional(
    objectOf('A start that was measured: it settles a fit that arithmetic leaves open', {
      kvGiB: number('GiB left for the cache on each GPU: "Available KV cache memory"', { above: 0 }),
      on: string('Card that it was measured on, as pools name it, with the slice of it', card),
      gpus: withDefault(integer('GPUs of the replica, on each of its nodes', { min: 1 }), 1),
      nodes: optional(integer('Nodes of the replica; absent means 1', { min: 1 })),
      dataParallel: optional(integer('Ranks of the replica; absent means 1', { min: 1 })),
      redundantExperts: optional(integer('Experts held a second time; absent means none', { min: 0 })),
      vllm: string('Version of vLLM', {
        pattern: /^v?\d+\.\d+\.\d+/,
        format: 'a version in quotes such as "0.30.0"',
      }),
      context: optional(integer('Tokens of one request that it started with', { min: 1 })),
      utilization: optional(
        number('Share of GPU memory that it took; absent means 0.92', { above: 0, max: 1 }),
      ),
      batchedTokens: optional(
        integer("Tokens of one step; absent means vLLM's own for the card", { min: 1 }),
      ),
      maxSequences: optional(integer('Requests at once; absent means 256', { min: 1 })),
      kvCacheDtype: optional(
        enumOf("Number format of the KV cache; absent means the entry's", [
          'auto',
          'bfloat16',
          'fp8',
          'fp8_e4m3',
          'fp8_e5m2',
        ]),
      ),
      source: optional(
        string('Where the numbers can be read', { pattern: /^\P{Cc}+$/u, format: 'a line of text' }),
      ),
    }),
  ),
  tokensPerSecond: optional(
    number('Tokens a second that one busy replica was measured to write; gives a price per million', {
      above: 0,
    }),
  ),
};
