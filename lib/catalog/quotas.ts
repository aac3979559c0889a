/** Keys of `aws.quotas`. */
export const QUOTA_KEYS = [
  'on-demand-standard',
  'on-demand-g',
  'on-demand-p',
  'spot-standard',
  'spot-g',
  'spot-p',
] as const;

export type QuotaKey = (typeof QUOTA_KEYS)[number];

/** A limit on vCPUs that AWS sets for an account in a region. */
export interface Quota {
  readonly key: QuotaKey;
  /** Code of Service Quotas, where a source gave it. */
  readonly code: string;
  readonly name: string;
}

const QUOTAS: Readonly<Record<QuotaKey, Omit<Quota, 'key'>>> = {
  'on-demand-standard': {
    code: 'L-1216C47A',
    name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
  },
  'on-demand-g': { code: 'L-DB2E81BA', name: 'Running On-Demand G and VT instances' },
  'on-demand-p': { code: 'L-417A185B', name: 'Running On-Demand P instances' },
  'spot-standard': {
    code: 'L-34B43A08',
    name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests',
  },
  'spot-g': { code: 'L-3819A6DF', name: 'All G and VT Spot Instance Requests' },
  'spot-p': { code: 'L-7212CCBC', name: 'All P Spot Instance Requests' },
};

/** The quota of a key. */
export const quota = (key: QuotaKey): Quota => ({ key, ...QUOTAS[key] });

/**
 * The quota that an instance counts against. What a reservation holds counts as running on demand: AWS refuses a
 * reservation beyond that limit.
 */
export function quotaOf(category: string, capacity: 'on-demand' | 'spot' | 'reserved'): Quota | undefined {
  const bought = capacity === 'spot' ? 'spot' : 'on-demand';
  const kind = ['g', 'gr'].includes(category) ? 'g' : category;
  if (kind === 'g' || kind === 'p') return quota(`${bought}-${kind}`);
  return /^[acdhimrtz]$/.test(kind) ? quota(`${bought}-standard`) : undefined;
}
