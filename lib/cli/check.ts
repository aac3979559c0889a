import { formatNamed } from '../core';
import type { Call, Command, ExitCode, Io } from './command';
import { checksMade, counted, openFindings } from './tally';
import { jsonOf, type Outcome, outcomes } from './targets';

export const check: Command = {
  help: `nexus check [environment or file …] [--json]

Renders each environment and runs every proof; writes nothing. Without a name: all of environments/.

  --json   one object { environment, ok, findings, proofs } (a list of them for several environments)

Example:
  nexus check prod
  nexus check /path/to/my-platform.yaml --json
`,
  run(call: Call, io: Io): ExitCode {
    const results = outcomes(call.names, io);
    if (call.json) {
      const reports = results.map(report);
      io.out(jsonOf(reports));
    } else {
      for (const outcome of results) {
        if ('built' in outcome) io.out(verdict(outcome));
        else io.err(`${outcome.unreadable}\n`);
      }
    }
    return exitCode(results);
  },
};

/** What `--json` prints of one environment: a stable shape. */
export function report(outcome: Outcome): object {
  if ('unreadable' in outcome) {
    return {
      environment: outcome.name,
      ok: false,
      findings: outcome.findings,
      proofs: [],
      error: outcome.unreadable,
    };
  }
  const { environment, ok, findings, proofs } = outcome.built;
  return { environment: environment.name, ok, findings, proofs };
}

/** The findings, and one line that sums them up. */
export function verdict({ name, built }: Extract<Outcome, { built: unknown }>): string {
  const open = openFindings(built);
  const findings = open.map((finding) => `${formatNamed(finding)}\n\n`).join('');
  const result = built.ok
    ? `${built.proofs.length} proofs passed, ${checksMade(built)} checks`
    : `refused: ${counted(open.length, 'finding')}`;
  return `${findings}${name}: ${result}\n`;
}

/** The worst of all. */
export function exitCode(results: readonly Outcome[]): ExitCode {
  if (results.some((outcome) => 'unreadable' in outcome)) return 2;
  return results.some((outcome) => 'built' in outcome && !outcome.built.ok) ? 1 : 0;
}
