import { oneOf } from '../choices';
import { listOf, mapOf, objectOf, optional, withDefault } from '../fields';
import { DEFAULT_ENGINE } from '../merge';
import { enumOf, integer, number, string } from '../scalars';
import { routing } from './routing';
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
  routing: optional(routing),
  maxSequences: optional(integer('Requests that one replica works on at once', { min: 1 })),
};

const vllm = objectOf('vLLM on a GPU pool', {
  ...shared,
  pool: string('GPU pool that the replicas run on (without AWS, use engine: simulator)', label),
  task: withDefault(enumOf('What the model does', ['generate', 'embed', 'rerank']), 'generate'),
  startupSeconds: optional(integer('How long a replica may take until it is ready', { min: 1 })),
  gpus: withDefault(enumOf('GPUs of one replica: tensor parallel', [1, 2, 4, 8]), 1),
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
