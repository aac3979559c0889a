import { expect, test } from 'vitest';
import { GatewayApiCrds, InferenceCrds } from '../../lib/cluster';
import { objectsOf } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { layer } from '../core/tree';

const crds = () => {
  const l = layer();
  new GatewayApiCrds(l, 'gateway-api');
  new InferenceCrds(l, 'inference');
  return l;
};

test('what agentgateway watches, of the standard channel, small enough for every way of applying', () => {
  const objects = objectsOf(crds());
  expect(objects.map(({ metadata }) => metadata.name)).toContain('httproutes.gateway.networking.k8s.io');
  for (const object of objects) {
    expect(validateObject(object)).toEqual([]);
    expect(JSON.stringify(object).length).toBeLessThan(100_000);
    const { annotations = {}, name } = object.metadata;
    // Without it the API server refuses a CRD of a protected group.
    if (name.endsWith('.k8s.io')) expect(annotations['api-approved.kubernetes.io']).toMatch(/^https:/);
    const channel = annotations['gateway.networking.k8s.io/channel'];
    if (channel) expect(channel).toBe('standard');
  }
});

test('brings the kinds that routes and pickers are of', () => {
  const kinds = objectsOf(crds()).map(({ spec }) => {
    const { group, names } = spec as { group: string; names: { kind: string } };
    return `${group}/${names.kind}`;
  });
  expect(kinds).toEqual(
    expect.arrayContaining([
      'gateway.networking.k8s.io/Gateway',
      'inference.networking.k8s.io/InferencePool',
      'llm-d.ai/InferenceModelRewrite',
      'llm-d.ai/InferenceObjective',
    ]),
  );
});
