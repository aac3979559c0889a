import { describe, expect, test } from 'vitest';
import { objectsOf, render } from '../../lib/core';
import { LiteLlmGateway, type LiteLlmGatewayProps } from '../../lib/gateway';
import { validateObject } from '../../lib/schemas';
import { FakeCache, FakeModel, FakePostgres, gatewayLayer, message, named } from './fakes';

const gateway = (replicas: LiteLlmGatewayProps['replicas'], coordinated = true) => {
  const layer = gatewayLayer();
  new LiteLlmGateway(layer, 'litellm', {
    database: new FakePostgres(layer, 'Postgres'),
    ...(coordinated ? { coordination: new FakeCache(layer, 'queue') } : {}),
    replicas,
  }).route(new FakeModel(layer, 'chat'));
  return layer;
};

test('a range follows the CPU in use, up at once and down slowly', () => {
  const layer = gateway({ min: 2, max: 6 });
  expect(named(layer, 'HorizontalPodAutoscaler', 'litellm').spec).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'litellm' },
    minReplicas: 2,
    maxReplicas: 6,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
    behavior: {
      scaleDown: {
        stabilizationWindowSeconds: 300,
        policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }],
      },
    },
  });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('the Deployment leaves its number to it', () => {
  const layer = gateway({ min: 2, max: 6 });
  expect(named(layer, 'Deployment', 'litellm').spec).not.toHaveProperty('replicas');
  expect(render(layer.node.root).facts.of('lifecycle')).toContainEqual(
    expect.objectContaining({
      owner: 'Deployment/gateway/litellm',
      scaledBy: 'HorizontalPodAutoscaler/gateway/litellm',
      minReplicas: 2,
      maxReplicas: 6,
    }),
  );
});

test('one number stands, and nothing scales it', () => {
  const layer = gateway(3);
  expect(named(layer, 'Deployment', 'litellm').spec).toMatchObject({ replicas: 3 });
  expect(objectsOf(layer).map(({ kind }) => kind)).not.toContain('HorizontalPodAutoscaler');
});

describe('refuses', () => {
  test('a range without room', () => {
    expect(message(() => gateway({ min: 3, max: 3 }))).toMatchInlineSnapshot(`
      "gateway/litellm (LiteLlmGateway): 'replicas' lies between 3 and 3
        why: the floor is at least one, and below the ceiling: else nothing is left to scale
        fix: write a ceiling above a floor of 1 or more, or one number"
    `);
  });

  test('a ceiling above one of replicas that count each for itself', () => {
    expect(message(() => gateway({ min: 1, max: 2 }, false))).toContain(
      "runs 2 replicas without 'coordination'",
    );
  });
});
