import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { FoundationPlan } from '../../lib/aws';
import { realizeFoundation } from '../../lib/engines/cdk/foundation';
import { planOf } from '../aws/fixture';
import { fromTemplate } from './read-back/cdk';
import { fromPlan } from './read-back/plan';

function synthesize(plan: FoundationPlan) {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Foundation', { env: { account: plan.account, region: plan.region } });
  realizeFoundation(stack, plan);
  return Template.fromStack(stack).toJSON();
}

describe.each(['prod', 'dev'] as const)('the CDK foundation of %s', (environment) => {
  const plan = planOf(environment);
  const template = synthesize(plan);
  const read = fromTemplate(template);
  const expected = fromPlan(plan);

  test.each(Object.keys(expected))('%s are those of the plan', (section) => {
    expect(read[section]).toEqual(expected[section]);
  });

  test('holds nothing that the plan does not speak of', () => {
    expect(Object.keys(read).sort()).toEqual(Object.keys(expected).sort());
  });
});

test('no password stands in the template', () => {
  const text = JSON.stringify(synthesize(planOf('prod')));
  expect(text).toContain('{{resolve:secretsmanager:');
  expect(text).not.toMatch(/"(MasterUserPassword|AuthToken)":"/);
});

test('nothing is exported: a stack above reads names', () => {
  const template = synthesize(planOf('prod'));
  expect(template.Outputs).toBeUndefined();
});
