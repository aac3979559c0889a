import type { SuppliedNeed } from '../core';
import type { Site } from './foundation-input';
import type { KeyDomain } from './keys';

/** A secret in Secrets Manager. */
export interface SecretPlan {
  readonly path: string;
  readonly description: string;
  readonly key: KeyDomain;
  /** Days in which a deleted secret can be brought back; 0 frees its name at once. */
  readonly recoveryDays: number;
  readonly keep: boolean;
}

/** A password that the engine makes; letters and digits survive every connection string. */
export interface PasswordPlan {
  readonly length: number;
  readonly punctuation: boolean;
}

export const PASSWORD: PasswordPlan = { length: 32, punctuation: false };

export const planSecret = (site: Site, path: string, description: string, keep: boolean): SecretPlan => ({
  path,
  description,
  key: 'secrets',
  recoveryDays: site.policy.keepData ? 30 : 0,
  keep,
});

/** One empty secret for each path, whoever asked for it. */
export function planSupplied(site: Site, needs: readonly SuppliedNeed[]): SecretPlan[] {
  const reasons = new Map<string, string[]>();
  for (const { secretPath, why } of needs) {
    reasons.set(secretPath, [...new Set([...(reasons.get(secretPath) ?? []), why])]);
  }
  return [...reasons].map(([path, why]) =>
    planSecret(site, path, `Filled by hand: ${why.join('; ')}`, site.policy.keepData),
  );
}
