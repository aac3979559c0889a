import { valueOr } from '../choices';
import { listOf, mapOf, objectOf, optional } from '../fields';
import { boolean, enumOf, integer, number, string } from '../scalars';
import { label } from './text';

/** A model or an adapter on the hub. */
export const hubName = {
  pattern: /^[\w][\w.-]*\/[\w][\w.-]*$/,
  format: 'a model such as Qwen/Qwen3-32B',
};

const word = {
  pattern: /^[a-z0-9][a-z0-9_.-]*$/,
  format: 'a word of the engine, such as hermes, or none',
};

/** What each engine on GPUs may be told of its batches, its memory and its pod. */
export const replicaKeys = {
  gpus: optional(enumOf('GPUs of one replica: tensor parallel', [1, 2, 4, 8])),
  slice: optional(
    string("MIG slice of the pool's GPUs that a replica runs on; absent means the one kind that it has", {
      pattern: /^[1-7]g\.\d{1,3}gb$/,
      format: 'a MIG slice such as 3g.40gb',
    }),
  ),
  profile: optional(enumOf('Batch limits: answers soon, or many in all', ['latency', 'throughput'])),
  batchedTokens: optional(integer('Tokens that one step of a replica works on', { min: 1 })),
  startupSeconds: optional(
    integer('How long a replica may take until it is ready; absent means by the size of its weights', {
      min: 1,
    }),
  ),
  cpu: optional(integer('CPU cores of one replica', { min: 1 })),
  memoryGiB: optional(integer('Memory of one replica, in GiB', { min: 1 })),
  image: optional(
    string("Image of the engine; absent means the engine's own", {
      pattern: /^[a-z0-9][\w./:-]*[:@][\w.:-]+$/,
      format: 'an image with its tag or digest, such as registry.example.com/vllm-audio:v0.33.0',
    }),
  ),
  kvCacheDtype: optional(
    enumOf('Number format of the KV cache', ['auto', 'bfloat16', 'fp8', 'fp8_e4m3', 'fp8_e5m2']),
  ),
  quantization: optional(
    string('Quantization, as the engine names it', {
      pattern: /^[a-z0-9][a-z0-9_-]*$/,
      format: 'a method such as fp8 or awq_marlin',
    }),
  ),
  prefixCaching: optional(boolean("Keep prompts that begin alike; absent means the engine's own choice")),
  toolParser: optional(
    string("Reads tool calls out of answers, or none; absent means the family's own", word),
  ),
  reasoningParser: optional(
    string("Takes thoughts out of answers, or none; absent means the family's own", word),
  ),
  apiKey: optional(boolean('Ask callers for a generated key, which the gateway passes on')),
};

/** Nodes of one replica, and what works on each part of it. */
export const spreadKeys = {
  nodes: optional(integer('Nodes of one replica, which work as one; absent means 1', { min: 2, max: 16 })),
  dataParallel: optional(
    integer('Ranks of one replica, each with requests of its own, that share the experts; absent means 1', {
      min: 2,
      max: 128,
    }),
  ),
};

const redundantExperts = optional(
  integer('Experts held a second time, to relieve GPUs with busy ones; absent means that none move', {
    min: 0,
    max: 1024,
  }),
);

const whole = 'Keep experts whole, each on one GPU';

/** Whole experts on vLLM. */
export const vllmExperts = optional(
  valueOr(
    boolean(whole),
    objectOf(whole, {
      all2all: optional(
        enumOf('Exchange between the GPUs; absent means allgather_reducescatter', [
          'allgather_reducescatter',
          'deepep_high_throughput',
          'deepep_low_latency',
        ]),
      ),
      redundantExperts,
    }),
  ),
);

/** Whole experts on SGLang. */
export const sglangExperts = optional(valueOr(boolean(whole), objectOf(whole, { redundantExperts })));

/** What only vLLM is told. */
export const vllmKeys = {
  utilization: optional(number('Share of GPU memory that vLLM takes', { above: 0, max: 0.98 })),
  kvOffloadGiB: optional(integer("Host memory for what the GPUs' cache has no room for, in GiB", { min: 1 })),
  lmcache: optional(
    objectOf('Caches of prompts that LMCache keeps, in a process of its own', {
      memoryGiB: integer('Host memory for them, in GiB', { min: 1 }),
      diskGiB: optional(integer('Disk of the node, when that is full; absent means none', { min: 1 })),
    }),
  ),
  structuredOutputs: optional(
    enumOf('Who holds an answer to a schema', ['xgrammar', 'guidance', 'outlines']),
  ),
  speculative: optional(
    objectOf('Guess tokens ahead', {
      method: enumOf('Who guesses', ['ngram', 'draft', 'eagle3', 'mtp']),
      model: optional(string('The smaller model or the trained head', hubName)),
      tokens: optional(integer('Tokens guessed in one step', { min: 1, max: 16 })),
    }),
  ),
  mediaPerPrompt: optional(
    objectOf('Most media of one request', {
      image: optional(integer('Images', { min: 0 })),
      video: optional(integer('Videos', { min: 0 })),
      audio: optional(integer('Sounds', { min: 0 })),
    }),
  ),
};

/** LoRA adapters by the names that clients ask for. */
export const adapters = mapOf(
  'LoRA adapters on the model, by the names that clients ask for',
  label,
  objectOf('A LoRA adapter', {
    model: string('Adapter, as Hugging Face names it', hubName),
    rank: optional(integer('Rank it was trained with', { min: 1, max: 512 })),
  }),
);

/** Further options of vLLM. */
export const extraArgs = listOf(
  'More arguments for `vllm serve`',
  string('Argument', { pattern: /^\P{Cc}+$/u, format: 'an argument in quotes' }),
  { unique: false },
);
