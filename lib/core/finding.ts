/** One fault: where, what, why and how to repair it. The shape that `--json` prints. */
export interface Finding {
  /** Public, kebab-case name of the proof. */
  readonly proof: string;
  readonly severity: 'error' | 'warning';
  /** `Kind/namespace/name`, `release/namespace/name`, or a construct path. */
  readonly object: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** Path in the environment file that caused it, such as `models.chat.gpus`. */
  readonly origin?: string;
  /** `file:line:column`, when the environment file is known. */
  readonly at?: string;
  /** The reason of the waiver that accepts it. */
  readonly waived?: string;
}

/** The four lines a reader sees. */
export function formatFinding(finding: Finding): string {
  const setIn = [finding.at, finding.origin].filter(Boolean).join(' ');
  return [
    `${finding.object}: ${finding.what}`,
    `  why: ${finding.why}`,
    `  fix: ${finding.fix}`,
    ...(setIn ? [`  set in: ${setIn}`] : []),
    ...(finding.waived ? [`  waived: ${finding.waived}`] : []),
  ].join('\n');
}

/** The same, with the name that a waiver would give. */
export const formatNamed = (finding: Finding): string => `[${finding.proof}] ${formatFinding(finding)}`;
