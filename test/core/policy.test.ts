import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { POLICIES, policyOf, setPolicy } from '../../lib/core';

test('who forgets to set a policy gets the careful one', () => {
  expect(policyOf(new Chart(new App(), 'chart'))).toBe(POLICIES.prod);
});

test('a policy holds for everything below', () => {
  const app = new App();
  setPolicy(app, POLICIES.dev);
  expect(policyOf(new Chart(app, 'chart'))).toBe(POLICIES.dev);
});
