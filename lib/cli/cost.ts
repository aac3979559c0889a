import { billFor } from '../../stacks/bill';
import type { Built } from '../../stacks/build';
import { type Bill, SCALES } from '../cost';
import type { Call, Command, ExitCode, Io } from './command';
import { costScreen } from './cost-screen';
import { counted, openFindings } from './tally';
import { jsonOf, type Outcome, outcomes } from './targets';

export const cost: Command = {
  help: `nexus cost [environment or file …] [--json]

What each environment costs a month: with everything at its least, at its highest scale, and at the worst that the
limits of its pools allow. Line by line, with the arithmetic and the date of the prices; then what of it is each
model's, and the vCPUs that count against each quota. What costs by use is named and not counted; what has no known
price is called unknown and never counted as nothing. Without a name: all of environments/.

  --json   { environment, region, priced, total, unknown, budgetUsd, lines, models, quotas, usage, findings }
           (a list of them for several environments); amounts are { low, high } in USD a month, or null

Exit codes: 0 good, 1 an environment could not be built, 2 the file or the call is wrong. Other findings do not hide a
cost: they are counted below it.

Example:
  nexus cost prod
  nexus cost dev prod --json
`,
  run(call: Call, io: Io): ExitCode {
    const results = outcomes(call.names, io);
    if (call.json) {
      const reports = results.map(report);
      io.out(jsonOf(reports));
    } else {
      for (const outcome of results) {
        if ('built' in outcome) io.out(`${said(outcome, io.terminal)}\n`);
        else io.err(`${outcome.unreadable}\n`);
      }
    }
    if (results.some((outcome) => 'unreadable' in outcome)) return 2;
    return results.some((outcome) => 'built' in outcome && unbuilt(outcome.built)) ? 1 : 0;
  },
};

/** Constructs could not exist as asked, so there is nothing to price. */
const unbuilt = (built: Built): boolean => !built.ok && built.rendered.layers.length === 0;

function said({ name, built }: Extract<Outcome, { built: unknown }>, color: boolean): string {
  const bill = billFor(built);
  const open = openFindings(built).length;
  if (bill) {
    const also = open ? `  ${counted(open, 'finding')}: see nexus check ${name}\n` : '';
    return costScreen(built.environment.name, bill, color) + also;
  }
  return unbuilt(built)
    ? `${name}  could not be built, so it has no cost: see nexus check ${name}\n`
    : `${name}  runs outside AWS: nothing here has a price\n`;
}

/** What `--json` prints of one environment: a stable shape. */
function report(outcome: Outcome): object {
  if ('unreadable' in outcome) return { environment: outcome.name, error: outcome.unreadable };
  const { built } = outcome;
  const bill = billFor(built);
  const findings = openFindings(built).length;
  return { environment: built.environment.name, ...(bill ? billJson(bill) : { total: null }), findings };
}

/** A bill as data. */
export function billJson({
  region,
  priced,
  total,
  unknown,
  budgetUsd,
  lines,
  models,
  quotas,
  usage,
}: Bill): object {
  const scales = (usd: Bill['lines'][number]['usd']) =>
    Object.fromEntries(SCALES.map((scale) => [scale, usd[scale] ?? null]));
  return {
    region,
    priced,
    total,
    unknown,
    budgetUsd: budgetUsd ?? null,
    lines: lines.map(({ usd, ...line }) => ({ ...line, ...scales(usd) })),
    models: models.map(({ usd, ...model }) => ({
      ...model,
      idle: usd.idle ?? null,
      maximum: usd.maximum ?? null,
    })),
    quotas,
    usage,
  };
}
