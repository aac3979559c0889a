import { listOf, mapOf, objectOf, optional, orEmpty, withDefault } from '../fields';
import { boolean, enumOf, integer, number, string } from '../scalars';
import { label } from './text';

const prefix = {
  pattern: /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/,
  format: "a prefix of the bucket 'batch', such as reviews/in, without a slash at its ends",
};

const job = objectOf('Requests that a model answers without a server', {
  model: string('Model to run, as Hugging Face names it', {
    pattern: /^[\w][\w.-]*\/[\w][\w.-]*$/,
    format: 'a model such as Qwen/Qwen3-32B',
  }),
  pool: string('Pool of batch.pools to run on', label),
  input: string('Prefix of the shards: *.jsonl with requests', prefix),
  output: string('Prefix of the results; a shard that has one is done', prefix),
  schedule: optional(
    string('When it runs, in UTC; absent means once', {
      pattern: /^[\w*?/,-]+( [\w*?/,-]+){4}$/,
      format: 'five fields of cron, such as "0 1 * * *"',
    }),
  ),
  deadlineHours: number('Longest time that one start may take', { above: 0, max: 720 }),
  urgent: optional(boolean('Whether it takes the place of others in its queue')),
  task: withDefault(enumOf('What the model does', ['generate', 'embed', 'rerank']), 'generate'),
  gpus: withDefault(enumOf('GPUs of the run: tensor parallel', [1, 2, 4, 8]), 1),
  context: optional(integer('Longest request and answer, in tokens', { min: 1 })),
  maxSequences: optional(integer('Requests that are worked on at once', { min: 1 })),
  batchedTokens: optional(integer('Tokens that one step works on', { min: 1 })),
  utilization: optional(number('Share of GPU memory that vLLM takes', { above: 0, max: 0.98 })),
  quantization: optional(
    string('Quantization, as vLLM names it', {
      pattern: /^[a-z0-9][a-z0-9_-]*$/,
      format: 'a method such as fp8 or awq_marlin',
    }),
  ),
  kvCacheDtype: optional(
    enumOf('Number format of the KV cache', ['auto', 'bfloat16', 'fp8', 'fp8_e4m3', 'fp8_e5m2']),
  ),
});

/** Work that runs to its end. */
export const batch = objectOf('Jobs that wait in queues for room on GPU pools', {
  pools: listOf('GPU pools that have a queue each, called like the pool', string('Pool', label), { min: 1 }),
  namespaces: withDefault(
    listOf(
      "Namespaces, beside 'batch', whose Jobs may wait there; they are made",
      string('Namespace', label),
    ),
    [],
  ),
  // The Jobs of a CronJob add eleven characters.
  jobs: orEmpty(mapOf('Batch inference, by name', { ...label, maxLength: 40 }, job)),
});
