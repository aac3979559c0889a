import { dollars } from '../core';
import type { Proof, Refusal, Spending } from './proof';

/** Lines that a message names. */
const NAMED = 3;

/**
 * What an environment costs a month at its highest scale stays within the budget that its file states. What has no
 * known price cannot be promised, so it is named.
 *
 * Fails: `budgetUsd: 10000` and five nodes of 7,660 dollars.
 */
export const budgetHolds: Proof = {
  name: 'budget-holds',
  about: 'What a month costs at the highest scale stays within budgetUsd; what has no price is named.',
  check({ spending }) {
    if (!spending) return { findings: [], checked: 0, skipped: 'no budget is stated' };
    const findings = [over(spending), unknown(spending)].filter((refusal) => refusal !== undefined);
    return { findings, checked: spending.lines.length };
  },
};

const about = ({ environment }: Spending) => ({ object: `Environment/${environment}`, origin: 'budgetUsd' });

function over(spending: Spending): Refusal | undefined {
  const { budgetUsd, maximum, lines, environment } = spending;
  if (maximum.high <= budgetUsd) return undefined;
  const certain = maximum.low > budgetUsd;
  const largest = [...lines].sort((a, b) => b.usd - a.usd).slice(0, NAMED);
  const named = largest.map(({ what, usd }) => `${what} ${dollars(usd)}`).join(', ');
  const range = dollars(maximum.low) === dollars(maximum.high) ? '' : `${dollars(maximum.low)} to `;
  return {
    ...about(spending),
    severity: certain ? 'error' : 'warning',
    what: `a month at the highest scale ${certain ? 'costs' : 'may cost'} ${range}${dollars(maximum.high)}, and the budget is ${dollars(budgetUsd)}`,
    why: `the largest of it: ${named}`,
    fix: `lower the replicas or the GPUs of what runs on ${largest[0].what}, see cheaper nodes with 'nexus plan ${environment}', or raise budgetUsd to ${Math.ceil(maximum.high)}`,
  };
}

function unknown(spending: Spending): Refusal | undefined {
  const { budgetUsd, maximum, unknown: missing } = spending;
  if (!missing.length || maximum.low > budgetUsd) return undefined;
  return {
    ...about(spending),
    severity: 'warning',
    what: `whether the budget of ${dollars(budgetUsd)} holds is not known: ${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} no known price`,
    why: `what is known adds up to ${dollars(maximum.high)}, and these come on top`,
    fix: 'compare the rest with the price list, or choose types whose price is known',
  };
}
