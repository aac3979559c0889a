import { describe, expect, test } from 'vitest';
import { DATA } from '../../../lib/observability/rules/data';
import { gatewayRules } from '../../../lib/observability/rules/gateway';
import { GPU } from '../../../lib/observability/rules/gpu';
import { PLATFORM } from '../../../lib/observability/rules/platform';
import { type Alert, type Recording, type RuleGroup, written } from '../../../lib/observability/rules/rule';
import { SERVING } from '../../../lib/observability/rules/serving';
import { SGLANG } from '../../../lib/observability/rules/sglang';
import { TENSORRTLLM } from '../../../lib/observability/rules/tensorrtllm';
import { TRITON } from '../../../lib/observability/rules/triton';
import { KNOWN_SERIES, seriesOf } from '../series';

const GROUPS = [SERVING, SGLANG, TRITON, TENSORRTLLM, gatewayRules(99.5), GPU, ...DATA, ...PLATFORM];
const RULES = GROUPS.flatMap(({ rules }) => rules);
const isAlert = (rule: Alert | Recording): rule is Alert => 'alert' in rule;
const ALERTS = RULES.filter(isAlert);
const RECORDED = new Set(RULES.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])));

test.each(GROUPS.map((group) => [group.name, group] as const))(
  '%s reads only what is told',
  (_, { rules }) => {
    const unknown = rules
      .flatMap(({ expr }) => seriesOf(expr))
      .filter((name) => !KNOWN_SERIES.has(name) && !RECORDED.has(name));
    expect(unknown).toEqual([]);
  },
);

test('names are unique, so that each alert has one runbook', () => {
  const namesOf = (groups: readonly RuleGroup[]) =>
    groups.flatMap(({ rules }) => rules.filter(isAlert).map(({ alert }) => alert));
  for (const group of GROUPS) expect(new Set(namesOf([group])).size).toBe(namesOf([group]).length);
  // The same trouble of another engine has the same runbook.
  const engines = [SERVING, SGLANG, TRITON, TENSORRTLLM];
  const names = [
    ...new Set(namesOf(engines)),
    ...namesOf(GROUPS.filter((group) => !engines.includes(group))),
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(GROUPS.map(({ name }) => name)).size).toBe(GROUPS.length);
});

describe('an alert', () => {
  test.each(ALERTS.map((alert) => [alert.alert, alert] as const))(
    '%s says what, how bad and what to do',
    (_, alert) => {
      expect(written(alert, 'https://example.com/runbooks')).toMatchObject({
        for: `${alert.minutes}m`,
        labels: { severity: expect.stringMatching(/^(critical|warning)$/) },
        annotations: {
          summary: expect.stringMatching(/^.{20,}[^.]$/),
          runbook_url: `https://example.com/runbooks/${alert.alert}`,
        },
      });
    },
  );

  test('speaks of labels only that its query keeps', () => {
    for (const { alert, expr, summary } of ALERTS) {
      const kept = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels]) => labels.split(', '));
      if (!kept.length) continue;
      const used = [...summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
      // A recorded series keeps what its own query does.
      const through = RULES.filter((r): r is Recording => !isAlert(r) && expr.includes(r.record)).flatMap(
        (r) => [...r.expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels]) => labels.split(', ')),
      );
      for (const label of used) expect([...kept, ...through], alert).toContain(label);
    }
  });
});

test('the budget of a promise of 99.9 burns at 0.001', () => {
  const fast = gatewayRules(99.9).rules.find(
    (rule) => isAlert(rule) && rule.severity === 'critical',
  ) as Alert;
  expect(fast.expr).toMatchInlineSnapshot(
    `"gateway:litellm_errors:ratio_rate1h > 14.4 * 0.001 and gateway:litellm_errors:ratio_rate5m > 14.4 * 0.001 and gateway:litellm_requests:rate1h > 0.1"`,
  );
});
