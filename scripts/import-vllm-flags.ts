/**
 * Writes lib/serving/data/vllm-flags.json: the options of `vllm serve`, one a line.
 *
 *   npx tsx scripts/import-vllm-flags.ts <vllm-flags.json, as read from the installed package>
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Option {
  readonly flags: readonly string[];
  readonly kind: 'value' | 'boolean' | 'list';
  readonly type?: string;
  readonly choices?: readonly string[];
}

const [source] = process.argv.slice(2);
if (!source) throw new Error('usage: import-vllm-flags.ts <vllm-flags.json>');
const { version, options } = JSON.parse(readFileSync(source, 'utf8')) as {
  version: string;
  options: readonly Option[];
};
const lines = options
  .filter(({ flags }) => !flags.includes('--help'))
  .map(({ flags, kind, type, choices }) => JSON.stringify({ flags, kind, type, choices }))
  .sort();
writeFileSync(
  join(__dirname, '../lib/serving/data/vllm-flags.json'),
  `{"version":${JSON.stringify(version)},"options":[\n${lines.join(',\n')}\n]}\n`,
);
