import { expect, test } from 'vitest';
import { objectsOf } from '../../lib/core';
import { Recommendation } from '../../lib/gateway/recommendation';
import { validateObject } from '../../lib/schemas';
import { gatewayLayer, named } from './fakes';

test.each([
  ['Deployment', 'apps/v1'],
  ['Rollout', 'argoproj.io/v1alpha1'],
] as const)('recommends for a %s, and changes nothing', (kind, apiVersion) => {
  const layer = gatewayLayer();
  new Recommendation(layer, 'recommendation', { target: 'litellm', kind });
  expect(named(layer, 'VerticalPodAutoscaler', 'litellm').spec).toEqual({
    targetRef: { apiVersion, kind, name: 'litellm' },
    updatePolicy: { updateMode: 'Off' },
  });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});
