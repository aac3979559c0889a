import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import type { KubeObject } from '../../lib/core';
import { billFor } from '../../stacks/bill';
import { type Built, build } from '../../stacks/build';
import { errorsOf } from './errors';

const FOLDER = join(__dirname, '../../environments');

/** An environment laid over one of ours. */
function over(base: string, text: string): Built {
  const file = join(mkdtempSync(join(tmpdir(), 'nexus-twin-')), 'env.yaml');
  writeFileSync(file, `extends: ${join(FOLDER, `${base}.yaml`)}\n${text}`);
  return build(loadEnvironment(file));
}

const REAL = build(loadEnvironment(join(FOLDER, 'prod.yaml')));
const TWIN = over('prod', 'simulate: true\n');
const MODELS = Object.keys(REAL.environment.models);

const found = ({ rendered }: Built, id: string): KubeObject | undefined =>
  rendered.objects.find((each) => each.id === id)?.json;
function object(built: Built, id: string): KubeObject {
  const json = found(built, id);
  if (!json) throw new Error(`no ${id}`);
  return json;
}
const layer = ({ rendered }: Built, name: string) =>
  rendered.objects.filter((each) => each.layer === name).map(({ json }) => json);

interface Pods {
  readonly template: {
    readonly metadata: object;
    readonly spec: {
      readonly containers: readonly {
        name: string;
        args: readonly string[];
        ports: readonly { containerPort: number }[];
        readinessProbe: unknown;
      }[];
      readonly [field: string]: unknown;
    };
  };
  readonly selector: object;
}

/** Port on which an engine tells of its cache; a simulator cannot be called, and calls its picker there. */
const KV_EVENTS = 5557;
/** Port on which an engine with a process for each rank tells whether all are there; a simulator is one process. */
const SUPERVISOR = 9256;
const ENGINES_ALONE = [KV_EVENTS, SUPERVISOR];
const READY = { failureThreshold: 3, httpGet: { path: '/v1/models', port: 'http' }, periodSeconds: 10 };
const unheard = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value
      .filter((each) => !ENGINES_ALONE.includes(each?.port ?? each?.containerPort))
      .map((each) => unheard(each));
  }
  if ('httpGet' in value && JSON.stringify(value).includes('supervisor')) return READY;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unheard(inner)]));
};

/** What others see of the pods of a model. */
function seen(built: Built, alias: string) {
  const { template, selector } = object(built, `Deployment/serving/${alias}`).spec as unknown as Pods;
  const [{ name, ports, readinessProbe }] = template.spec.containers;
  const { terminationGracePeriodSeconds, serviceAccountName } = template.spec;
  const labels = template.metadata;
  return { selector, labels, name, ports, readinessProbe, terminationGracePeriodSeconds, serviceAccountName };
}

test('one key makes the twin of prod, which is proven too, and says that it is one', () => {
  expect(TWIN.findings.map(({ proof, severity }) => `${severity}: ${proof}`)).toEqual([
    'warning: answers-are-real',
  ]);
  expect(TWIN.ok).toBe(true);
});

describe.each(MODELS)('%s', (alias) => {
  test('has the same names, labels, ports and probes', () => {
    expect(seen(TWIN, alias)).toEqual(unheard(seen(REAL, alias)));
    for (const kind of ['Service', 'PodDisruptionBudget', 'ServiceAccount']) {
      const id = `${kind}/serving/${alias}`;
      expect(found(TWIN, id), id).toEqual(unheard(found(REAL, id)));
    }
  });

  test('is scraped, scaled and let in alike', () => {
    for (const kind of ['PodMonitor', 'ScaledObject']) {
      const id = `${kind}/serving/${alias}`;
      expect(found(TWIN, id), id).toEqual(found(REAL, id));
    }
    const ingress = (built: Built) =>
      (object(built, `NetworkPolicy/serving/${alias}`).spec as { ingress: unknown }).ingress;
    expect(ingress(TWIN)).toEqual(unheard(ingress(REAL)));
  });

  test('runs the simulator, on no GPU and without weights', () => {
    const text = JSON.stringify(object(TWIN, `Deployment/serving/${alias}`));
    expect(text).toContain('llm-d-inference-sim');
    expect(text).not.toMatch(/nvidia\.com|initContainers|nexus\.dev\/pool/);
  });
});

test('who tells of its cache does so in the twin, too: it calls its picker', () => {
  const called = (built: Built, name: string) =>
    JSON.stringify((object(built, `NetworkPolicy/serving/${name}`).spec as { ingress: unknown }).ingress);
  expect(called(REAL, 'fast')).toContain(`"port":${KV_EVENTS}`);
  expect(called(TWIN, 'fast-picker')).toContain(`"port":${KV_EVENTS}`);
  expect(JSON.stringify(object(TWIN, 'Deployment/serving/fast'))).toContain(
    `tcp://fast-picker.serving.svc:${KV_EVENTS}`,
  );
});

test('the same objects are there, keys of models included', () => {
  const ids = (built: Built) =>
    layer(built, 'serving').map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(ids(TWIN)).toEqual(ids(REAL));
  expect(ids(TWIN)).toContain('ExternalSecret/chat-api-key');
  expect(ids(TWIN)).toContain('ScaledObject/chat');
});

test('the door to all models is the same, to the byte', () => {
  expect(layer(TWIN, 'gateway')).toEqual(layer(REAL, 'gateway'));
  expect(layer(TWIN, 'langfuse')).toEqual(layer(REAL, 'langfuse'));
});

test('the same alerts and dashboards are there, but for GPUs that are not', () => {
  const ids = (built: Built) =>
    layer(built, 'monitors').map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  const missing = ids(REAL).filter((id) => !ids(TWIN).includes(id));
  expect(missing.sort()).toEqual([
    'PodMonitor/gpu-operator-dcgm-exporter',
    'PodMonitor/gpu-operator-operator',
    'PrometheusRule/gpu',
  ]);
  expect(ids(TWIN).filter((id) => !ids(REAL).includes(id))).toEqual([]);
});

test('buys no GPU', () => {
  const pools = TWIN.rendered.facts.of('pool').filter(({ shapes }) => shapes.some(({ gpus }) => gpus > 0));
  expect(pools).toEqual([]);
  expect(TWIN.rendered.layers.map(({ name }) => name)).not.toContain('gpu-operator');
  const [real, twin] = [REAL, TWIN].map((built) => billFor(built)?.total.maximum.high ?? 0);
  expect(twin).toBeLessThan(real / 5);
});

test('the models of another environment run on a laptop', () => {
  const built = over(
    'local',
    `models:
  chat: { replicas: { min: 1, max: 2 }, autoscale: { on: gpu } }
  code: { engine: sglang, model: Qwen/Qwen3-8B, pool: l4, weights: s3 }
`,
  );
  expect(errorsOf(built)).toEqual([]);
  expect(built.rendered.facts.of('model').map(({ alias, engine }) => [alias, engine])).toEqual([
    ['chat', 'simulator'],
    ['chat-canary', 'simulator'],
    ['embed', 'simulator'],
    ['documents', 'simulator'],
    ['documents-prefill', 'simulator'],
    ['code', 'simulator'],
  ]);
  // Nothing tells of GPUs that are not there.
  const scaler = JSON.stringify(object(built, 'ScaledObject/serving/chat'));
  expect(scaler).toContain('vllm:num_requests_waiting');
});

test('ranks and nodes of a model are one simulator', () => {
  const built = over(
    'prod',
    'simulate: true\nmodels: { reasoning: { nodes: 2, dataParallel: 16, routing: { kind: service } } }\n',
  );
  expect(errorsOf(built)).toEqual([]);
  expect(found(built, 'Deployment/serving/reasoning')).toBeDefined();
  expect(found(built, 'LeaderWorkerSet/serving/reasoning')).toBeUndefined();
});

test('ranks that a picker chooses among have a port each', () => {
  const [{ args, ports }] = (object(TWIN, 'Deployment/serving/reasoning').spec as unknown as Pods).template
    .spec.containers;
  expect(args).toContain('--data-parallel-size=8');
  expect(ports).toHaveLength(8);
  const { targetPorts } = object(TWIN, 'InferencePool/serving/reasoning').spec as { targetPorts: unknown };
  expect(targetPorts).toEqual(ports.map(({ containerPort: number }) => ({ number })));
});

test('a model may still not name a pool that is none', () => {
  expect(() => over('prod', 'simulate: true\nmodels: { chat: { pool: l4s } }\n')).toThrow(
    "'l4s' is not a pool here",
  );
});

test.each([
  ['vllm', 512],
  // Each prompt: its decode pods read none.
  ['sglang', 1],
])('both roles of a model on %s are there, and the picker sends prompts to both', (engine, tokens) => {
  const built = over(
    'stg',
    [
      'simulate: true',
      'models:',
      '  long:',
      `    { model: Qwen/Qwen3-32B, engine: ${engine}, pool: l40s, context: 32768,`,
      '      disaggregated: { prefill: { gpus: 4, replicas: { min: 3, max: 3 } }, decode: { gpus: 4 } } }',
    ].join('\n'),
  );
  expect(errorsOf(built)).toEqual([]);
  const spec = (name: string) =>
    object(built, `Deployment/serving/${name}`).spec as Pods & { readonly replicas: number };
  expect([spec('long').replicas, spec('long-prefill').replicas]).toEqual([2, 3]);
  expect(JSON.stringify(spec('long').template.spec.initContainers)).toContain('disagg-sidecar');
  const { data } = object(built, 'ConfigMap/serving/long-picker-etc-picker') as KubeObject & { data: object };
  expect(JSON.stringify(data)).toContain(`nonCachedTokens: ${tokens}`);
});
