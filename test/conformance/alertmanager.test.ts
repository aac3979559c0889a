import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Built } from '../../stacks/build';
import { builtEnvironment, ENVIRONMENTS } from './fixtures/environments';
import { programs, suite, tally } from './fixtures/needs';

interface Config {
  readonly route: { readonly receiver: string };
  readonly receivers: readonly Receiver[];
}
interface Receiver {
  readonly name: string;
  readonly slack_configs?: readonly { readonly title: string; readonly text: string }[];
}

suite('alertmanager', ['amtool'], () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nexus-alerts-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, content: unknown) => {
    const file = join(folder, name);
    // JSON is YAML.
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const amtool = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(programs.path('amtool'), args, { encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  };
  const check = (config: unknown) => amtool('check-config', write('config.yml', config));
  /** The receivers that an alert with these labels goes to. */
  const receiverOf = (config: Config, labels: Readonly<Record<string, string>>) => {
    const file = write('routes.yml', config);
    const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return amtool('config', 'routes', 'test', `--config.file=${file}`, ...pairs).said.trim();
  };

  describe.each(ENVIRONMENTS)('%s', (environment) => {
    let built: Built;
    let config: Config;
    beforeAll(() => {
      built = builtEnvironment(environment);
      config = configOf(built);
    });

    test('its configuration is accepted', () => {
      const { status, said } = check(config);
      expect(said).toContain(`- ${config.receivers.length} receivers`);
      expect(status, said).toBe(0);
      tally('alertmanager', 1, 'configurations');
    });

    test('every alert goes to the receiver of its severity', () => {
      const told = built.environment.observability.alerts;
      const alerts = [...shipped(built), ...OF_THE_CHART];
      expect(alerts.length).toBeGreaterThan(20);
      const wrong = alerts.filter(
        (labels) => receiverOf(config, labels) !== (told ? expected(labels, told) : 'nowhere'),
      );
      expect(wrong).toEqual([]);
      tally('alertmanager', alerts.length, 'alerts routed');
    });

    test('what Slack is told says which alert, where, and what to do', () => {
      const messages = config.receivers.flatMap(({ slack_configs = [] }) => slack_configs);
      if (built.environment.observability.alerts?.slack) expect(messages.length).toBeGreaterThan(0);
      const [data, glob] = [write('alerts.json', FIRING), write('none.tmpl', '')];
      const rendered = (text: string) =>
        amtool(
          'template',
          'render',
          `--template.glob=${glob}`,
          `--template.data=${data}`,
          `--template.text=${text}`,
        ).said;
      for (const { title, text } of messages) {
        expect(rendered(title).trim()).toBe('[prod] QueueIsFull (2)');
        expect(rendered(text)).toContain('data/queue-1 is full\nhttps://runbooks.example.com/QueueIsFull');
        tally('alertmanager', 2, 'templates');
      }
    });
  });

  describe('what is broken is refused', () => {
    const good = (): Config => configOf(builtEnvironment('prod'));

    test.each<[string, (config: Config) => unknown, RegExp]>([
      [
        'a route to a receiver that does not exist',
        (config) => ({ ...config, route: { ...config.route, receiver: 'pagers' } }),
        /undefined receiver "pagers" used in route/,
      ],
      [
        'a field that does not exist',
        (config) => ({ ...config, receivers: [{ name: 'critical', slack_config: [] }] }),
        /field slack_config not found/,
      ],
      [
        'a value beside the file that holds it',
        (config) => ({
          ...config,
          receivers: [
            ...config.receivers,
            { name: 'both', webhook_configs: [{ url: 'https://a.example.com', url_file: '/b' }] },
          ],
        }),
        /at most one of url & url_file must be configured/,
      ],
      [
        'a matcher that does not parse',
        (config) => ({ ...config, inhibit_rules: [{ source_matchers: ['severity critical'] }] }),
        /bad matcher|expected/,
      ],
    ])('%s', (_fault, broken, words) => {
      const { status, said } = check(broken(good()));
      expect(status).not.toBe(0);
      expect(said).toMatch(words);
      tally('alertmanager', 1, 'broken configurations refused');
    });

    test('and a lost route is seen', () => {
      const { route, ...config } = good();
      const labels = { alertname: 'ClickHouseReplicaIsReadOnly', severity: 'critical' };
      expect(receiverOf({ ...config, route }, labels)).toBe('critical');
      expect(receiverOf({ ...config, route: { receiver: route.receiver } }, labels)).toBe('warning');
    });
  });
});

/** The configuration as the chart is given it. */
function configOf({ rendered }: Built): Config {
  const release = rendered.facts.of('release').find(({ chart }) => chart === 'kube-prometheus-stack');
  if (!release) throw new Error('there is no kube-prometheus-stack');
  return (release.values.alertmanager as { config: Config }).config;
}

type Labels = Readonly<Record<string, string>>;

/** Labels of every alert that we write. */
function shipped({ rendered }: Built): Labels[] {
  const groups = rendered.objects
    .filter(({ json }) => json.kind === 'PrometheusRule')
    .flatMap(
      ({ json }) => (json.spec as { groups: { rules: { alert?: string; labels?: Labels }[] }[] }).groups,
    );
  return groups
    .flatMap(({ rules }) => rules)
    .flatMap(({ alert, labels }) => (alert ? [{ alertname: alert, namespace: 'serving', ...labels }] : []));
}

/** One of each severity that the chart's own rules have, and one that somebody wrote without any. */
const OF_THE_CHART: readonly Labels[] = [
  { alertname: 'Watchdog', severity: 'none' },
  { alertname: 'InfoInhibitor', severity: 'none', namespace: 'data' },
  { alertname: 'CPUThrottlingHigh', severity: 'info', namespace: 'data' },
  { alertname: 'KubePodCrashLooping', severity: 'warning', namespace: 'data' },
  { alertname: 'KubePersistentVolumeFillingUp', severity: 'critical', namespace: 'data' },
  { alertname: 'WrittenByHand', namespace: 'apps' },
];

/** Where an alert belongs, in an environment that tells somebody. */
function expected({ alertname, severity }: Labels, { deadMansSwitch }: { deadMansSwitch?: unknown }): string {
  if (alertname === 'Watchdog') return deadMansSwitch ? 'dead-mans-switch' : 'nowhere';
  if (severity === 'critical') return 'critical';
  return severity === 'none' || severity === 'info' ? 'nowhere' : 'warning';
}

/** As Alertmanager hands alerts to a template. */
const FIRING = {
  receiver: 'warning',
  status: 'firing',
  alerts: [1, 2].map((pod) => ({
    status: 'firing',
    labels: { alertname: 'QueueIsFull', environment: 'prod', pod: `queue-${pod}` },
    annotations: {
      summary: `data/queue-${pod} is full`,
      runbook_url: 'https://runbooks.example.com/QueueIsFull',
    },
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '2036-01-01T00:00:00Z',
  })),
  groupLabels: { alertname: 'QueueIsFull' },
  commonLabels: { alertname: 'QueueIsFull', environment: 'prod' },
  commonAnnotations: {},
  externalURL: 'https://alerts.example.com',
};
