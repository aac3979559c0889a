import { describe, expect, test } from 'vitest';
import { objectsOf, render } from '../../lib/core';
import { type AlertRouting, PrometheusStack } from '../../lib/observability';
import { alertmanagerConfig, toldBy } from '../../lib/observability/alert-routing';
import { gatewayRules } from '../../lib/observability/rules/gateway';
import { layer } from '../core/tree';
import { message } from './fakes';

const SLACK = { channel: '#platform', secret: 'alerts/slack' };
const PAGER = { secret: 'alerts/pagerduty' };
const HOOK = { secret: 'alerts/webhook' };

interface Config {
  readonly route: { readonly receiver: string; readonly routes: readonly { readonly receiver: string }[] };
  readonly receivers: readonly { readonly name: string; readonly [way: string]: unknown }[];
  readonly inhibit_rules: readonly { readonly source_matchers: readonly string[] }[];
}
const config = (alerts: AlertRouting) => alertmanagerConfig(alerts) as unknown as Config;

function stack(alerts?: AlertRouting) {
  const at = layer('monitoring');
  const construct = new PrometheusStack(at, 'prometheus', { alerts });
  const { facts } = render(at.node.root);
  return { at, construct, facts, values: facts.of('release')[0].values as Record<string, never> };
}

describe('who is told', () => {
  test('of what is critical, everybody; of the rest, all whom it does not wake', () => {
    expect(toldBy({ slack: SLACK, pagerduty: PAGER, webhook: HOOK })).toEqual({
      critical: ['slack', 'pagerduty', 'webhook'],
      warning: ['slack', 'webhook'],
    });
  });

  test('PagerDuty of everything when there is nobody else', () => {
    expect(toldBy({ pagerduty: PAGER })).toEqual({ critical: ['pagerduty'], warning: ['pagerduty'] });
  });

  test('whoever the file names', () => {
    const alerts = { slack: SLACK, pagerduty: PAGER, critical: ['pagerduty'], warning: ['slack'] } as const;
    expect(toldBy(alerts)).toEqual({ critical: ['pagerduty'], warning: ['slack'] });
  });
});

describe('the configuration', () => {
  test('without receivers sends everything nowhere', () => {
    const { route, receivers } = config({});
    expect(receivers).toEqual([{ name: 'nowhere' }]);
    expect([route.receiver, ...route.routes.map(({ receiver }) => receiver)]).toEqual([
      'nowhere',
      'nowhere',
      'nowhere',
      'nowhere',
    ]);
  });

  test('reads every value from a mounted file', () => {
    const alerts = {
      slack: SLACK,
      pagerduty: PAGER,
      webhook: HOOK,
      deadMansSwitch: { secret: 'alerts/dms' },
    };
    const text = JSON.stringify(config(alerts).receivers);
    expect(text.match(/"[a-z_]+":"\/etc\/alertmanager\/secrets[^"]*"/g)).toMatchInlineSnapshot(`
      [
        ""api_url_file":"/etc/alertmanager/secrets/alerts-slack/url"",
        ""routing_key_file":"/etc/alertmanager/secrets/alerts-pagerduty/routingKey"",
        ""url_file":"/etc/alertmanager/secrets/alerts-webhook/url"",
        ""api_url_file":"/etc/alertmanager/secrets/alerts-slack/url"",
        ""url_file":"/etc/alertmanager/secrets/alerts-webhook/url"",
        ""url_file":"/etc/alertmanager/secrets/alerts-dead-mans-switch/url"",
      ]
    `);
    expect(text).not.toMatch(/"(api_url|url|routing_key)":/);
  });

  test('inhibits alerts that exist', () => {
    const names = gatewayRules(99.5).rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : []));
    const inhibiting = JSON.stringify(config({}).inhibit_rules).match(/Gateway\w+/g);
    expect(inhibiting).toHaveLength(2);
    expect(names).toEqual(expect.arrayContaining(inhibiting ?? []));
  });
});

describe('in the stack', () => {
  const alerts = { slack: SLACK, deadMansSwitch: { secret: 'alerts/dms' } };
  const { at, facts, values } = stack(alerts);

  test('each value is a secret that somebody fills, mounted into Alertmanager', () => {
    const names = ['alerts-slack', 'alerts-dead-mans-switch'];
    expect(facts.of('supplied').map(({ name, keys }) => [name, keys])).toEqual([
      ['alerts-slack', ['url']],
      ['alerts-dead-mans-switch', ['url']],
    ]);
    expect(values).toMatchObject({ alertmanager: { alertmanagerSpec: { secrets: names } } });
    const pods = facts.of('pods').find(({ owner }) => owner.endsWith('#alertmanager'));
    expect(pods?.template.spec.volumes?.flatMap(({ secret }) => secret?.secretName ?? [])).toEqual(names);
    expect(objectsOf(at).filter(({ kind }) => kind === 'ExternalSecret')).toHaveLength(3);
  });

  test('Alertmanager gets out, which it does not without receivers', () => {
    const outward = (of: typeof facts) =>
      of.of('edge').filter(({ to }) => 'outside' in to && to.outside === 'internet');
    expect(outward(facts)).toHaveLength(1);
    expect(outward(stack().facts)).toEqual([]);
  });

  test('says who is told, also when it is nobody', () => {
    expect(facts.of('alerting')).toEqual([{ critical: ['slack'], warning: ['slack'], deadMansSwitch: true }]);
    expect(stack().facts.of('alerting')).toEqual([{ critical: [], warning: [], deadMansSwitch: false }]);
  });

  test('refuses routes to nobody', () => {
    expect(message(() => stack({}))).toMatchInlineSnapshot(`
      "layer/prometheus (PrometheusStack): 'alerts' names no receiver
        why: alerts would end in Alertmanager, and the file reads as if somebody were told
        fix: name one of slack, pagerduty, webhook, or leave 'alerts' out"
    `);
    expect(message(() => stack({ slack: SLACK, critical: ['pagerduty'] }))).toMatchInlineSnapshot(`
      "layer/prometheus (PrometheusStack): 'alerts.critical' names 'pagerduty', which is not among the receivers
        why: nobody there is told
        fix: give 'pagerduty' its secret, or name one of slack"
    `);
  });
});
