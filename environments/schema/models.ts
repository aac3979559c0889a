import { oneOf } from '../choices';
import { listOf, mapOf, objectOf, optional, withDefault } from '../fields';
import { DEFAULT_ENGINE } from '../merge';
import { pasted } from '../pasted';
import { enumOf, integer, number, string } from '../scalars';
import { label } from './text';

const shared = {
  model: string('Model to serve, as Hugging Face names it', {
    pattern: /^[\w][\w.-]*\/[\w][\w.-]*$/,
    format: 'a model such as Qwen/Qwen3-32B',
  }),
  context: optional(
    integer("Longest request and answer, in tokens; absent means the model's own", { min: 1 }),
  ),
  replicas: optional(
    objectOf("Replicas, between two numbers by load; absent means the tier's number", {
      min: integer('Fewest replicas', { min: 1 }),
      max: integer('Most replicas', { min: 1 }),
    }),
  ),
  drainSeconds: optional(integer('How long a stopping replica may finish its answers', { min: 0 })),
  maxSequences: optional(integer('Requests that one replica works on at once', { min: 1 })),
};

const vllm = objectOf('vLLM on a GPU pool', {
  ...shared,
  pool: string('GPU pool that the replicas run on (without AWS, use engine: simulator)', label),
  task: withDefault(enumOf('What the model does', ['generate', 'embed', 'rerank']), 'generate'),
  startupSeconds: optional(integer('How long a replica may take until it is ready', { min: 1 })),
  gpus: withDefault(enumOf('GPUs of one replica: tensor parallel', [1, 2, 4, 8]), 1),
  slice: optional(
    string("MIG slice of the pool's GPUs that a replica runs on; absent means the one kind that it has", {
      pattern: /^[1-7]g\.\d{1,3}gb$/,
      format: 'a MIG slice such as 3g.40gb',
    }),
  ),
  utilization: optional(number('Share of GPU memory that vLLM takes', { above: 0, max: 0.98 })),
  batchedTokens: optional(integer('Tokens that one step of a replica works on', { min: 1 })),
  quantization: optional(
    string('Quantization, as vLLM names it', {
      pattern: /^[a-z0-9][a-z0-9_-]*$/,
      format: 'a method such as fp8 or awq_marlin',
    }),
  ),
  kvCacheDtype: optional(
    enumOf('Number format of the KV cache', ['auto', 'bfloat16', 'fp8', 'fp8_e4m3', 'fp8_e5m2']),
  ),
  config: optional(
    pasted("The model's config.json, for one that the catalog does not have: what it takes follows from it"),
  ),
  observed: optional(
    objectOf('A start that was measured: it settles a fit that arithmetic leaves open', {
      kvGiB: number('GiB left for the cache on each GPU: "Available KV cache memory"', { above: 0 }),
      on: string('Card that it was measured on, as pools name it', {
        pattern: /^[A-Za-z0-9][A-Za-z0-9.-]*$/,
        format: 'a card such as H100',
      }),
      gpus: withDefault(integer('GPUs of the replica', { min: 1 }), 1),
      vllm: string('Version of vLLM', {
        pattern: /^v?\d+\.\d+\.\d+/,
        format: 'a version in quotes such as "0.30.0"',
      }),
      context: optional(integer('Tokens of one request that it started with', { min: 1 })),
      utilization: optional(
        number('Share of GPU memory that it took; absent means 0.92', { above: 0, max: 1 }),
      ),
      batchedTokens: optional(integer('Tokens of one step; absent means 8192', { min: 1 })),
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
  extraArgs: optional(
    listOf(
      'More arguments for `vllm serve`',
      string('Argument', { pattern: /^\P{Cc}+$/u, format: 'an argument in quotes' }),
      { unique: false },
    ),
  ),
});

const simulator = objectOf('The API and metrics of vLLM without weights or GPUs, on any node', shared);

/** Models by name. */
export const models = mapOf(
  'Models, by the name that clients use',
  label,
  oneOf('A model and how it is served', { by: 'engine', of: { vllm, simulator }, fallback: DEFAULT_ENGINE }),
);
