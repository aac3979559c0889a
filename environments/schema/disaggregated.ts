import { objectOf, optional } from '../fields';
import { enumOf, integer, string } from '../scalars';
import { roleByLoad } from './autoscale';
import { replicaKeys } from './engine';
import { label } from './text';

const about = 'Pods that read prompts apart from pods that write answers';
const roles = { prefill: 'Pods that read prompts', decode: 'Pods that write answers' };

const replicas = optional(
  objectOf("Replicas; absent means the tier's number", {
    min: integer('Fewest replicas', { min: 1 }),
    max: integer('Most replicas', { min: 1 }),
  }),
);

const role = (of: keyof typeof roles) =>
  objectOf(roles[of], {
    replicas,
    autoscale: roleByLoad,
    pool: optional(string("GPU pool that they run on; absent means the model's", label)),
    gpus: replicaKeys.gpus,
    cpu: replicaKeys.cpu,
    memoryGiB: replicaKeys.memoryGiB,
    maxSequences: optional(integer('Requests that one replica works on at once', { min: 1 })),
    batchedTokens: replicaKeys.batchedTokens,
  });

const onGpus = {
  prefill: role('prefill'),
  decode: role('decode'),
  transfer: optional(
    enumOf('How the cache of a prompt comes over; absent means efa where both pools have it', ['efa', 'tcp']),
  ),
};

const nonCachedTokens = optional(
  integer('Tokens that no cache holds, from which on a prefill pod reads a prompt; absent means 512', {
    min: 1,
  }),
);

/** Two roles on vLLM. */
export const disaggregatedVllm = objectOf(about, { ...onGpus, nonCachedTokens });

/** Two roles on SGLang, whose decode pods read no prompt. */
export const disaggregatedSglang = objectOf(about, onGpus);

/** Two roles without GPUs. */
export const disaggregatedSimulator = objectOf(about, {
  prefill: objectOf(roles.prefill, { replicas, autoscale: roleByLoad }),
  decode: objectOf(roles.decode, { replicas, autoscale: roleByLoad }),
  nonCachedTokens,
});
