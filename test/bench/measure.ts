import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Sample {
  /** Seconds from start to end. */
  readonly wall: number;
  /** Seconds of processor of all its processes. */
  readonly cpu: number;
  /** MiB of its largest process. */
  readonly rss: number;
}

export interface Subject {
  readonly name: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  readonly cwd: string;
}

const PRELOAD = join(__dirname, 'usage.cjs');

/** Run each subject in turn, again and again, so that a slow minute slows all of them; medians. */
export function measure(subjects: readonly Subject[], runs: number): Map<string, Sample> {
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]));
  for (let run = -1; run < runs; run++) {
    for (const subject of subjects) {
      const sample = once(subject);
      // The first round warms the disk.
      if (run >= 0) samples.get(subject.name)?.push(sample);
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return new Map(
    [...samples].map(([name, list]) => [
      name,
      {
        wall: median(list.map((s) => s.wall)),
        cpu: median(list.map((s) => s.cpu)),
        rss: median(list.map((s) => s.rss)),
      },
    ]),
  );
}

function once({ name, args, cwd }: Subject): Sample {
  const file = join(mkdtempSync(join(tmpdir(), 'nexus-bench-')), 'usage');
  writeFileSync(file, '');
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: {
      ...process.env,
      NODE_OPTIONS: `--require=${PRELOAD}`,
      BENCH_USAGE: file,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
  });
  const wall = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  const used = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { cpu: number; rss: number });
  return { wall, cpu: used.reduce((sum, u) => sum + u.cpu, 0), rss: Math.max(...used.map((u) => u.rss)) };
}
