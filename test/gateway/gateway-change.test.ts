import { expect, test } from 'vitest';
import { metricTables } from '../../lib/catalog';
import { type Layer, objectsOf, render } from '../../lib/core';
import { type GatewayRollout, LiteLlmGateway } from '../../lib/gateway';
import { parsePromql } from '../../lib/proofs/promql/parse';
import { validateObject } from '../../lib/schemas';
import { FakeCache, FakeModel, FakePostgres, gatewayLayer, message, named } from './fakes';

const PROMETHEUS = 'http://prometheus.monitoring.svc:9090';

function changed(rollout: Partial<GatewayRollout> = {}, host: string | undefined = 'llm.example.com') {
  const layer = gatewayLayer();
  const gateway = new LiteLlmGateway(layer, 'litellm', {
    database: new FakePostgres(layer, 'Postgres'),
    coordination: new FakeCache(layer, 'queue'),
    replicas: { min: 2, max: 4 },
    rollout: { kind: 'canary', prometheus: PROMETHEUS, ...rollout },
    ...(host === undefined ? {} : { host }),
  });
  gateway.route(new FakeModel(layer, 'chat'));
  return { layer, gateway };
}

interface Metric {
  readonly name: string;
  readonly count?: number;
  readonly provider: { readonly prometheus: { readonly query: string } };
}
const metricsOf = (layer: Layer, name: string) =>
  (named(layer, 'AnalysisTemplate', name).spec as { readonly metrics: readonly Metric[] }).metrics;

test('the Rollout is scaled, and nobody scales its Deployment', () => {
  const { layer, gateway } = changed();
  expect(gateway.canaryService).toBe('litellm-canary');
  expect(named(layer, 'HorizontalPodAutoscaler', 'litellm').spec).toMatchObject({
    scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'litellm' },
  });
  expect(named(layer, 'Rollout', 'litellm').spec).not.toHaveProperty('replicas');
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('is judged by what LiteLLM tells, new pods against old ones', () => {
  const metrics = metricsOf(changed().layer, 'litellm-canary-is-worse');
  expect(metrics.map(({ name }) => name)).toEqual(['errors', 'success', 'latency']);
  const { series } = metricTables().litellm;
  for (const { provider } of metrics) {
    const parsed = parsePromql(provider.prometheus.query);
    if ('fault' in parsed) throw new Error(JSON.stringify(parsed));
    expect(parsed.selectors.map(({ name }) => name).filter((name) => !series.has(name ?? ''))).toEqual([]);
    expect(provider.prometheus.query).toContain('pod=~"litellm-.+",pod!~"litellm-{{args.hash}}-.+"');
  }
  const [errors, success, latency] = metrics.map(({ provider }) => provider.prometheus.query);
  expect(errors).toContain('>= 0.01');
  expect(success).toContain('<= 0.99');
  expect(latency).toContain('>= 2');
});

test('no requests are neither success nor failure', () => {
  const { layer } = changed({ leastRequests: 60, stepMinutes: 20 });
  expect(metricsOf(layer, 'litellm-canary-is-seen')).toMatchObject([
    {
      count: 1,
      inconclusiveLimit: 0,
      failureCondition: 'false',
      successCondition: expect.stringContaining('>= 60'),
    },
  ]);
  // Too few are found by nobody: 60 in 20 minutes are 0.05 a second.
  for (const { provider, ...conditions } of metricsOf(layer, 'litellm-canary-is-worse')) {
    expect(provider.prometheus.query).toMatch(/\[5m\]\)\) >= 0\.05$/);
    expect(conditions).toMatchObject({
      successCondition: 'len(result) == 0',
      failureCondition: 'len(result) > 0',
    });
  }
});

test('the smoke test asks the new pods with the key, for every name', () => {
  const { layer } = changed();
  const { data } = named(layer, 'ConfigMap', 'litellm-canary-smoke-opt-smoke') as unknown as {
    data: Record<string, string>;
  };
  expect(data.names).toBe('chat');
  expect(metricsOf(layer, 'litellm-canary-smoke')).toMatchObject([
    {
      provider: {
        job: {
          spec: {
            template: {
              spec: {
                restartPolicy: 'Never',
                containers: [
                  {
                    args: [
                      '/opt/smoke/smoke.py',
                      'http://litellm-canary.gateway.svc:4000',
                      '300',
                      '/opt/smoke/names',
                    ],
                    env: [{ name: 'MASTER_KEY', valueFrom: { secretKeyRef: { name: 'litellm-keys' } } }],
                  },
                ],
              },
            },
          },
        },
      },
    },
  ]);
  const { facts } = render(layer.node.root);
  expect(facts.of('pods').find(({ owner }) => owner.endsWith('#smoke'))).toMatchObject({
    owner: 'AnalysisTemplate/gateway/litellm-canary-smoke#smoke',
    job: true,
  });
  expect(facts.of('edge').map(({ why }) => why)).toContain('smoke test of new replicas');
});

test('blue and green need no route, and are judged for as long as the old ones stay', () => {
  const { layer } = changed({ kind: 'blueGreen', stepMinutes: 15 }, undefined);
  expect(metricsOf(layer, 'litellm-canary-is-worse').map(({ count }) => count)).toEqual([15, 15, 15]);
  expect(objectsOf(layer).some(({ metadata }) => metadata.name === 'litellm-canary-is-seen')).toBe(false);
});

test('a canary without a route is refused', () => {
  const layer = gatewayLayer();
  const make = () =>
    new LiteLlmGateway(layer, 'litellm', {
      database: new FakePostgres(layer, 'Postgres'),
      coordination: new FakeCache(layer, 'queue'),
      rollout: { kind: 'canary', prometheus: PROMETHEUS },
    });
  expect(message(make)).toMatchInlineSnapshot(`
    "gateway/litellm/Change (GatewayChange): is to be changed by 'canary', and has no host that a route leads to
      why: callers inside the cluster use the Service, which knows no weights: nobody would ask the canary
      fix: give it a host, or roll out by 'blueGreen'"
  `);
});
