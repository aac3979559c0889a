// An alert whose query does not parse.
import type { App } from 'cdk8s';
import { declare } from '../../../lib/core';
import { ground, object } from '../ground';

function alerting(app: App, expr: string): void {
  const { apps, operators } = ground(app);
  declare(operators, 'provides', { kinds: ['monitoring.coreos.com/PrometheusRule'] });
  const rule = { alert: 'ErrorsRise', expr, for: '5m', labels: { severity: 'warning' } };
  object(apps, 'monitoring.coreos.com/v1', 'PrometheusRule', 'web', {
    spec: { groups: [{ name: 'web', rules: [rule] }] },
  });
}

export function faulty(app: App): void {
  alerting(app, 'sum by (job) (rate(errors_total[5m]) > 1');
}

export function repaired(app: App): void {
  alerting(app, 'sum by (job) (rate(errors_total[5m])) > 1');
}
