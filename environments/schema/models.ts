import { oneOf } from '../choices';
import { listOf, mapOf, objectOf, optional, withDefault } from '../fields';
import { DEFAULT_ENGINE } from '../merge';
import { boolean, enumOf, integer, refusing, string } from '../scalars';
import { byLoad, tritonByLoad } from './autoscale';
import { sglangCanary, simulatorCanary, vllmCanary } from './canary';
import { disaggregatedSglang, disaggregatedSimulator, disaggregatedVllm } from './disaggregated';
import {
  adapters,
  extraArgs,
  hubName,
  replicaKeys,
  sglangExperts,
  spreadKeys,
  vllmExperts,
  vllmKeys,
} from './engine';
import { fitKeys, takenGpu } from './fit';
import { routing } from './routing';
import { label } from './text';
import { sourceKeys, weightKeys } from './weights';

const every = {
  model: string('Model to serve, as Hugging Face names it', hubName),
  context: optional(
    integer("Longest request and answer, in tokens; absent means the model's own", { min: 1 }),
  ),
  autoscale: byLoad,
  replicas: optional(
    objectOf("Replicas, between two numbers by load; absent means the tier's number", {
      // Zero is refused with its reason, where models are checked.
      min: integer('Fewest replicas', { min: 0 }),
      max: integer('Most replicas', { min: 1 }),
    }),
  ),
  drainSeconds: optional(integer('How long a stopping replica may finish its answers', { min: 0 })),
  routing: optional(routing),
  smoke: optional(boolean('Ask it for one token before the first request; absent means that it is asked')),
  maxSequences: optional(integer('Requests that one replica works on at once', { min: 1 })),
};
const shared = { ...every, adapters: optional(adapters) };

const onVllm = {
  ...shared,
  pool: string('GPU pool that the replicas run on (without AWS, use engine: simulator)', label),
  task: withDefault(enumOf('What the model does', ['generate', 'embed', 'rerank', 'transcribe']), 'generate'),
  ...replicaKeys,
  ...weightKeys,
  ...vllmKeys,
  ...fitKeys,
  gpus: withDefault(replicaKeys.gpus, 1),
};

const vllm = objectOf('vLLM on a GPU pool', {
  ...onVllm,
  ...spreadKeys,
  expertParallel: vllmExperts,
  extraArgs: optional(extraArgs),
  disaggregated: optional(disaggregatedVllm),
  canary: optional(vllmCanary),
});

const kserve = objectOf(
  "vLLM on a GPU pool, as an LLMInferenceService that KServe's controller makes pods of",
  {
    ...onVllm,
    extraArgs: optional(extraArgs),
    canary: optional(vllmCanary),
  },
);

const sglang = objectOf('SGLang on a GPU pool', {
  ...every,
  pool: string('GPU pool that the replicas run on', label),
  ...replicaKeys,
  ...sourceKeys,
  utilization: vllmKeys.utilization,
  gpus: withDefault(replicaKeys.gpus, 1),
  ...spreadKeys,
  expertParallel: sglangExperts,
  disaggregated: optional(disaggregatedSglang),
  canary: optional(sglangCanary),
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
  smoke: every.smoke,
  maxSequences: every.maxSequences,
  slice: replicaKeys.slice,
  cpu: replicaKeys.cpu,
  memoryGiB: replicaKeys.memoryGiB,
  image: replicaKeys.image,
  observed: optional(takenGpu),
});

/** Why TensorRT-LLM is no engine by itself. */
const TRTLLM =
  "its own server, of 1.2.1, tells no queue and calls every model 'undefined', so that nothing could scale it or choose among its " +
  "replicas; use engine 'triton' with backend tensorrtllm for an engine that you compiled, or 'vllm' or 'sglang'";

/** Backends of Triton that are known and not offered. */
const BACKENDS = {
  vllm: "behind Triton it speaks no OpenAI protocol that the gateway could route to; use engine 'vllm'",
  python: 'such a model is a program, which its own config.pbtxt configures; leave backend out',
};

const triton = objectOf(
  'Models on Triton, from a repository in the bucket: on CPUs, on one GPU, or on those that TensorRT-LLM compiled one for',
  {
    repository: string('Folder of the bucket that holds them, below triton/; a new version is a new folder', {
      pattern: /^[\w][\w.-]*(\/[\w][\w.-]*)*$/,
      format: 'a folder such as vision/2026-11-20',
    }),
    loads: mapOf(
      'Models of the repository to load, by their folders',
      { pattern: /^[A-Za-z0-9][\w.-]*$/, format: 'the name of a folder' },
      objectOf('A model of the repository', {
        backend: optional(
          refusing(
            enumOf(
              'Backend, for a model whose config.pbtxt is to be written; or of an engine of TensorRT-LLM',
              ['onnxruntime', 'tensorrt', 'tensorrtllm'],
            ),
            BACKENDS,
          ),
        ),
        builtFor: optional(
          objectOf('What an engine of TensorRT-LLM was compiled for: it runs on nothing else', {
            gpu: string('Card, as pools name it', {
              pattern: /^[A-Za-z0-9][A-Za-z0-9.-]*$/,
              format: 'a card such as L40S',
            }),
            gpus: withDefault(integer('GPUs of a replica: world_size in its config.json', { min: 1 }), 1),
            release: string('TensorRT-LLM that compiled it: version in its config.json', {
              pattern: /^\d+\.\d+\.\d+\S*$/,
              format: 'a version such as 1.2.1',
            }),
          }),
        ),
        maxBatch: optional(integer('Requests computed together at most; absent means 32', { min: 1 })),
        delayMs: optional(integer('How long a request waits for others; absent means 50', { min: 0 })),
      }),
    ),
    clients: listOf('Namespaces whose pods call it; nobody else gets in', string('Namespace', label), {
      min: 1,
    }),
    weightsGiB: integer('Size of these models, in GiB, rounded up', { min: 1 }),
    pool: optional(string('GPU pool that the replicas run on; absent means CPUs', label)),
    replicas: every.replicas,
    autoscale: tritonByLoad,
    drainSeconds: every.drainSeconds,
    startupSeconds: replicaKeys.startupSeconds,
    slice: replicaKeys.slice,
    cpu: replicaKeys.cpu,
    memoryGiB: replicaKeys.memoryGiB,
    image: replicaKeys.image,
    observed: optional(takenGpu),
  },
);

const simulator = objectOf('The API and metrics of vLLM without weights or GPUs, on any node', {
  ...shared,
  apiKey: replicaKeys.apiKey,
  dataParallel: optional(
    integer('Ranks of one replica, at a port each for a picker to choose among; absent means 1', {
      min: 2,
      max: 8,
    }),
  ),
  disaggregated: optional(disaggregatedSimulator),
  canary: optional(simulatorCanary),
});

/** Engines that are known and not offered, with what to use. */
const REFUSED = {
  'tensorrt-llm': TRTLLM,
  tensorrtllm: TRTLLM,
  trtllm: TRTLLM,
  'trtllm-serve': TRTLLM,
  tgi: "it is in maintenance mode, and its makers name vLLM and SGLang as successors; use 'vllm' or 'sglang'",
};

/** Models by name. */
export const models = mapOf(
  'Models, by the name that clients use',
  label,
  oneOf('A model and how it is served', {
    by: 'engine',
    of: { vllm, sglang, kserve, ollama, triton, simulator },
    fallback: DEFAULT_ENGINE,
    refused: REFUSED,
  }),
);
