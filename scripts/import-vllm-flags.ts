/**
 * Writes lib/serving/data/vllm-flags.json: the options of `vllm serve`, one a line.
 *
 *   npx tsx scripts/import-vllm-flags.ts <vllm-flags.json, as read from the installed package> <folder of the package>
 *
 * The folder is where `pip download --no-deps vllm==<version>` is unpacked: of some options the parser takes any word,
 * and the engine ends with one that it does not know. Those words stand in the source.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Option {
  readonly flags: readonly string[];
  readonly kind: 'value' | 'boolean' | 'list';
  readonly type?: string;
  readonly choices?: readonly string[];
}

const [source, folder] = process.argv.slice(2);
if (!source || !folder) throw new Error('usage: import-vllm-flags.ts <vllm-flags.json> <folder of vllm>');

/** Words of a Python file between two marks, by a pattern with one group. */
function words(file: string, from: string, until: string, pattern: RegExp): readonly string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  const start = text.indexOf(from) + from.length;
  const end = text.indexOf(until, start);
  const found = [...text.slice(start, end).matchAll(pattern)].map(([, word]) => word);
  if (text.indexOf(from) < 0 || end < 0 || found.length < 5) throw new Error(`${file} has changed its form`);
  return [...new Set(found)].sort();
}

const ENTRY = /^ {4}"([^"]+)": \(/gm;
const LITERAL = /^ {4}"([^"]+)",/gm;
const ENGINE_WORDS: Readonly<Record<string, readonly string[]>> = {
  '--tool-call-parser': words('tool_parsers/__init__.py', '_TOOL_PARSERS_TO_REGISTER = {', '\n}\n', ENTRY),
  '--reasoning-parser': words('reasoning/__init__.py', '_REASONING_PARSERS_TO_REGISTER = {', '\n}\n', ENTRY),
  '--kv-cache-dtype': words('config/cache.py', 'CacheDType = Literal[', '\n]\n', LITERAL),
  '--quantization': words(
    'model_executor/layers/quantization/__init__.py',
    'QuantizationMethods = Literal[',
    '\n]\n',
    LITERAL,
  ),
};

const { version, options } = JSON.parse(readFileSync(source, 'utf8')) as {
  version: string;
  options: readonly Option[];
};
const lines = options
  .filter(({ flags }) => !flags.includes('--help'))
  .map(({ flags, kind, type, choices = ENGINE_WORDS[flags[0]] }) =>
    JSON.stringify({ flags, kind, type, choices }),
  )
  .sort();
writeFileSync(
  join(__dirname, '../lib/serving/data/vllm-flags.json'),
  `{"version":${JSON.stringify(version)},"options":[\n${lines.join(',\n')}\n]}\n`,
);
