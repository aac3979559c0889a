import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ApiObject, App as Tree } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { foundationBound, platformBound, type TemplateSize } from '../../lib/aws';
import { HelmRelease, Layer, type Rendered, render } from '../../lib/core';
import { realizeFoundation } from '../../lib/engines/cdk/foundation';
import { realizePlatform } from '../../lib/engines/cdk/platform';
import { crowdedPlan, longPlan, planOf } from '../aws/fixture';

/** The template as the CDK CLI has it written: with the paths of constructs. */
function measure(name: string, realize: (stack: Stack) => void): TemplateSize {
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { 'aws:cdk:enable-path-metadata': true },
  });
  const env = { account: '111122223333', region: 'us-east-1' };
  const stack = new Stack(app, name, {
    env,
    tags: { 'nexus.dev/environment': 'prod', 'nexus.dev/cluster': 'nexus-prod' },
  });
  realize(stack);
  const template = Template.fromStack(stack).toJSON();
  return {
    resources: Object.keys(template.Resources).length,
    bytes: Buffer.byteLength(JSON.stringify(template, null, 1)),
  };
}

const above = (bound: TemplateSize, real: TemplateSize) => {
  expect(bound.resources).toBe(real.resources);
  expect(bound.bytes).toBeGreaterThanOrEqual(real.bytes);
  expect(bound.bytes).toBeLessThanOrEqual(real.bytes * 1.2);
};

describe('the bound of the foundation is above the real template, and near it', () => {
  test.each([
    ['production', planOf('prod')],
    ['development', planOf('dev')],
    ['long names', longPlan()],
    ['many identities and buckets', crowdedPlan()],
  ])('%s', (_, plan) => {
    above(
      foundationBound(plan),
      measure(`${plan.name}-foundation`, (stack) => realizeFoundation(stack, plan)),
    );
  });
});

function platform(units: number, text: string): Rendered {
  const tree = new Tree();
  for (const [name, phase] of [
    ['namespaces', 'cluster'],
    ['controllers', 'operators'],
    ['serving', 'serving'],
    ['a-layer-with-a-rather-long-name', 'apps'],
  ] as const) {
    const layer = new Layer(tree, name, { phase, namespace: 'demo' });
    for (let index = 0; index < units; index += 1) {
      new ApiObject(layer, `unit-${index}`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `${name}-${index}`, namespace: 'demo' },
        data: { text },
      });
    }
    new HelmRelease(layer, 'Release', {
      name: `${name}-release`,
      chart: 'controller',
      repository: 'oci://registry.example.com/charts',
      version: '1.2.3',
      values: { replicas: 2, config: text },
      footprint: {},
    });
  }
  return render(tree);
}

describe('the bound of the platform is above the real template, and near it', () => {
  test.each([
    ['a few small units', platform(2, 'a line\n')],
    ['many units', platform(60, 'a line\n')],
    ['texts full of quotes', platform(5, '{"query":"up{job=\\"chat\\"}"}\n'.repeat(200))],
  ])('%s', (_, { layers }) => {
    const plan = planOf('prod');
    const real = measure(`${plan.name}-platform`, (stack) =>
      realizePlatform(stack, layers, {
        clusterName: plan.name,
        zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
        parameters: plan.parameters,
        adminPolicyArn: plan.adminPolicyArn,
      }),
    );
    above(platformBound(plan.name, layers), real);
  });
});
