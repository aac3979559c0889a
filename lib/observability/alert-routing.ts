/** Who can be told. */
export const RECEIVERS = ['slack', 'pagerduty', 'webhook'] as const;
export type Receiver = (typeof RECEIVERS)[number];

/** A secret that somebody fills, by its path. */
export interface ReceiverSecret {
  /** Path behind `nexus/<env>/` in Secrets Manager, such as `alerts/slack`. */
  readonly secret: string;
}

/** Who is told of which alert. */
export interface AlertRouting {
  /**
   * A channel of Slack; the secret holds the address of its incoming webhook under `url`.
   * @default - nobody there
   */
  readonly slack?: ReceiverSecret & { readonly channel: string };
  /**
   * A service of PagerDuty (Events API v2); the secret holds its integration key under `routingKey`.
   * @default - nobody there
   */
  readonly pagerduty?: ReceiverSecret;
  /**
   * Anything that takes Alertmanager's own JSON on port 443; the secret holds its address under `url`.
   * @default - nobody there
   */
  readonly webhook?: ReceiverSecret;
  /**
   * Who is told of what is critical.
   * @default - all of them
   */
  readonly critical?: readonly Receiver[];
  /**
   * Who is told of everything else.
   * @default - all but PagerDuty, unless there is nobody else
   */
  readonly warning?: readonly Receiver[];
  /**
   * Called every five minutes as long as Prometheus and Alertmanager work: it raises the alarm when the calls end. The
   * secret holds its address under `url`.
   * @default - nobody notices when alerting itself is down
   */
  readonly deadMansSwitch?: ReceiverSecret;
}

/** Who is told of which severity, defaults filled in. */
export interface Told {
  readonly critical: readonly Receiver[];
  readonly warning: readonly Receiver[];
}

/** Nobody is told when no receiver is named. */
export function toldBy(alerts: AlertRouting): Told {
  const all = RECEIVERS.filter((name) => alerts[name]);
  const quiet = all.filter((name) => name !== 'pagerduty');
  return {
    critical: alerts.critical ?? all,
    warning: alerts.warning ?? (quiet.length ? quiet : all),
  };
}

/** A Secret that Alertmanager reads a file of. */
export interface ReceiverFile extends ReceiverSecret {
  readonly name: string;
  readonly key: string;
  readonly why: string;
}

/** One for each receiver and for the dead man's switch. */
export function receiverFiles(alerts: AlertRouting): ReceiverFile[] {
  const file = (id: 'deadMansSwitch' | Receiver, name: string, key: string, why: string) => {
    const secret = alerts[id]?.secret;
    return secret === undefined ? [] : [{ name: `alerts-${name}`, key, why, secret }];
  };
  return [
    ...file('slack', 'slack', 'url', 'incoming webhook of Slack, for alerts'),
    ...file('pagerduty', 'pagerduty', 'routingKey', 'integration key of PagerDuty, for alerts'),
    ...file('webhook', 'webhook', 'url', 'address of the webhook, for alerts'),
    ...file('deadMansSwitch', SWITCH, 'url', "address that the dead man's switch expects calls at"),
  ];
}

const SWITCH = 'dead-mans-switch';
/** Names of receivers are a route's: what a severity is told to is one receiver with several ways. */
const NOWHERE = 'nowhere';
/** Where prometheus-operator mounts the Secrets that Alertmanager names. */
const pathOf = (secret: string, key: string) => `/etc/alertmanager/secrets/alerts-${secret}/${key}`;

/** Alertmanager's configuration. Without receivers everything ends nowhere, in so many words. */
export function alertmanagerConfig(alerts: AlertRouting): Record<string, unknown> {
  const told = toldBy(alerts);
  const critical = told.critical.length ? 'critical' : NOWHERE;
  const warning = told.warning.length ? 'warning' : NOWHERE;
  return {
    global: { resolve_timeout: '5m' },
    inhibit_rules: INHIBITED,
    route: {
      // What has no severity that we know is still somebody's alert.
      receiver: warning,
      group_by: ['alertname', 'namespace'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '24h',
      routes: [
        {
          receiver: alerts.deadMansSwitch ? SWITCH : NOWHERE,
          matchers: ['alertname = "Watchdog"'],
          group_wait: '0s',
          group_interval: '1m',
          repeat_interval: '5m',
        },
        // They only inhibit others, or tell of what is as it should be.
        { receiver: NOWHERE, matchers: ['severity =~ "none|info"'] },
        { receiver: critical, matchers: ['severity = "critical"'], repeat_interval: '4h' },
      ],
    },
    receivers: [
      { name: NOWHERE },
      ...(told.critical.length ? [receiver('critical', told.critical, alerts)] : []),
      ...(told.warning.length ? [receiver('warning', told.warning, alerts)] : []),
      ...(alerts.deadMansSwitch
        ? [{ name: SWITCH, webhook_configs: [{ url_file: pathOf(SWITCH, 'url'), send_resolved: false }] }]
        : []),
    ],
  };
}

/** One receiver with all the ways of a severity. */
function receiver(name: 'critical' | 'warning', ways: readonly Receiver[], { slack }: AlertRouting): object {
  const has = (way: Receiver) => ways.includes(way);
  return {
    name,
    ...(slack && has('slack')
      ? {
          slack_configs: [
            {
              api_url_file: pathOf('slack', 'url'),
              channel: slack.channel,
              send_resolved: true,
              title: SLACK_TITLE,
              text: SLACK_TEXT,
            },
          ],
        }
      : {}),
    ...(has('pagerduty')
      ? {
          pagerduty_configs: [
            { routing_key_file: pathOf('pagerduty', 'routingKey'), severity: name, send_resolved: true },
          ],
        }
      : {}),
    ...(has('webhook')
      ? { webhook_configs: [{ url_file: pathOf('webhook', 'url'), send_resolved: true }] }
      : {}),
  };
}

/** Which environment, which alert, how often. */
const SLACK_TITLE =
  '[{{ .CommonLabels.environment }}] {{ .CommonLabels.alertname }}' +
  '{{ if eq .Status "firing" }} ({{ .Alerts.Firing | len }}){{ else }} is over{{ end }}';
/** What each of them says, and where it says what to do. */
const SLACK_TEXT = '{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.runbook_url }}\n{{ end }}';

/** The graver alert speaks for the lesser one of the same thing. */
const INHIBITED = [
  {
    source_matchers: ['severity = "critical"'],
    target_matchers: ['severity =~ "warning|info"'],
    equal: ['alertname', 'namespace'],
  },
  {
    source_matchers: ['severity = "warning"'],
    target_matchers: ['severity = "info"'],
    equal: ['alertname', 'namespace'],
  },
  // Two names of one promise: burning it fast is burning it.
  {
    source_matchers: ['alertname = "GatewayErrorBudgetBurnsFast"'],
    target_matchers: ['alertname = "GatewayErrorBudgetBurns"'],
    equal: ['environment'],
  },
  // The chart's own: what is only informative is shown where something worse happens beside it.
  {
    source_matchers: ['alertname = "InfoInhibitor"'],
    target_matchers: ['severity = "info"'],
    equal: ['namespace'],
  },
];
