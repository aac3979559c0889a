/** Requests computed together, where nobody says. */
export const LARGEST_BATCH = 32;

/** What a TensorRT-LLM engine was compiled for: it runs nowhere else. */
export interface BuiltFor {
  /** Card that it was compiled on, as pools name it. */
  readonly gpu: string;
  /**
   * GPUs that it is cut for: `world_size` of its config.json. A replica takes as many.
   * @default 1
   */
  readonly gpus?: number;
  /** Release of TensorRT-LLM that compiled it: `version` of its config.json. */
  readonly release: string;
}

/** One model of a Triton repository. */
export interface LoadedModel {
  /**
   * Backend of a model whose config.pbtxt is to be written here: `onnxruntime` and `tensorrt` find out its inputs and
   * outputs themselves. `tensorrtllm` is for an engine of TensorRT-LLM, which the repository configures.
   * @default - the repository configures the model
   */
  readonly backend?: 'onnxruntime' | 'tensorrt' | 'tensorrtllm';
  /**
   * What the engine was compiled for, with `tensorrtllm`.
   * @default - none: it is no engine of TensorRT-LLM
   */
  readonly builtFor?: BuiltFor;
  /**
   * Requests computed together at most; the model's first dimension must be free.
   * @default 32 where the file is written here
   */
  readonly maxBatch?: number;
  /**
   * How long a request waits for others to be computed with.
   * @default 50 where the file is written here
   */
  readonly delayMs?: number;
}

/** Whether its config.pbtxt is written here. */
export const configuredHere = ({ backend }: LoadedModel): boolean =>
  backend !== undefined && backend !== 'tensorrtllm';

/** The config.pbtxt of a model that is ours to configure; undefined for one that the repository does. */
export function modelConfig(model: LoadedModel): string | undefined {
  if (!configuredHere(model)) return undefined;
  const { backend, maxBatch = LARGEST_BATCH, delayMs = 50 } = model;
  return [
    `backend: "${backend}"`,
    `max_batch_size: ${maxBatch}`,
    'dynamic_batching {',
    `  max_queue_delay_microseconds: ${delayMs * 1000}`,
    '}',
    '',
  ].join('\n');
}
