import type { Finding } from '../core';
import { nearest } from '../core';
import type { Proof, ProofInput, Refusal } from './proof';

/** A finding that the environment accepts, and why. */
export interface Waiver {
  readonly proof: string;
  /** Exactly what the finding names. */
  readonly object: string;
  readonly reason: string;
  /** Where it stands in the environment file, such as `waivers[0]`. */
  readonly origin?: string;
}

export interface ProveOptions {
  /** @default - nothing is accepted */
  readonly waivers?: readonly Waiver[];
  /** `file:line:column` of an entry of the environment file. */
  readonly locate?: (origin: string) => string | undefined;
}

/** How much one proof looked at. */
export interface ProofRun {
  readonly name: string;
  readonly checked: number;
  /** Why it could not judge. */
  readonly skipped?: string;
}

export interface Proved {
  /** In the order of the proofs, then of the objects; waived ones included. */
  readonly findings: readonly Finding[];
  readonly proofs: readonly ProofRun[];
}

/** The name under which waivers are judged themselves. */
export const STALE_WAIVER = 'stale-waiver';

/** Run the proofs. One that throws is a fault of ours and stops everything. */
export function prove(proofs: readonly Proof[], input: ProofInput, options: ProveOptions = {}): Proved {
  const waivers = options.waivers ?? [];
  const used = new Set<Waiver>();
  const findings: Finding[] = [];
  const runs: ProofRun[] = [];

  const finding = (proof: string, refusal: Refusal, waived?: string): Finding => {
    const { severity = 'error', object, what, why, fix } = refusal;
    const origin = refusal.origin ?? input.index.originOf(object);
    const at = origin ? options.locate?.(origin) : undefined;
    return {
      proof,
      severity,
      object,
      what,
      why,
      fix,
      ...(origin ? { origin } : {}),
      ...(at ? { at } : {}),
      ...(waived ? { waived } : {}),
    };
  };

  for (const proof of proofs) {
    const verdict = run(proof, input);
    const seen = new Set<string>();
    for (const refusal of verdict.findings) {
      // The same fault seen from two sides is one fault.
      const key = `${refusal.object}\n${refusal.what}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const waiver = waivers.find((w) => w.proof === proof.name && w.object === refusal.object);
      if (waiver) used.add(waiver);
      findings.push(finding(proof.name, refusal, waiver?.reason));
    }
    const { checked, skipped } = verdict;
    runs.push({ name: proof.name, checked, ...(skipped ? { skipped } : {}) });
  }

  const names = proofs.map((proof) => proof.name);
  for (const waiver of waivers) {
    if (!used.has(waiver)) findings.push(finding(STALE_WAIVER, stale(waiver, names, findings)));
  }
  runs.push({ name: STALE_WAIVER, checked: waivers.length });
  return { findings, proofs: runs };
}

function run(proof: Proof, input: ProofInput) {
  try {
    return proof.check(input);
  } catch (cause) {
    throw new Error(`proof '${proof.name}' failed to run: this is a fault of the library, not of your file`, {
      cause,
    });
  }
}

function stale(waiver: Waiver, names: readonly string[], findings: readonly Finding[]): Refusal {
  const origin = waiver.origin ? { origin: waiver.origin } : {};
  if (!names.includes(waiver.proof)) {
    const meant = nearest(waiver.proof, names);
    return {
      object: waiver.object,
      what: `a waiver names the proof '${waiver.proof}', which does not exist${meant ? `; did you mean '${meant}'?` : ''}`,
      why: 'it accepts nothing, and whoever reads it believes that it does',
      fix: meant ? `name '${meant}', or remove the waiver` : 'remove the waiver',
      ...origin,
    };
  }
  const objects = findings.filter((f) => f.proof === waiver.proof).map((f) => f.object);
  const meant = nearest(waiver.object, objects);
  return {
    object: waiver.object,
    what: `a waiver of '${waiver.proof}' hides nothing${meant ? `; did you mean '${meant}'?` : ''}`,
    why: 'a waiver that outlives its fault would hide the next one',
    fix: meant ? `name '${meant}', or remove the waiver` : 'remove the waiver',
    ...origin,
  };
}
