import { describe, expect, test } from 'vitest';
import { foundationProvider, realizeFoundation } from '../../lib/engines/pulumi/foundation';
import { planOf } from '../aws/fixture';
import { fromPlan } from './read-back/plan';
import { fromRegistrations } from './read-back/pulumi';
import { record } from './read-back/pulumi-recorder';

const run = (environment: 'prod' | 'dev') => {
  const plan = planOf(environment);
  return record(() => {
    realizeFoundation(plan, { provider: foundationProvider(plan) });
  });
};

describe.each(['prod', 'dev'] as const)('the Pulumi foundation of %s', async (environment) => {
  const registered = await run(environment);
  const read = fromRegistrations(registered);
  const expected = fromPlan(planOf(environment));

  test.each(Object.keys(expected))('%s are those of the plan', (section) => {
    expect(read[section]).toEqual(expected[section]);
  });

  test('every AWS resource goes through the provider that knows the region', () => {
    const aws = registered.filter(({ type }) => type.startsWith('aws:'));
    expect(aws.filter(({ provider }) => !provider.includes('pulumi:providers:aws'))).toEqual([]);
  });

  test('what is generated is marked secret wherever it goes', () => {
    const leaks = registered.flatMap(({ name, inputs, secrets }) =>
      Object.entries(inputs)
        .filter(([key, value]) => !secrets.includes(key) && JSON.stringify(value)?.includes('password of'))
        .map(([key]) => `${name}.${key}`),
    );
    expect(leaks).toEqual([]);
  });
});

test('a second run registers the same', async () => {
  expect(await run('dev')).toEqual(await run('dev'));
});
