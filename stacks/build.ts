import type { Environment } from '../environments';
import { type FoundationPlan, foundationBound, planFoundation, platformBound } from '../lib/aws';
import { Facts, type Finding, PlatformError, type Rendered, render } from '../lib/core';
import { PROOFS, type ProofRun, proofInput, prove, type Surroundings } from '../lib/proofs';
import { billFor } from './bill';
import { foundationInput } from './foundation';
import { PlatformErrors } from './origins';
import { platform } from './platform';

/** An environment described, rendered and judged: what engines deliver and commands show. */
export interface Built {
  readonly environment: Environment;
  readonly rendered: Rendered;
  /** Absent outside AWS. */
  readonly plan?: FoundationPlan;
  /** Waived ones included. */
  readonly findings: readonly Finding[];
  readonly proofs: readonly ProofRun[];
  /** No error that is not waived. */
  readonly ok: boolean;
}

/** One pass: tree, objects and facts, plan, proofs. Pure but for what it reads of the library's own data. */
export function build(environment: Environment): Built {
  try {
    const rendered = render(platform(environment));
    const input = foundationInput(environment);
    const plan = input && planFoundation(input, rendered.facts);
    const { findings, proofs } = prove(
      PROOFS,
      proofInput(rendered, {
        policy: { tier: environment.tier },
        ...(plan ? { plan: { templateBound: bounds(plan, rendered) } } : {}),
        ...(environment.aws?.quotas ? { quotas: environment.aws.quotas } : {}),
        ...spending({ environment, rendered, ...(plan ? { plan } : {}) }),
      }),
      {
        waivers: environment.waivers.map((waiver, index) => ({ ...waiver, origin: `waivers[${index}]` })),
        locate: environment.locate,
      },
    );
    const ok = !findings.some((finding) => finding.severity === 'error' && !finding.waived);
    return { environment, rendered, ...(plan ? { plan } : {}), findings, proofs, ok };
  } catch (error) {
    if (error instanceof PlatformErrors) return refused(environment, error.errors);
    if (error instanceof PlatformError) return refused(environment, [error]);
    throw error;
  }
}

/** Only a stated budget is worth a bill on every check. */
function spending(built: Pick<Built, 'environment' | 'rendered' | 'plan'>): Pick<Surroundings, 'spending'> {
  const { name, budgetUsd } = built.environment;
  const bill = budgetUsd === undefined ? undefined : billFor(built);
  if (!bill || budgetUsd === undefined) return {};
  const lines = bill.lines.flatMap(({ service, item, usd }) =>
    usd.maximum
      ? [{ what: service === 'EC2 nodes' ? `pool '${item}'` : `${service} ${item}`, usd: usd.maximum.high }]
      : [],
  );
  const { maximum } = bill.total;
  return { spending: { environment: name, budgetUsd, maximum, unknown: bill.unknown, lines } };
}

function bounds(plan: FoundationPlan, { layers }: Rendered) {
  return [
    { stack: `${plan.name}-foundation`, ...foundationBound(plan) },
    { stack: `${plan.name}-platform`, ...platformBound(plan.name, layers) },
  ];
}

/** Constructs could not exist as asked: nothing was rendered, so nothing else is judged. */
function refused(environment: Environment, errors: readonly PlatformError[]): Built {
  const findings = errors.map(({ finding }) => {
    const at = finding.origin && environment.locate(finding.origin);
    return { ...finding, ...(at ? { at } : {}) };
  });
  return {
    environment,
    rendered: { layers: [], objects: [], facts: new Facts() },
    findings,
    proofs: [],
    ok: false,
  };
}
