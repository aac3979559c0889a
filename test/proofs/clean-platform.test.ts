import { beforeAll, describe, expect, test } from 'vitest';
import { formatFinding, type Rendered, render } from '../../lib/core';
import { PROOFS, type Proved, proofInput, prove } from '../../lib/proofs';
import { cleanPlatform } from './platform';

describe('a platform without faults', () => {
  let rendered: Rendered;
  let proved: Proved;
  beforeAll(() => {
    rendered = render(cleanPlatform());
    const templateBound = [{ stack: 'Platform', resources: 120, bytes: 400_000 }];
    const spending = {
      environment: 'prod',
      budgetUsd: 1000,
      maximum: { low: 900, high: 900 },
      unknown: [],
      lines: [{ what: "pool 'l40s'", usd: 900 }],
    };
    const quotas = { 'on-demand-g': 4096, 'on-demand-standard': 4096 };
    proved = prove(
      PROOFS,
      proofInput(rendered, { policy: { tier: 'prod' }, plan: { templateBound }, spending, quotas }),
    );
  });

  test('is refused by no proof', () => {
    expect(proved.findings.map((f) => `${f.proof}: ${formatFinding(f)}`)).toEqual([]);
  });

  test('is really looked at by every proof', () => {
    const idle = proved.proofs.filter(({ checked }) => checked === 0).map(({ name }) => name);
    expect(idle).toEqual(['stale-waiver']);
  });
});
