/** Engines that load weights onto GPUs of a pool, with what they are called. */
const NAMES: Readonly<Record<string, string>> = { vllm: 'vLLM', sglang: 'SGLang', kserve: 'KServe' };

/** What an engine that loads weights onto GPUs is called; undefined for one that does not. */
export const loaderName = (engine: string | undefined): string | undefined =>
  engine === undefined ? undefined : NAMES[engine];

/** Whether an engine is vLLM, whoever makes its pods. */
export const runsVllm = (engine: string | undefined): boolean => engine === 'vllm' || engine === 'kserve';
