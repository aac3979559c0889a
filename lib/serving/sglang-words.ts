import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import { didYouMean, nearest, PlatformError } from '../core';

/** Options of SGLang whose words are its own. */
type Flag = '--tool-call-parser' | '--reasoning-parser' | '--kv-cache-dtype' | '--quantization';
type Words = { readonly version: string } & Readonly<Record<Flag, readonly string[]>>;

let words: Words | undefined;

/** The words of the SGLang in `versions.ts`. */
export function sglangWords(): Words {
  words ??= JSON.parse(readFileSync(join(__dirname, 'data', 'sglang-words.json'), 'utf8')) as Words;
  return words;
}

/** Refuse a word that the engine does not know for an option. */
export function checkSglangWord(at: IConstruct, prop: string, flag: Flag, word: string): void {
  const list = sglangWords();
  const choices = list[flag];
  if (choices.includes(word)) return;
  const near = nearest(word, choices);
  throw new PlatformError(at, {
    what: `'${prop}' is '${word}', which SGLang ${list.version} does not know${didYouMean(word, choices)}`,
    why: 'the server ends at its start, after its node has been launched',
    fix: near ? `write '${near}'` : `write one of ${choices.join(', ')}`,
  });
}
