import type { Built } from '../../stacks/build';
import type { Finding } from '../core';

/** Errors and warnings that nothing accepts. */
export function openFindings(built: Built): Finding[] {
  return built.findings.filter((finding) => !finding.waived);
}

/** How much all proofs looked at, as people read numbers. Not by `toLocaleString`, which loads a table of languages. */
export function checksMade(built: Built): string {
  const sum = built.proofs.reduce((total, proof) => total + proof.checked, 0);
  return `${sum}`.replace(/\B(?=(\d{3})+$)/g, ',');
}

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
