import { type Finding, formatNamed } from '../../lib/core';

/** Findings as a reader sees them, with the proof that each comes from. */
export const said = (findings: readonly Finding[]): string =>
  findings.map((finding) => formatNamed(finding)).join('\n');
