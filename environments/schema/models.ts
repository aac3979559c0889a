import { oneOf } from '../choices';
import { mapOf, objectOf, optional, withDefault } from '../fields';
import { DEFAULT_ENGINE } from '../merge';
import { boolean, enumOf, integer, string } from '../scalars';
import { sglangCanary, simulatorCanary, vllmCanary } from './canary';
import { adapters, extraArgs, hubName, replicaKeys, vllmKeys } from './engine';
import { fitKeys } from './fit';
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
  smoke: optional(boolean('Ask it for one token before the first request; absent means that it is asked')),
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
  extraArgs: optional(extraArgs),
  canary: optional(vllmCanary),
});

const sglang = objectOf('SGLang on a GPU pool', {
  ...every,
  pool: string('GPU pool that the replicas run on', label),
  ...replicaKeys,
  ...sourceKeys,
  utilization: vllmKeys.utilization,
  gpus: withDefault(replicaKeys.gpus, 1),
  canary: optional(sglangCanary),
});

const simulator = objectOf('The API and metrics of vLLM without weights or GPUs, on any node', {
  ...shared,
  canary: optional(simulatorCanary),
});

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
    of: { vllm, sglang, simulator },
    fallback: DEFAULT_ENGINE,
    refused: REFUSED,
  }),
);
