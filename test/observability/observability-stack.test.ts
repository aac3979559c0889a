import { describe, expect, test } from 'vitest';
import { type Exporter, type MetricsEndpoint, objectsOf, PodGroup, render, SecretRef } from '../../lib/core';
import { ObservabilityStack, type ObservabilityStackProps, PrometheusStack } from '../../lib/observability';
import { validateObject } from '../../lib/schemas';
import { find, layer } from '../core/tree';
import { message } from './fakes';

type Settings = Omit<ObservabilityStackProps, 'prometheus'>;

function watching(settings: Settings = {}) {
  const at = layer('monitoring');
  const prometheus = new PrometheusStack(at, 'prometheus');
  const observability = new ObservabilityStack(at, 'observability', { prometheus, ...settings });
  const target = (name: string, more: Partial<MetricsEndpoint> = {}): MetricsEndpoint => ({
    name,
    pods: new PodGroup(at, name, { name, namespace: 'serving', labels: { app: name } }),
    port: 'http',
    portNumber: 8000,
    ...more,
  });
  return { at, observability, target };
}
const groups = (at: ReturnType<typeof layer>) =>
  objectsOf(at)
    .filter(({ kind }) => kind === 'PrometheusRule')
    .map(({ metadata }) => metadata.name);

describe('scrape', () => {
  test('writes a monitor beside the pods, selected as their policy selects them', () => {
    const { at, observability, target } = watching();
    observability.scrape(target('chat'));
    expect(find(at, 'PodMonitor')).toMatchObject({
      metadata: { name: 'chat', namespace: 'serving' },
      spec: {
        selector: { matchLabels: { app: 'chat' } },
        podMetricsEndpoints: [{ port: 'http', path: '/metrics', interval: '30s' }],
      },
    });
  });

  test('lets Prometheus out and in', () => {
    const { at, observability, target } = watching();
    observability.scrape(target('chat'));
    const policy = (name: string) => JSON.stringify(find(at, 'NetworkPolicy', name).spec);
    const prometheus = policy('kube-prometheus-stack-prometheus');
    expect(prometheus).toContain('"matchLabels":{"app":"chat"}');
    expect(prometheus).toContain('8000');
    expect(policy('chat')).toContain('kube-prometheus-stack-prometheus');
    const edge = render(at.node.root)
      .facts.of('edge')
      .find(({ ports }) => ports.includes(8000));
    expect(edge).toMatchObject({ to: { namespace: 'serving', labels: { app: 'chat' } }, why: 'metrics' });
  });

  test('takes all endpoints of a target', () => {
    const { at, observability, target } = watching();
    observability.scrape({ metrics: [target('a'), target('b')] });
    expect(objectsOf(at).filter(({ kind }) => kind === 'PodMonitor')).toHaveLength(2);
  });

  test('shows a token, accepts certificates of the cluster and keeps labels where asked', () => {
    const { at, observability, target } = watching();
    observability.scrape(
      target('gateway', {
        path: '/metrics/',
        scheme: 'https',
        honorLabels: true,
        token: new SecretRef('gateway-keys', 'masterKey', 'serving', 'generated'),
      }),
    );
    expect(find(at, 'PodMonitor').spec).toMatchObject({
      podMetricsEndpoints: [
        {
          path: '/metrics/',
          scheme: 'https',
          tlsConfig: { insecureSkipVerify: true },
          honorLabels: true,
          authorization: { type: 'Bearer', credentials: { name: 'gateway-keys', key: 'masterKey' } },
        },
      ],
    });
  });

  test('keeps the labels of exporters that speak of others', () => {
    const { at, observability, target } = watching();
    observability.scrape({ ...target('dcgm'), exporter: 'dcgm' });
    expect(find(at, 'PodMonitor').spec).toMatchObject({ podMetricsEndpoints: [{ honorLabels: true }] });
  });

  test('writes alerts only on what is scraped, and once', () => {
    const { at, observability, target } = watching();
    expect(groups(at)).toEqual(['platform']);
    observability.scrape({ ...target('chat'), exporter: 'vllm' });
    observability.scrape({ ...target('reasoning'), exporter: 'vllm' });
    observability.scrape({ ...target('db'), exporter: 'cnpg' });
    expect(groups(at)).toEqual(['platform', 'serving', 'postgres']);
  });

  test('shows models on a dashboard once one is scraped', () => {
    const { at, observability, target } = watching();
    expect(objectsOf(at).filter(({ kind }) => kind === 'ConfigMap')).toEqual([]);
    observability.scrape({ ...target('chat'), exporter: 'vllm' });
    expect(find(at, 'ConfigMap').metadata.labels).toEqual({ grafana_dashboard: '1' });
  });
});

test('alerts lead to a runbook of their own', () => {
  const { at } = watching({ runbooks: 'https://runbooks.example.com/nexus/' });
  const { groups: written } = find(at, 'PrometheusRule').spec as {
    groups: { rules: { alert: string; annotations: Record<string, string> }[] }[];
  };
  expect(written[0].rules[0].annotations.runbook_url).toBe(
    `https://runbooks.example.com/nexus/${written[0].rules[0].alert}`,
  );
});

test('writes what the API server takes', () => {
  const { at, observability, target } = watching();
  const all: readonly Exporter[] = [
    ...(['cert-manager', 'clickhouse', 'cnpg', 'dcgm', 'external-secrets'] as const),
    ...(['litellm', 'redis', 'strimzi', 'vllm'] as const),
  ];
  for (const exporter of all) observability.scrape({ ...target(exporter), exporter });
  expect(groups(at)).toHaveLength(10);
  expect(objectsOf(at).flatMap((object) => validateObject(object))).toEqual([]);
});

describe('refuses', () => {
  test('a monitor that would overwrite another', () => {
    const { observability, target } = watching();
    const chat = target('chat');
    observability.scrape(chat);
    expect(message(() => observability.scrape(chat))).toMatchInlineSnapshot(`
      "layer/observability (ObservabilityStack): is to scrape 'serving/chat' twice
        why: both would be one PodMonitor, and the second would overwrite the first
        fix: call scrape(target) once, or give the endpoints of the target different names"
    `);
  });

  test('a token that the monitor cannot read', () => {
    const { observability, target } = watching();
    const token = new SecretRef('gateway-keys', 'masterKey', 'gateway', 'generated');
    expect(message(() => observability.scrape(target('chat', { token })))).toMatchInlineSnapshot(`
      "layer/observability (ObservabilityStack): the token of 'chat' is in namespace 'gateway', its pods in 'serving'
        why: a PodMonitor reads secrets of its own namespace only
        fix: copy it with a ConnectionSecret into 'serving'"
    `);
  });

  test('a promise without a budget', () => {
    expect(message(() => watching({ gatewayAvailability: 100 }))).toMatchInlineSnapshot(`
      "layer/observability (ObservabilityStack): 'gatewayAvailability' is 100
        why: it is a share in percent, and one of 100 leaves no budget that could burn
        fix: promise less than 100, such as 99.5"
    `);
  });
});
