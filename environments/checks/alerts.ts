import type { Checking, Draft } from './draft';

const RECEIVERS = ['slack', 'pagerduty', 'webhook'] as const;

/** Alerts reach somebody, by routes that exist and secrets that do not overwrite each other. */
export function checkAlerts({ observability }: Draft, { fault, written }: Checking): void {
  const path = 'observability.alerts';
  const alerts = observability?.alerts;
  if (!alerts) return;
  const given = RECEIVERS.filter((name) => written(`${path}.${name}`));
  if (given.length === 0) {
    fault(path, `names no receiver, so nobody is told; add one of ${RECEIVERS.join(', ')}, or drop it`);
  }
  for (const severity of ['critical', 'warning'] as const) {
    for (const [index, name] of (alerts[severity] ?? []).entries()) {
      if (given.includes(name)) continue;
      const known = given.length ? `; receivers here: ${given.join(', ')}` : '';
      fault(`${path}.${severity}[${index}]`, `'${name}' is not a receiver here${known}`);
    }
  }
  const owners = new Map<string, string>();
  for (const name of [...RECEIVERS, 'deadMansSwitch'] as const) {
    const secret = alerts[name]?.secret;
    if (secret === undefined) continue;
    const other = owners.get(secret);
    if (other) {
      const why = 'filling one would overwrite the other';
      fault(`${path}.${name}.secret`, `is the path of '${other}' too, and ${why}; give each its own`);
    }
    owners.set(secret, name);
  }
}
