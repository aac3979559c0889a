import { expect, test } from 'vitest';
import { canaryRules, type Sides } from '../../../lib/observability/rules/canary';
import { type Alert, written } from '../../../lib/observability/rules/rule';
import { KNOWN_SERIES, seriesOf } from '../series';

const SIDES: Sides = {
  model: 'chat',
  canary: 'chat-canary',
  namespace: 'serving',
  engine: 'vllm',
  speaks: true,
};
const rules = (more: Partial<Sides> = {}, limits = {}) =>
  canaryRules({ ...SIDES, ...more }, limits).rules as readonly Alert[];
const signs = (all: readonly Alert[]) => all.map(({ labels }) => labels?.sign);
/** What a sign is compared with first. */
const limitOf = ({ expr }: Alert) => /\) (>=|<=) ([\d.]+) unless/.exec(expr)?.slice(1).join(' ');

test('errors, success and delay, at 1 %, 99 % and 2 s unless stated', () => {
  expect(rules().map((rule) => [rule.labels?.sign, limitOf(rule)])).toEqual([
    ['errors', '>= 0.01'],
    ['success', '<= 0.99'],
    ['latency', '>= 2'],
  ]);
  const limits = { errorPercent: 0.5, successPercent: 95, p99Seconds: 0.8 };
  expect(rules({}, limits).map(limitOf)).toEqual(['>= 0.005', '<= 0.95', '>= 0.8']);
});

test('one name, told apart by labels that name both sides', () => {
  for (const rule of rules()) {
    expect(written(rule, 'https://example.com/runbooks')).toMatchObject({
      alert: 'CanaryIsWorse',
      labels: { severity: 'critical', model: 'chat', canary: 'chat-canary' },
      annotations: { summary: expect.stringContaining('Set models.chat.canary.weight to 0') },
    });
  }
});

test('reads only what is told', () => {
  const all = [...rules(), ...rules({ speaks: false }), ...rules({ engine: 'sglang' })];
  expect(all.flatMap(({ expr }) => seriesOf(expr)).filter((name) => !KNOWN_SERIES.has(name))).toEqual([]);
});

test('vectors have no first token, and SGLang tells nothing of errors', () => {
  expect(rules({ speaks: false })[2].expr).toContain('vllm:e2e_request_latency_seconds_bucket');
  expect(signs(rules({ engine: 'sglang' }))).toEqual(['latency']);
});
