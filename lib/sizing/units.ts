/** Bytes of a GiB. */
export const GIB = 2 ** 30;

/** How one replica is spread over GPUs. */
export interface Spread {
  /** GPUs that share each layer. */
  readonly tensorParallel: number;
  /**
   * Groups of GPUs that share the layers out.
   * @default 1
   */
  readonly pipelineParallel?: number;
  /**
   * Experts stay whole, each on one GPU.
   * @default false
   */
  readonly expertParallel?: boolean;
}

/** Part of the layers that the fullest stage of a pipeline holds. */
export const stageShare = (layers: number, { pipelineParallel = 1 }: Spread): number =>
  Math.ceil(layers / pipelineParallel) / layers;

/** An amount that is not known exactly: what a promise must allow for, and what it can least be. */
export interface Range {
  readonly careful: number;
  readonly least: number;
}
