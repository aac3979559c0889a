// Adds up what the tiers of a CI run counted, and says it in one plain line: `sum.mjs <log of npm test> <log of conformance>`
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** Numbers of the last line of a log that a pattern finds. */
function last(file, pattern) {
  const lines = stripVTControlCharacters(readFileSync(file, 'utf8')).split('\n');
  const found = lines.map((line) => pattern.exec(line)).filter(Boolean).at(-1);
  if (!found) throw new Error(`${file} has no closing line`);
  return { passed: Number(found.groups.passed), failed: Number(found.groups.failed ?? 0) };
}

const [tests, tier] = process.argv.slice(2);
const counts = [
  last(tests, /^\s*Tests\s+(?:(?<failed>\d+) failed \| )?(?<passed>\d+) passed/),
  last(tier, /^(?<passed>\d+) passed, (?<failed>\d+) failed$/),
];
const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
