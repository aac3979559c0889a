import { findModel, type Model, modelNames } from './models';

/** What a name on the hub says beside the model: how somebody stored its weights. */
export interface Spelled {
  /** The name without what it says of the weights. */
  readonly base: string;
  /** Method of quantization, as `--quantization` names it; absent where the name tells none. */
  readonly method?: string;
}

const BITS4 = '(int)?4(-?b(it)?)?';
const GROUP = '(-?(g-?\\d+|\\d+g|gs\\d+))?';
const REST = '(-(v\\d+|mtp|mixed|sym|asym|marlin|actorder_true))*';

/** Endings of names, the more telling first; `none` says 16 bits. */
const ENDINGS: readonly (readonly [ending: RegExp, method: string])[] = [
  ['(unsloth-)?bnb-4-?bit', 'bitsandbytes'],
  ['(auto)?(awq|gptq)-(int)?8(-?bit)?', 'int8'],
  [`(auto)?awq(-${BITS4}|-w4a16)?${GROUP}`, 'awq'],
  [`(auto)?gptq(-${BITS4}|-w4a16)?${GROUP}`, 'gptq'],
  ['(quantized\\.)?(w8a8|w8a16|int8|8-?bit)', 'int8'],
  [`(quantized\\.)?(w4a16|int4|4-?bit)${GROUP}`, 'int4'],
  ['int4-(awq|gptq)', 'int4'],
  ['auto-?round(-4-?bit)?', 'int4'],
  ['fp8(-(dynamic|block|kv|static|per-?tensor|e4m3|static-per-?tensor))?', 'fp8'],
  ['(nvfp4(a16)?|fp4)', 'nvfp4'],
  ['mxfp4(-moe)?', 'mxfp4'],
  ['compressed-tensors', 'compressed-tensors'],
  ['(bf16|fp16|bfloat16|float16)', 'none'],
].map(([ending, method]) => [new RegExp(`[-_.]${ending}${REST}$`, 'i'), method] as const);

/** Read the end of a name: `Qwen3-32B-quantized.w4a16`, `Phi-4-AutoRound-GPTQ-4bit`. */
export function spelled(name: string): Spelled {
  let base = name;
  let method: string | undefined;
  for (let i = 0; i < 3; i++) {
    const ending = ENDINGS.find(([pattern]) => pattern.test(base));
    if (!ending) break;
    base = base.replace(ending[0], '');
    method ??= ending[1];
  }
  return { base, ...(method === undefined ? {} : { method }) };
}

/** Formats of other engines, each by how names tell it. */
const ELSEWHERE: readonly (readonly [pattern: RegExp, format: string])[] = [
  [/gguf|ggml|[-_.](i?q|iq)[2-8](_[0-9kmsxl]+)+$/i, 'GGUF files, which llama.cpp reads'],
  [/[-_.](mlx)([-_.]|$)|^mlx-community\//i, 'MLX weights, which run on Apple hardware'],
  [/[-_.]exl[23]([-_.]|$)/i, 'EXL weights, which ExLlama reads'],
  [/[-_.](onnx|openvino|tensorrt|trt-?llm|coreml)([-_.]|$)/i, 'weights compiled for another engine'],
];

/** What a name's files are, where no engine here serves them. */
export const foreignFormat = (name: string): string | undefined =>
  ELSEWHERE.find(([pattern]) => pattern.test(name))?.[1];

/** Letters and digits of the name without its publisher: how people write it differs in the rest. */
const squeezed = (name: string): string =>
  name
    .slice(name.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/^meta-/, '')
    .replace(/[^a-z0-9]/g, '');

/** Variants of one shape: tuned to follow instructions or not. */
const TUNED = ['instruct', 'it', 'chat', 'chathf', 'hf', 'base', 'pt'];

let bySqueezed: ReadonlyMap<string, Model> | undefined;

/** The model of a name whatever its publisher, capital letters and dashes. */
export function sameNamed(name: string): Model | undefined {
  bySqueezed ??= index();
  const wanted = squeezed(name);
  const exact = bySqueezed.get(wanted);
  if (exact) return exact;
  const ending = TUNED.find((tuned) => wanted.endsWith(tuned));
  const plain = ending ? wanted.slice(0, -ending.length) : wanted;
  // A size must be left, or `gemma-2` would be a variant of `gemma`.
  if (!/\d(b|m)/.test(plain)) return undefined;
  return ['', ...TUNED].map((tuned) => bySqueezed?.get(plain + tuned)).find((model) => model !== undefined);
}

function index(): ReadonlyMap<string, Model> {
  const found = new Map<string, Model>();
  const note = (name: string, model: Model | undefined) => {
    if (model && !found.has(squeezed(name))) found.set(squeezed(name), model);
  };
  for (const name of modelNames()) note(name, findModel(name));
  // Models that only a quantized checkpoint is known of go by their plain names too.
  for (const name of modelNames()) note(spelled(name).base, findModel(name));
  return found;
}
