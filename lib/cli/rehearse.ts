import {
  MissingProgramsError,
  ProgramEndedError,
  Programs,
  REHEARSAL_PROGRAMS,
  type Rehearsal,
  rehearsalScreen,
  rehearse as rehearseIt,
  TooSlowError,
} from '../rehearsal';
import { report, verdict } from './check';
import type { Call, Command, ExitCode, Io } from './command';
import { jsonOf, type Outcome, outcomes } from './targets';

type Readable = Extract<Outcome, { built: unknown }>;

export const rehearse: Command = {
  help: `nexus rehearse <environment or file> … [--json]

Starts etcd, API server, controllers, scheduler and Karpenter on this machine, applies the environment phase by phase
and lets Karpenter start simulated nodes for its pods. Then it scales every model to its maximum, rolls one Deployment
and interrupts one spot node. What stays Pending is told in Kubernetes' own words beside those of the proofs.
Nothing is downloaded, no cluster is touched, and nothing is left behind. Takes about a minute and 1 GB of memory.

The programs are built once, by 'npm run conformance:build' (needs Go).
Images, subnets, permissions, drivers and what happens inside a container cannot be seen here.

  --json   { environment, ok, applied, refused, warnings, steps, skipped, secondsToRunning, nodes, nodesAtMaximum,
             stuck, disagreements } (a list of them for several environments)

Example:
  nexus rehearse dev
`,
  async run(call: Call, io: Io): Promise<ExitCode> {
    if (call.names.length === 0) {
      io.err(`nexus rehearse: name an environment\n\n${rehearse.help}`);
      return 2;
    }
    const programs = new Programs();
    const reports: object[] = [];
    let worst: ExitCode = 0;
    try {
      programs.require(REHEARSAL_PROGRAMS);
      for (const outcome of outcomes(call.names, io)) {
        const { code, json, text } = await oneOf(outcome, programs, io);
        worst = code > worst ? code : worst;
        reports.push(json);
        if (!call.json) (code === 2 ? io.err : io.out)(text);
      }
    } catch (error) {
      if (!isOfThisMachine(error)) throw error;
      io.err(`nexus rehearse: ${error.message}\n`);
      return 2;
    }
    if (call.json) io.out(jsonOf(reports));
    return worst;
  },
};

interface Told {
  readonly code: ExitCode;
  readonly json: object;
  readonly text: string;
}

async function oneOf(outcome: Outcome, programs: Programs, io: Io): Promise<Told> {
  if ('unreadable' in outcome) return { code: 2, json: report(outcome), text: `${outcome.unreadable}\n` };
  const { environment, findings, ok, plan, proofs, rendered } = outcome.built;
  // A constructor refused: there is nothing to apply.
  if (rendered.layers.length === 0) return { code: 1, json: report(outcome), text: verdict(outcome) };
  const start = Date.now();
  const rehearsal: Rehearsal = await rehearseIt(
    { name: environment.name, rendered, findings, proofs, ...(plan ? { plan } : {}) },
    {
      programs,
      progress: (line) => io.err(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${line}\n`),
    },
  );
  const text = rehearsalScreen(rehearsal) + (ok ? '' : `\n${refusedAnyway(outcome)}`);
  return { code: ok && rehearsal.ok ? 0 : 1, json: rehearsal, text };
}

/** A refused environment can be rehearsed too: that shows what the refusal spares. */
const refusedAnyway = (outcome: Readable): string =>
  `${outcome.name} is refused by its proofs, whatever runs here: nexus check ${outcome.name}\n`;

function isOfThisMachine(error: unknown): error is Error {
  return [MissingProgramsError, ProgramEndedError, TooSlowError].some((kind) => error instanceof kind);
}
