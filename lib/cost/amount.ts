import { dollars } from '../core';

/** Hours of a month, as AWS's own calculator counts them. */
export const HOURS = 730;

/** USD a month, between two numbers; equal where the price is known to the cent. */
export interface Amount {
  readonly low: number;
  readonly high: number;
}

export const NOTHING_SPENT: Amount = { low: 0, high: 0 };

export const exactly = (usd: number): Amount => ({ low: usd, high: usd });

export const times = ({ low, high }: Amount, factor: number): Amount => ({
  low: low * factor,
  high: high * factor,
});

export const sum = (amounts: readonly Amount[]): Amount =>
  amounts.reduce((a, b) => ({ low: a.low + b.low, high: a.high + b.high }), NOTHING_SPENT);

/** `$1,200`, `$300 to $1,200`; `at least $300` where a part of it is unknown, and `unknown` where all of it is. */
export function shown(amount: Amount | undefined, unknown: readonly string[] = []): string {
  if (!amount) return 'unknown';
  const { low, high } = amount;
  const known = dollars(low) === dollars(high) ? dollars(high) : `${dollars(low)} to ${dollars(high)}`;
  return unknown.length ? `at least ${known}` : known;
}
