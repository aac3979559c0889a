import type { QuotaKey } from '../catalog';
import type { Fault, Finding, Rendered, Tier } from '../core';
import { Index } from './index-of';

/** A finding before its proof is named and its place in the file is looked up. */
export interface Refusal extends Fault {
  /** `Kind/namespace/name`, or whatever a waiver may name. */
  readonly object: string;
  /** @default 'error' */
  readonly severity?: Finding['severity'];
  /**
   * Entry of the environment file.
   * @default - that of the object
   */
  readonly origin?: string;
}

/** What a proof found, and how much it looked at: nothing passes in silence because there was nothing to see. */
export interface Verdict {
  readonly findings: readonly Refusal[];
  readonly checked: number;
  /** Why nothing could be judged. */
  readonly skipped?: string;
}

/** An upper bound of one CloudFormation template. */
export interface TemplateBound {
  readonly stack: string;
  readonly resources: number;
  readonly bytes: number;
}

/** What an environment costs a month at its highest scale, beside what it may. */
export interface Spending {
  /** Name of the environment. */
  readonly environment: string;
  readonly budgetUsd: number;
  /** Sum of what is known. */
  readonly maximum: { readonly low: number; readonly high: number };
  /** What has no known price. */
  readonly unknown: readonly string[];
  /** What it is made of, such as `pool 'l40s'`. */
  readonly lines: readonly { readonly what: string; readonly usd: number }[];
}

/** What is known beside the tree. */
export interface Surroundings {
  /** @default - proofs that depend on the tier do not judge */
  readonly policy?: {
    readonly tier: Tier;
    /** Nobody has said so: the careful one is taken. */
    readonly assumed?: boolean;
  };
  /** @default - `template-fits-cloudformation` does not judge */
  readonly plan?: { readonly templateBound: readonly TemplateBound[] };
  /** @default - `budget-holds` does not judge */
  readonly spending?: Spending;
  /**
   * vCPUs that AWS grants, by quota.
   * @default - `quota-covers-pool` does not judge
   */
  readonly quotas?: Readonly<Partial<Record<QuotaKey, number>>>;
}

/** What every proof reads. */
export interface ProofInput extends Surroundings {
  readonly rendered: Rendered;
  readonly index: Index;
}

/** One rule with a public name: a pure function of what was rendered. */
export interface Proof {
  /** Kebab-case; appears in waivers, reports and CI. */
  readonly name: string;
  /** One line for the documentation. */
  readonly about: string;
  readonly check: (input: ProofInput) => Verdict;
}

/** Everything proofs read, with the shared look-ups built once. */
export function proofInput(rendered: Rendered, around: Surroundings = {}): ProofInput {
  return { rendered, index: new Index(rendered), ...around };
}
