/**
 * Writes lib/gateway/data/litellm-keys.json: the keys that LiteLLM reads, one section a line.
 *
 *   npx tsx scripts/import-litellm-keys.ts <litellm-keys.json, as read from the installed package>
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Sections that our configuration writes into. */
const SECTIONS = [
  'router_settings',
  'general_settings',
  'litellm_settings',
  'litellm_params',
  'model_info',
  'cache_params',
  'callbacks',
];

const [source] = process.argv.slice(2);
if (!source) throw new Error('usage: import-litellm-keys.ts <litellm-keys.json>');
const all = JSON.parse(readFileSync(source, 'utf8')) as Record<string, readonly string[]> & {
  version: string;
};
const lines = SECTIONS.map((section) => {
  const keys = all[section];
  if (!keys) throw new Error(`${source} has no section '${section}'`);
  return `${JSON.stringify(section)}:${JSON.stringify([...keys].sort())}`;
});
writeFileSync(
  join(__dirname, '../lib/gateway/data/litellm-keys.json'),
  `{"version":${JSON.stringify(all.version)},\n${lines.join(',\n')}}\n`,
);
