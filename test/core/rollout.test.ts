import { expect, test } from 'vitest';
import {
  type CanaryStrategy,
  objectsOf,
  PlatformError,
  Rollout,
  type RolloutProps,
  render,
  Workload,
} from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { find, layer as layerOf } from './tree';

const ANALYSIS = { before: 'web-smoke', during: 'web-is-worse', seen: 'web-is-seen' };

function rolled(strategy: RolloutProps['strategy'], props: Partial<RolloutProps> = {}) {
  const layer = layerOf();
  const workload = new Workload(layer, 'web', {
    image: 'docker.io/example/web:1.2.3',
    resources: { cpu: '500m', memory: '1Gi' },
    ports: { http: 8080 },
    ready: { path: '/ready' },
    startupSeconds: 60,
    replicas: 3,
    madeBy: 'web',
  });
  const ports = { http: 8080 };
  new Rollout(layer, 'web-rollout', {
    workload,
    strategy,
    analysis: ANALYSIS,
    startupSeconds: 60,
    ports,
    replicas: 3,
    ...props,
  });
  const of = (kind: string, name = 'web') =>
    find(layer, kind, name) as unknown as { readonly spec: Readonly<Record<string, unknown>> };
  return { layer, of };
}

interface Canary {
  readonly steps: readonly Readonly<Record<string, unknown>>[];
  readonly analysis: { readonly startingStep: number };
}

const canaryOf = (strategy: Omit<CanaryStrategy, 'kind' | 'route'> = {}) => {
  const { strategy: written } = rolled({ kind: 'canary', route: 'web', ...strategy }).of('Rollout').spec as {
    strategy: { canary: Canary };
  };
  return written.canary;
};

test('the Deployment is the template, and writes no replicas', () => {
  const { layer, of } = rolled({ kind: 'canary', route: 'web' });
  expect(of('Deployment').spec).not.toHaveProperty('replicas');
  expect(of('Rollout').spec).toMatchObject({
    replicas: 3,
    workloadRef: { kind: 'Deployment', name: 'web', scaleDown: 'onsuccess' },
  });
  expect(of('Rollout').spec).not.toHaveProperty('template');
  const [pods] = render(layer.node.root).facts.of('pods');
  expect(pods).toMatchObject({ owner: 'Deployment/apps/web', replicas: 3, maxReplicas: 3 });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('new pods are spread among themselves', () => {
  const { template } = rolled({ kind: 'canary', route: 'web' }).of('Deployment').spec as {
    template: { spec: { topologySpreadConstraints: { matchLabelKeys: string[] }[] } };
  };
  expect(template.spec.topologySpreadConstraints[0].matchLabelKeys).toEqual(['rollouts-pod-template-hash']);
});

test('a canary is asked before its first request, then gets 1, 5, 10, 25, 50, 100 percent for ten minutes each', () => {
  const { steps, analysis } = canaryOf();
  expect(steps.slice(0, 3)).toMatchObject([
    { setCanaryScale: { replicas: 1 } },
    { analysis: { templates: [{ templateName: 'web-smoke' }] } },
    { setCanaryScale: { matchTrafficWeight: true } },
  ]);
  expect(steps.flatMap(({ setWeight }) => (setWeight === undefined ? [] : [setWeight]))).toEqual([
    1, 5, 10, 25, 50, 100,
  ]);
  expect(steps.filter(({ pause }) => pause).map(({ pause }) => pause)).toEqual(
    Array(6).fill({ duration: '10m' }),
  );
  expect(steps.at(-1)).toMatchObject({ analysis: { templates: [{ templateName: 'web-is-seen' }] } });
  // Judged from the first weight on.
  expect(steps[analysis.startingStep]).toEqual({ setWeight: 1 });
});

test('Flux leaves the route alone while a canary goes on', () => {
  expect(canaryOf()).toMatchObject({
    trafficRouting: {
      plugins: {
        'argoproj-labs/gatewayAPI': {
          httpRoute: 'web',
          namespace: 'apps',
          inProgressLabelKey: 'kustomize.toolkit.fluxcd.io/reconcile',
          inProgressLabelValue: 'disabled',
        },
      },
    },
  });
});

test('blue and green: asked before the switch, judged after it, and back as long as it is judged', () => {
  const { of, layer } = rolled({ kind: 'blueGreen' });
  expect(of('Rollout').spec).toMatchObject({
    strategy: {
      blueGreen: {
        activeService: 'web',
        previewService: 'web-canary',
        prePromotionAnalysis: { templates: [{ templateName: 'web-smoke' }] },
        postPromotionAnalysis: { templates: [{ templateName: 'web-is-worse' }] },
        scaleDownDelaySeconds: 720,
      },
    },
  });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('steps that do not climb are refused', () => {
  expect(() => canaryOf({ steps: [10, 5] })).toThrow(PlatformError);
  expect(() => canaryOf({ steps: [] })).toThrow(/'steps' are none/);
});
