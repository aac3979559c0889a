import { listOf, objectOf, optional, withDefault } from '../fields';
import { enumOf, integer, string } from '../scalars';
import { hostName, secretPath } from './text';

const secret = (what: string) =>
  string(`Path of the secret with ${what}; never the value itself`, secretPath);

/** Who is told of alerts. */
const RECEIVERS = ['slack', 'pagerduty', 'webhook'] as const;

const receivers = (about: string) =>
  optional(listOf(about, enumOf('One of the receivers here', RECEIVERS), { min: 1 }));

const alerts = objectOf('Who is told of alerts; absent means nobody', {
  slack: optional(
    objectOf('A channel of Slack', {
      channel: string('Channel, with its #, in quotes', {
        pattern: /^#[a-z0-9_-]{1,80}$/,
        format: 'a channel such as "#platform-alerts"',
      }),
      secret: secret('the address of the incoming webhook'),
    }),
  ),
  pagerduty: optional(objectOf('A service of PagerDuty', { secret: secret('the integration key') })),
  webhook: optional(
    objectOf("Anything that takes Alertmanager's JSON on port 443", { secret: secret('the address') }),
  ),
  critical: receivers('Who is told of what is critical; absent means all of them'),
  warning: receivers('Who is told of everything else; absent means all but PagerDuty'),
  deadMansSwitch: optional(
    objectOf('Called as long as alerting works; raises the alarm when the calls end', {
      secret: secret('the address to call'),
    }),
  ),
});

/** Metrics, alerts and traces. */
export const observability = objectOf('Metrics, alerts and traces', {
  retentionDays: withDefault(integer('Days that metrics are kept', { min: 1 }), 15),
  storageGiB: optional(integer('Size of the disk for metrics, in GiB', { min: 1 })),
  alerts: optional(alerts),
  langfuse: optional(
    objectOf('Traces of models and agents', {
      host: optional(string('Host name of its pages; absent means inside the cluster only', hostName)),
    }),
  ),
});
