/** Requests computed together, where nobody says. */
export const LARGEST_BATCH = 32;

/** One model of a Triton repository. */
export interface LoadedModel {
  /**
   * Backend of a model whose config.pbtxt is to be written here: these two find out its inputs and outputs themselves.
   * @default - the repository configures the model
   */
  readonly backend?: 'onnxruntime' | 'tensorrt';
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

/** The config.pbtxt of a model that is ours to configure; undefined for one that the repository does. */
export function modelConfig({
  backend,
  maxBatch = LARGEST_BATCH,
  delayMs = 50,
}: LoadedModel): string | undefined {
  if (!backend) return undefined;
  return [
    `backend: "${backend}"`,
    `max_batch_size: ${maxBatch}`,
    'dynamic_batching {',
    `  max_queue_delay_microseconds: ${delayMs * 1000}`,
    '}',
    '',
  ].join('\n');
}
