import type { Finding } from '../core';
import type { Stuck } from './words';

/** A pod that our proofs and the scheduler judge differently: a fault of the proofs. */
export interface Disagreement {
  readonly owner: string;
  readonly proofs: 'pass' | 'refuse';
  /** What happened to it. */
  readonly scheduler: 'binds' | 'leaves pending';
}

/** Proofs that say whether pods are let in and find nodes, at their maximum and during a rollout too. */
const PLACEMENT = ['pod-has-a-home', 'pool-holds-replicas', 'rollout-can-finish', 'pod-is-restricted'];
/** Those among them that speak of the rehearsed number of pods, and so must be seen to be right. */
const SURE = ['pod-has-a-home', 'pool-holds-replicas'];

/** Compare verdicts, as far as the proofs that give them were run. */
export function disagreements(
  stuck: readonly Stuck[],
  findings: readonly Finding[],
  proofs: readonly { readonly name: string }[],
): Disagreement[] {
  if (!proofs.some(({ name }) => PLACEMENT.includes(name))) return [];
  const refused = (names: readonly string[]) =>
    new Set(findings.filter(({ proof }) => names.includes(proof)).map(({ object }) => object));
  const foreseen = refused(PLACEMENT);
  const seen = new Set(stuck.map(({ owner }) => owner));
  const passed = [...seen].filter((owner) => !foreseen.has(owner) && !foreseen.has(owner.split('#')[0]));
  const bound = [...refused(SURE)].filter(
    (object) => !seen.has(object) && ![...seen].some((owner) => owner.startsWith(`${object}#`)),
  );
  return [
    ...passed.map((owner) => ({ owner, proofs: 'pass', scheduler: 'leaves pending' }) as const),
    ...bound.map((owner) => ({ owner, proofs: 'refuse', scheduler: 'binds' }) as const),
  ];
}
