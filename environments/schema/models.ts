import { CRON, TIME_ZONE } from '../../lib/core/cron';
import { oneOf } from '../choices';
import { listOf, mapOf, objectOf, optional, withDefault } from '../fields';
import { DEFAULT_ENGINE } from '../merge';
import { enumOf, integer, number, string } from '../scalars';
import { adapters, hubName, replicaKeys, vllmKeys } from './engine';
import { fitKeys } from './fit';
import { routing } from './routing';
import { label } from './text';
import { sourceKeys, weightKeys } from './weights';

const cron = {
  pattern: CRON,
  format: "five fields of cron, such as '0 8 * * 1-5' (minute, hour, day, month, weekday)",
};

const officeHours = objectOf('Hours in which more replicas run', {
  from: string('When they begin', cron),
  to: string('When they end', cron),
  timezone: optional(
    string('Zone of both; absent means UTC', {
      pattern: TIME_ZONE,
      format: 'a time zone such as Europe/Berlin or UTC',
    }),
  ),
  replicas: integer('Replicas that run at least', { min: 1 }),
});

const every = {
  model: string('Model to serve, as Hugging Face names it', hubName),
  context: optional(
    integer("Longest request and answer, in tokens; absent means the model's own", { min: 1 }),
  ),
  autoscale: optional(
    objectOf('How replicas between min and max follow the load', {
      on: optional(
        enumOf('What they follow: requests that wait, the KV cache in use, or how busy the GPUs are', [
          'queue',
          'kvCache',
          'gpu',
        ]),
      ),
      target: optional(
        number(
          'Enough for each replica: waiting requests (5), or percent of the cache (80) or the GPUs (60)',
          {
            above: 0,
          },
        ),
      ),
      schedule: optional(listOf('Hours in which more run, whatever the load', officeHours, { min: 1 })),
    }),
  ),
  replicas: optional(
    objectOf("Replicas, between two numbers by load; absent means the tier's number", {
      // Zero is refused with its reason, where models are checked.
      min: integer('Fewest replicas', { min: 0 }),
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
  nodes: optional(
    integer('Nodes of one replica, which share out its layers; absent means 1', { min: 2, max: 16 }),
  ),
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

const simulator = objectOf('The API and metrics of vLLM without weights or GPUs, on any node', {
  ...shared,
  apiKey: replicaKeys.apiKey,
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
