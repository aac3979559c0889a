import type { Construct } from 'constructs';
import { findModel } from '../catalog';
import { type ModelStart, PlatformError } from '../core';

/** Guessing tokens ahead of the model, which accepts or drops them: faster answers while there is little to do. */
export interface Speculation {
  /**
   * Who guesses: the words of the prompt (`ngram`), a smaller model (`draft`), a head trained for the model (`eagle3`),
   * or the layers that its own checkpoint brings for it (`mtp`).
   */
  readonly method: 'ngram' | 'draft' | 'eagle3' | 'mtp';
  /**
   * The smaller model or the head, as the hub spells it.
   * @default - none: `ngram` and `mtp` need none
   */
  readonly model?: string;
  /**
   * Tokens guessed in one step.
   * @default 4
   */
  readonly tokens?: number;
}

const WITH_MODEL: readonly string[] = ['draft', 'eagle3'];

/** The configuration as vLLM reads it; `pathOf` says where the weights of a model are. */
export function speculativeConfig(
  at: Construct,
  { method, model, tokens = 4 }: Speculation,
  pathOf: (model: string) => string,
): string {
  if (WITH_MODEL.includes(method) !== (model !== undefined)) {
    const missing = model === undefined;
    throw new PlatformError(at, {
      what: `speculates by '${method}' ${missing ? 'without' : 'and with'} a model`,
      why: missing
        ? 'something must guess, and the engine ends at its start without it'
        : `it has no place for one: ${method === 'ngram' ? 'the words of the prompt guess' : 'its checkpoint brings what guesses'}`,
      fix: missing ? 'name it in speculative.model' : 'delete speculative.model',
    });
  }
  return JSON.stringify({
    method: method === 'draft' ? 'draft_model' : method,
    ...(model === undefined ? {} : { model: pathOf(model) }),
    num_speculative_tokens: tokens,
    ...(method === 'ngram' ? { prompt_lookup_min: 2, prompt_lookup_max: 4 } : {}),
  });
}

/** Both must count the same words, or a guess means something else. */
export function mustShareWords(at: Construct, target: string, { method, model }: Speculation): void {
  const mine = findModel(target)?.vocabSize;
  const its = model === undefined ? undefined : findModel(model)?.vocabSize;
  if (method !== 'draft' || mine === undefined || its === undefined || mine === its) return;
  throw new PlatformError(at, {
    what: `lets ${model} guess, which has ${its} words, and ${target} has ${mine}`,
    why: 'the engine compares guesses word by word, and ends at its start when the vocabularies differ',
    fix: `take a smaller model of the same family as ${target}`,
  });
}

/** What of it takes memory that can be counted, and what cannot. */
export function speculationFacts({
  method,
  model,
  tokens = 4,
}: Speculation): Pick<ModelStart, 'speculative'> & { readonly uncounted: readonly string[] } {
  const drafted = method === 'draft' && model !== undefined ? { model } : {};
  return {
    speculative: { tokens, ...drafted },
    uncounted: method === 'eagle3' || method === 'mtp' ? [`speculative.method ${method}`] : [],
  };
}
