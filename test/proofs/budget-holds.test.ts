import { expect, test } from 'vitest';
import type { Spending } from '../../lib/proofs';
import { budgetHolds } from '../../lib/proofs/budget-holds';
import { refusals } from './scene';

const judged = (more: Partial<Spending>) =>
  refusals(budgetHolds, {
    spending: {
      environment: 'prod',
      budgetUsd: 10_000,
      maximum: { low: 9000, high: 9000 },
      unknown: [],
      lines: [
        { what: 'KMS keys', usd: 5 },
        { what: "pool 'l40s'", usd: 8000 },
        { what: "pool 'general'", usd: 900 },
        { what: 'NAT gateways 3', usd: 95 },
      ],
      ...more,
    },
  });

test('a month within the budget', () => {
  expect(judged({})).toBe('');
  expect(judged({ maximum: { low: 10_000, high: 10_000 } })).toBe('');
});

test('a month beyond the budget, with what is largest', () => {
  expect(judged({ maximum: { low: 12_345.6, high: 12_345.6 } })).toMatchInlineSnapshot(`
    "Environment/prod: a month at the highest scale costs $12,346, and the budget is $10,000
      why: the largest of it: pool 'l40s' $8,000, pool 'general' $900, NAT gateways 3 $95.00
      fix: lower the replicas or the GPUs of what runs on pool 'l40s', see cheaper nodes with 'nexus plan prod', or raise budgetUsd to 12346
      set in: budgetUsd"
  `);
});

test('a range that only its upper end exceeds may cost too much: a warning', () => {
  const said = judged({ maximum: { low: 4000, high: 12_000 } });
  expect(said).toContain('a month at the highest scale may cost $4,000 to $12,000');
});

test('what has no price is named, since nobody can promise', () => {
  expect(judged({ unknown: ['p5e.48xlarge', 'db.r8g.large'] })).toMatchInlineSnapshot(`
    "Environment/prod: whether the budget of $10,000 holds is not known: p5e.48xlarge, db.r8g.large have no known price
      why: what is known adds up to $9,000, and these come on top
      fix: compare the rest with the price list, or choose types whose price is known
      set in: budgetUsd"
  `);
  expect(judged({ unknown: ['p5e.48xlarge'], maximum: { low: 11_000, high: 11_000 } })).not.toContain(
    'is not known',
  );
});
