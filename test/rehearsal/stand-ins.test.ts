import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import {
  DeclaredPods,
  GroupWorkload,
  HelmRelease,
  KServeWorkload,
  type KubeObject,
  Layer,
  type PodsFact,
  render,
} from '../../lib/core';
import { firstRun, STANDS_FOR, standIn, standIns } from '../../lib/rehearsal/stand-ins';

const pods = (more: Partial<PodsFact> = {}): PodsFact => ({
  owner: 'Kafka/data/events#broker',
  maker: 'operator',
  namespace: 'data',
  replicas: 3,
  maxReplicas: 3,
  template: { metadata: { labels: { app: 'kafka' } }, spec: { containers: [{ name: 'kafka' }] } },
  ...more,
});

test('pods of an operator become a Deployment that makes them as declared', () => {
  expect(standIn(pods())).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'kafka-events-broker',
      namespace: 'data',
      annotations: { [STANDS_FOR]: 'Kafka/data/events#broker' },
    },
    spec: {
      replicas: 3,
      selector: { matchLabels: { 'nexus.dev/stand-in': 'kafka-events-broker' } },
      template: {
        metadata: {
          labels: { app: 'kafka', 'nexus.dev/stand-in': 'kafka-events-broker' },
          annotations: { [STANDS_FOR]: 'Kafka/data/events#broker' },
        },
        spec: { containers: [{ name: 'kafka', image: 'stand-in:0' }] },
      },
    },
  });
});

test('one on each node becomes a DaemonSet, and what completes a Job', () => {
  expect(standIn(pods({ replicas: 'node' }))).toMatchObject({ kind: 'DaemonSet' });
  expect(standIn(pods({ job: true, replicas: 1 }))).toMatchObject({
    kind: 'Job',
    spec: { parallelism: 1, template: { spec: { restartPolicy: 'Never' } } },
  });
});

test('they come with what makes the real ones, and with the account that these run as', () => {
  const app = new App();
  const layers = [
    new Layer(app, 'first', { phase: 'cluster' }),
    new Layer(app, 'second', { phase: 'operators' }),
  ];
  const container = { name: 'main', cpu: '100m', memory: '64Mi' };
  new HelmRelease(layers[1], 'keda', {
    name: 'keda',
    namespace: 'operators',
    chart: 'keda',
    repository: 'https://charts.example.com',
    version: '1.0.0',
    footprint: {
      operator: { labels: { app: 'keda' }, replicas: 1, containers: [container], serviceAccount: 'keda' },
    },
  });
  new DeclaredPods(layers[1], 'dns', {
    name: 'dns',
    namespace: 'kube-system',
    by: 'addon/kube-system/coredns',
    maker: 'operator',
    labels: { app: 'dns' },
    replicas: 2,
    containers: [container],
  });
  const named = [...standIns(render(app))].map(([layer, objects]) => [
    layer,
    objects.map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`),
  ]);
  expect(Object.fromEntries(named)).toEqual({
    first: ['Deployment/kube-system/addon-coredns-dns'],
    second: ['ServiceAccount/operators/keda', 'Deployment/operators/keda-operator'],
  });
});

test('a CronJob runs once, now', () => {
  const spec = { schedule: '0 3 * * *', jobTemplate: { spec: { template: { spec: { containers: [] } } } } };
  const cronJob: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'sweep', namespace: 'data' },
    spec,
  };
  expect(firstRun(cronJob)).toEqual({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'sweep-rehearsal', namespace: 'data' },
    spec: spec.jobTemplate.spec,
  });
});

test('a group of pods stands in whole, and groups are told apart', () => {
  const app = new App();
  const layer = new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
  new GroupWorkload(layer, 'large', {
    image: 'docker.io/example/engine:1.2.3',
    memberArgs: ['--headless'],
    size: 3,
    replicas: 2,
    resources: { cpu: '1', memory: '1Gi' },
    ports: { http: 8000 },
    ready: { path: '/ready' },
    startupSeconds: 60,
  });
  const objects = standIns(render(app)).get('serving') ?? [];
  const seen = objects.map(({ metadata, spec }) => {
    const { replicas, template } = spec as {
      replicas: number;
      template: { metadata: PodsFact['template']['metadata'] };
    };
    return [metadata.name, replicas, template.metadata.labels['leaderworkerset.sigs.k8s.io/group-index']];
  });
  expect(seen).toEqual([
    ['leaderworkerset-large-leader-0', 1, '0'],
    ['leaderworkerset-large-worker-0', 2, '0'],
    ['leaderworkerset-large-leader-1', 1, '1'],
    ['leaderworkerset-large-worker-1', 2, '1'],
  ]);
});

test('what KServe makes of an object is a Deployment by the name that scalers know', () => {
  const app = new App();
  const layer = new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
  new KServeWorkload(layer, 'chat', {
    image: 'docker.io/example/engine:1.2.3',
    uri: 'hf://example/model',
    tensor: 1,
    resources: { cpu: '1', memory: '1Gi' },
    ports: { http: 8000 },
    ready: { path: '/health' },
    startupSeconds: 60,
    replicas: 2,
  });
  expect(standIns(render(app)).get('serving')).toMatchObject([
    {
      kind: 'Deployment',
      metadata: { name: 'chat-kserve', namespace: 'serving' },
      spec: {
        replicas: 2,
        template: {
          metadata: { labels: { 'app.kubernetes.io/name': 'chat', 'kserve.io/component': 'workload' } },
        },
      },
    },
  ]);
});
