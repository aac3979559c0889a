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
   * Ranks that each work on requests of their own, with attention and cache of their own; experts are shared out over the
   * GPUs of all of them.
   * @default 1
   */
  readonly dataParallel?: number;
  /**
   * Experts stay whole, each on one GPU.
   * @default false
   */
  readonly expertParallel?: boolean;
  /**
   * Experts held a second time, so that GPUs with busy ones are relieved: load is balanced where this is told, if it is 0.
   * @default - load is not balanced
   */
  readonly redundantExperts?: number;
  /**
   * Whether each GPU must hold as many experts as every other.
   * @default false
   */
  readonly evenExperts?: boolean;
  /**
   * GPUs that cut the feed-forward layers which every token passes.
   * @default - those that share each layer
   */
  readonly denseParallel?: number;
  /**
   * Nodes that the GPUs are on.
   * @default - as many as groups of the pipeline
   */
  readonly nodes?: number;
}

/** GPUs of one replica. */
export const spreadGpus = ({ tensorParallel, pipelineParallel = 1, dataParallel = 1 }: Spread): number =>
  tensorParallel * pipelineParallel * dataParallel;

/** GPUs that share the experts of a layer. */
export const expertGpus = ({ tensorParallel, dataParallel = 1 }: Spread): number =>
  tensorParallel * dataParallel;

/** Nodes of one replica. */
export const spreadNodes = ({ nodes, pipelineParallel = 1 }: Spread): number => nodes ?? pipelineParallel;

/** Part of the layers that the fullest stage of a pipeline holds. */
export const stageShare = (layers: number, { pipelineParallel = 1 }: Spread): number =>
  Math.ceil(layers / pipelineParallel) / layers;

/** An amount that is not known exactly: what a promise must allow for, and what it can least be. */
export interface Range {
  readonly careful: number;
  readonly least: number;
}
