import { expect, test } from 'vitest';
import { roleRules } from '../../../lib/observability/rules/roles';

const RULES = roleRules({ model: 'chat', namespace: 'serving' }).rules;

test('lost caches are told, although no request fails for them', () => {
  const [lost, inVain] = RULES;
  expect(lost).toMatchObject({ alert: 'CachesDoNotArrive', severity: 'warning', labels: { model: 'chat' } });
  expect('expr' in lost && lost.expr).toBe(
    'sum(rate(vllm:nixl_num_failed_transfers_total{namespace="serving",model_name="chat"}[10m]))' +
      ' > 0.05 * (sum(rate(vllm:nixl_xfer_time_seconds_count{namespace="serving",model_name="chat"}[10m])) or vector(0))',
  );
  expect(inVain).toMatchObject({ alert: 'PromptsReadInVain' });
  expect('expr' in inVain && inVain.expr).toContain('vllm:nixl_num_kv_expired_reqs_total{');
});
