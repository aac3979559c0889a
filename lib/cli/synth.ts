import { resolve } from 'node:path';
import { deliver } from '../../stacks/deliver';
import { exitCode, report } from './check';
import type { Call, Command, ExitCode, Io } from './command';
import { screen } from './screen';
import { jsonOf, type Outcome, outcomes } from './targets';

export const synth: Command = {
  help: `nexus synth [environment or file …] [--out <folder>] [--json]

Renders each environment, runs every proof and, when none finds a fault, writes <folder>/<environment>/:
  gitops/flux, gitops/argocd   what Flux or Argo CD install the platform from
  foundation.json              the AWS resources as a plan (environments on AWS)
  platform.json                what runs where, needs what and talks to whom
A refused environment writes nothing and leaves what was written before. Without a name: all of environments/.

  --out    where to write (default: out)
  --json   per environment { environment, ok, findings, proofs, files }

Example:
  nexus synth dev prod
`,
  run(call: Call, io: Io): ExitCode {
    const results = outcomes(call.names, io);
    const twice = sharedName(results);
    if (twice) {
      io.err(`${twice}; nothing was written\n`);
      return 2;
    }
    const reports = results.map((outcome) => {
      const files =
        'built' in outcome && outcome.built.ok ? deliver(outcome.built, resolve(io.cwd, call.outDir)) : [];
      if (!call.json) {
        if ('built' in outcome) io.out(screen(outcome.built, files, call.outDir, io.terminal));
        else io.err(`${outcome.unreadable}\n`);
      }
      return { ...report(outcome), files };
    });
    if (call.json) io.out(jsonOf(reports));
    return exitCode(results);
  },
};

/** Two files of one name would write one folder, and the second would win. */
function sharedName(results: readonly Outcome[]): string | undefined {
  const files = new Map<string, string>();
  for (const outcome of results) {
    if (!('built' in outcome)) continue;
    const { name, file } = outcome.built.environment;
    const other = files.get(name);
    if (other !== undefined && other !== file) return `${other} and ${file} are both called '${name}'`;
    files.set(name, file);
  }
  return undefined;
}
