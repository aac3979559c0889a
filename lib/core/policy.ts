import type { IConstruct } from 'constructs';

/** What an environment's tier decides where a prop leaves it open. Security is never among it. */
export interface Policy {
  /** Replicas of a stateless service. */
  readonly replicas: number;
  /** Members of a replicated store. */
  readonly members: number;
  /** Spread replicas over zones, refusing to pile up. */
  readonly spreadZones: boolean;
  /** Keep data (buckets, databases, claims) when its owner is removed. */
  readonly keepData: boolean;
  /** Days of backups and of metrics, when nothing else says so. */
  readonly retentionDays: number;
  /** What the API server does with an object that would be found out too late: refuse it, or warn. */
  readonly guards: 'deny' | 'warn';
  /** Models load from a bucket of the platform, not from the hub, when nothing else says so. */
  readonly ownWeights: boolean;
}

const LAPTOP = {
  replicas: 1,
  members: 1,
  spreadZones: false,
  keepData: false,
  retentionDays: 1,
  guards: 'warn',
  ownWeights: false,
} as const;
const PROD = {
  replicas: 2,
  members: 3,
  spreadZones: true,
  keepData: true,
  retentionDays: 30,
  guards: 'deny',
  ownWeights: true,
} as const;

export const POLICIES = {
  local: LAPTOP,
  dev: { ...LAPTOP, retentionDays: 7 },
  stg: { ...PROD, keepData: false, retentionDays: 7 },
  prod: PROD,
} as const satisfies Record<string, Policy>;

export type Tier = keyof typeof POLICIES;

const KEY = 'nexus-eks/policy';

/** Set the policy for everything below; call it before the first child is made. */
export function setPolicy(scope: IConstruct, policy: Policy): void {
  scope.node.setContext(KEY, policy);
}

/** The policy in force here. Who forgets to set one gets the careful one. */
export function policyOf(construct: IConstruct): Policy {
  return (construct.node.tryGetContext(KEY) as Policy | undefined) ?? POLICIES.prod;
}

/** Whether somebody has said which policy is in force here. */
export const hasPolicy = (construct: IConstruct): boolean => construct.node.tryGetContext(KEY) !== undefined;
