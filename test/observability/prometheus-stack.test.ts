import { describe, expect, test } from 'vitest';
import { objectsOf, render } from '../../lib/core';
import { PrometheusStack, type PrometheusStackProps } from '../../lib/observability';
import { validateObject } from '../../lib/schemas';
import { find, layer } from '../core/tree';
import { message } from './fakes';

interface Values {
  readonly prometheus: { readonly podDisruptionBudget: unknown; readonly prometheusSpec: PrometheusSpec };
  readonly alertmanager: { readonly alertmanagerSpec: Readonly<Record<string, unknown>> };
  readonly grafana: { readonly admin: unknown };
  readonly [key: string]: unknown;
}
type PrometheusSpec = Readonly<Record<string, unknown>> & { readonly storageSpec: unknown };

function stack(props: PrometheusStackProps = {}, tier: 'prod' | 'dev' = 'prod') {
  const at = layer('monitoring', { tier });
  const construct = new PrometheusStack(at, 'prometheus', props);
  const rendered = render(at.node.root);
  const [release] = rendered.facts.of('release');
  return { at, construct, rendered, release, values: release.values as Values };
}
const prod = stack();
const spec = prod.values.prometheus.prometheusSpec;

describe('by default', () => {
  test('keeps metrics for 30 days on 150 GiB in prod, and lets go of the oldest before the disk is full', () => {
    expect(spec).toMatchObject({ replicas: 2, retention: '30d', retentionSize: '127GB' });
    expect(spec.storageSpec).toEqual({
      volumeClaimTemplate: {
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'gp3',
          resources: { requests: { storage: '150Gi' } },
        },
      },
    });
    expect(spec.resources).toEqual({ requests: { cpu: '500m', memory: '4Gi' }, limits: { memory: '4Gi' } });
  });

  test('is one of each for 7 days in dev', () => {
    const { values } = stack({}, 'dev');
    expect(values.prometheus.prometheusSpec).toMatchObject({ replicas: 1, retention: '7d' });
    expect(values.prometheus.podDisruptionBudget).toEqual({ enabled: false });
    expect(values.alertmanager.alertmanagerSpec).toMatchObject({ replicas: 1 });
  });

  test('has three Alertmanagers in prod, in different zones', () => {
    expect(prod.values.alertmanager.alertmanagerSpec).toMatchObject({
      replicas: 3,
      topologySpreadConstraints: [{ topologyKey: 'topology.kubernetes.io/zone' }],
    });
  });

  test('reads every monitor and rule, whoever wrote it', () => {
    for (const kind of ['serviceMonitor', 'podMonitor', 'probe', 'rule', 'scrapeConfig'])
      expect(spec[`${kind}SelectorNilUsesHelmValues`]).toBe(false);
  });

  test('watches nothing that EKS hides', () => {
    for (const part of ['kubeControllerManager', 'kubeScheduler', 'kubeEtcd', 'kubeProxy'])
      expect(prod.values[part]).toEqual({ enabled: false });
  });

  test('has a generated password for Grafana', () => {
    expect(prod.values.grafana.admin).toEqual({
      existingSecret: 'grafana-admin',
      userKey: 'admin-user',
      passwordKey: 'admin-password',
    });
    expect(find(prod.at, 'ExternalSecret').metadata.name).toBe('grafana-admin');
  });
});

test('every container has the same demands in the values and in the declared pods', () => {
  const asked = new Map(
    prod.rendered.facts
      .of('pods')
      .flatMap(({ template }) => template.spec.containers.map((c) => [c.name, c.resources] as const)),
  );
  const { values } = prod;
  const at = (path: string): unknown =>
    path
      .split('/')
      .reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>>)?.[key], values);
  expect({
    prometheus: at('prometheus/prometheusSpec/resources'),
    alertmanager: at('alertmanager/alertmanagerSpec/resources'),
    'config-reloader': at('prometheusOperator/prometheusConfigReloader/resources'),
    'kube-prometheus-stack': at('prometheusOperator/resources'),
    grafana: at('grafana/resources'),
    'grafana-sc-dashboard': at('grafana/sidecar/resources'),
    'grafana-sc-datasources': at('grafana/sidecar/resources'),
    'kube-state-metrics': at('kube-state-metrics/resources'),
    'node-exporter': at('prometheus-node-exporter/resources'),
  }).toEqual(Object.fromEntries(asked));
});

test('only the exporter of the nodes needs more than a restricted namespace, and has one of its own', () => {
  const privileged = prod.rendered.facts
    .of('pods')
    .filter(({ template }) => template.spec.containers.some((c) => c.securityContext?.privileged));
  expect(privileged.map(({ namespace }) => namespace)).toEqual(['node-exporter']);
  expect(prod.values['prometheus-node-exporter']).toMatchObject({ namespaceOverride: 'node-exporter' });
});

test('operator-made pods carry the labels that the operator writes', () => {
  const made = prod.rendered.facts.of('pods').filter(({ maker }) => maker === 'operator');
  expect(made.map(({ owner, replicas }) => [owner, replicas])).toEqual([
    ['release/monitoring/kube-prometheus-stack#prometheus', 2],
    ['release/monitoring/kube-prometheus-stack#alertmanager', 3],
  ]);
  expect(made[0].template.metadata.labels).toEqual({
    'app.kubernetes.io/name': 'prometheus',
    'operator.prometheus.io/name': 'kube-prometheus-stack-prometheus',
  });
});

test('Grafana queries Prometheus, Prometheus reaches nodes and API server, the API server its webhook', () => {
  const edges = prod.rendered.facts.of('edge');
  const short = (peer: (typeof edges)[number]['from']) =>
    'labels' in peer ? peer.labels['app.kubernetes.io/name'] : 'outside' in peer ? peer.outside : peer.tenant;
  const drawn = edges.map(({ from, to, ports }) => `${short(from)} > ${short(to)}:${ports}`);
  for (const edge of [
    'grafana > prometheus:9090',
    'grafana > apiServer:443',
    'kube-state-metrics > apiServer:443',
    'prometheus > nodes:10250',
    'prometheus > nodes:9100',
    'prometheus > alertmanager:9093',
    'alertmanager > alertmanager:9094',
    'controlPlane > kube-prometheus-stack-prometheus-operator:10250',
  ])
    expect(drawn).toContain(edge);
});

test('brings the kinds of monitors and rules, and says where queries go', () => {
  const provided = prod.rendered.facts.of('provides');
  expect(provided.flatMap(({ kinds = [] }) => kinds)).toContain('monitoring.coreos.com/PodMonitor');
  expect(prod.construct.url).toBe('http://kube-prometheus-stack-prometheus.monitoring.svc:9090');
});

test('writes what the API server takes', () => {
  expect(objectsOf(prod.at).flatMap((object) => validateObject(object))).toEqual([]);
});

test('a disk that holds nothing is refused', () => {
  expect(message(() => stack({ storageGiB: 1 }))).toMatchInlineSnapshot(`
    "layer/prometheus (PrometheusStack): 'storageGiB' is 1
      why: below 2 GiB nothing is left for metrics beside the write-ahead log
      fix: set storageGiB to 2 or more"
  `);
});
