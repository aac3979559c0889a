/**
 * Writes lib/serving/data/sglang-words.json: words that `sglang.launch_server` takes for options whose words are its own.
 *
 *   npx tsx scripts/import-sglang-words.ts <folder of the package, unpacked from `pip download --no-deps sglang==<version>`>
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
if (!folder)
  throw new Error('usage: import-sglang-words.ts <folder that holds sglang and sglang-<version>.dist-info>');

/** Words of a Python file between two marks. */
function words(file: string, from: string, until: string): readonly string[] {
  const text = readFileSync(join(folder, 'sglang/srt', file), 'utf8');
  const start = text.indexOf(from) + from.length;
  const found = [...text.slice(start, text.indexOf(until, start)).matchAll(/^ +"([^"]+)"[,:]/gm)].map(
    ([, word]) => word,
  );
  if (text.indexOf(from) < 0 || found.length < 5) throw new Error(`${file} has changed its form`);
  return found.sort();
}

const info = readdirSync(folder).find((name) => name.endsWith('.dist-info')) ?? '';
const list = {
  version: info.replace(/^sglang-|\.dist-info$/g, ''),
  '--tool-call-parser': words(
    'function_call/function_call_parser.py',
    'ToolCallParserEnum: Dict',
    '\n    }\n',
  ),
  '--reasoning-parser': words('parser/reasoning_parser_names.py', 'REASONING_PARSER_NAMES = [', '\n]'),
  '--kv-cache-dtype': words('arg_groups/fields/model.py', 'kv_cache_dtype: A[', '] = "auto"'),
  '--quantization': words('arg_groups/choices.py', '\nQUANTIZATION_CHOICES = [', '\n]\n'),
};
const lines = Object.entries(list).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
writeFileSync(join(__dirname, '../lib/serving/data/sglang-words.json'), `{\n${lines.join(',\n')}\n}\n`);
