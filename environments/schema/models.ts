import { oneOf } from '../choices';
import { listOf, mapOf, objectOf, optional, withDefault } from '../fields';
import { DEFAULT_ENGINE } from '../merge';
import { enumOf, integer, string } from '../scalars';
import { adapters, hubName, replicaKeys, vllmKeys } from './engine';
import { fitKeys, takenGpu } from './fit';
import { routing } from './routing';
import { label } from './text';
import { sourceKeys, weightKeys } from './weights';

const every = {
  model: string('Model to serve, as Hugging Face names it', hubName),
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
const shared = { ...every, adapters: optional(adapters) };

const vllm = objectOf('vLLM on a GPU pool', {
  ...shared,
  pool: string('GPU pool that the replicas run on (without AWS, use engine: simulator)', label),
  task: withDefault(enumOf('What the model does', ['generate', 'embed', 'rerank', 'transcribe']), 'generate'),
  ...replicaKeys,
  ...weightKeys,
  ...vllmKeys,
  ...fitKeys,
  gpus: withDefault(replicaKeys.gpus, 1),
  extraArgs: optional(
    listOf(
      'More arguments for `vllm serve`',
      string('Argument', { pattern: /^\P{Cc}+$/u, format: 'an argument in quotes' }),
      { unique: false },
    ),
  ),
});

const sglang = objectOf('SGLang on a GPU pool', {
  ...every,
  pool: string('GPU pool that the replicas run on', label),
  ...replicaKeys,
  ...sourceKeys,
  utilization: vllmKeys.utilization,
  gpus: withDefault(replicaKeys.gpus, 1),
});

const ollama = objectOf('A GGUF on Ollama, for small use: on CPUs, or on one GPU of a pool', {
  model: string('Model and tag in its library', {
    // `latest` moves, and `cloud` answers elsewhere.
    pattern: /^[\w][\w.-]*(\/[\w.-]+)*:(?!latest$)(?!.*cloud$)[\w][\w.-]*$/,
    format: 'a model with a tag that stays and answers here, such as qwen3:0.6b',
  }),
  weightsGiB: integer('Size of its file, in GiB, rounded up', { min: 1 }),
  pool: optional(string('GPU pool that the replicas run on; absent means CPUs', label)),
  context: every.context,
  replicas: every.replicas,
  drainSeconds: every.drainSeconds,
  maxSequences: every.maxSequences,
  slice: replicaKeys.slice,
  cpu: replicaKeys.cpu,
  memoryGiB: replicaKeys.memoryGiB,
  image: replicaKeys.image,
  observed: optional(takenGpu),
});

const simulator = objectOf('The API and metrics of vLLM without weights or GPUs, on any node', shared);

/** Engines that are known and not offered, with what to use. */
const REFUSED = {
  tgi: "it is in maintenance mode, and its makers name vLLM and SGLang as successors; use 'vllm' or 'sglang'",
};

/** Models by name. */
export const models = mapOf(
  'Models, by the name that clients use',
  label,
  oneOf('A model and how it is served', {
    by: 'engine',
    of: { vllm, sglang, ollama, simulator },
    fallback: DEFAULT_ENGINE,
    refused: REFUSED,
  }),
);
