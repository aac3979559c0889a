/**
 * Writes lib/catalog/data/engine-metrics.json: what the pinned engines tell Prometheus, by kind.
 *
 *   npx tsx scripts/import-engine-metrics.ts <vllm-metrics.json, as read from the installed package> <folder of vllm> \
 *     <folder that holds sglang and sglang-<version>.dist-info>
 *
 * The folders are where `pip download --no-deps` is unpacked. Some names of vLLM are put together when it runs: their
 * kind is not known, so that any form of them is taken.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [names, vllm, sglang] = process.argv.slice(2);
if (!sglang) throw new Error('usage: import-engine-metrics.ts <vllm-metrics.json> <vllm> <sglang>');

const KINDS = { gauge: 'gauges', counter: 'counters', histogram: 'histograms' } as const;
type Kind = (typeof KINDS)[keyof typeof KINDS] | 'any';

/** Each metric that the Python of a folder registers under a literal name. */
function registered(folder: string, prefix: string): Map<string, Kind> {
  const call = new RegExp(
    `(?:_(gauge|counter|histogram)_cls|\\b(?:Gauge)?(Gauge|Counter|Histogram|Summary))\\(\\s*(?:name=)?"(${prefix}:\\w+)"`,
    'g',
  );
  const found = new Map<string, Kind>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.py')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    if (!text.includes(`"${prefix}:`)) continue;
    for (const [, made, type, name] of text.matchAll(call)) {
      const kind = (made ?? type).toLowerCase().replace('summary', 'histogram') as keyof typeof KINDS;
      found.set(name, KINDS[kind]);
    }
  }
  if (found.size < 50) throw new Error(`${folder} has changed its form: ${found.size} metrics`);
  return found;
}

function table(version: string, found: ReadonlyMap<string, Kind>) {
  const of = (kind: Kind) => [...found].flatMap(([name, its]) => (its === kind ? [name] : [])).sort();
  return {
    version,
    gauges: of('gauges'),
    counters: of('counters'),
    histograms: of('histograms'),
    any: of('any'),
  };
}

const read = JSON.parse(readFileSync(names, 'utf8')) as { version: string; names: readonly string[] };
const ofVllm = registered(vllm, 'vllm');
const known = new Map<string, Kind>(read.names.map((name) => [name, ofVllm.get(name) ?? 'any']));
const info = readdirSync(sglang).find((name) => name.endsWith('.dist-info')) ?? '';
const tables = {
  vllm: table(read.version, known),
  sglang: table(info.replace(/^sglang-|\.dist-info$/g, ''), registered(join(sglang, 'sglang/srt'), 'sglang')),
};
const lines = Object.entries(tables).map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
writeFileSync(join(__dirname, '../lib/catalog/data/engine-metrics.json'), `{\n${lines.join(',\n')}\n}\n`);
