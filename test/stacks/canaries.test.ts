import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { ModelSimulator } from '../../lib/serving';
import { sharesOf } from '../../stacks/canaries';

test('without a picker the gateway shares out the requests, and knows nobody who gets none', () => {
  const chart = new Chart(new App(), 'chart', { namespace: 'serving' });
  const stable = new ModelSimulator(chart, 'chat', { model: 'a/b' });
  const to = new ModelSimulator(chart, 'chat-canary', { model: 'a/c' });
  const at = (weight: number) =>
    sharesOf('chat', stable, { to, weight }).map((side) => [side.alias, side.to.model, side.weight]);
  expect(at(0)).toEqual([['chat', 'chat', undefined]]);
  expect(at(25)).toEqual([
    ['chat', 'chat', 75],
    ['chat', 'chat-canary', 25],
  ]);
  expect(at(100)).toEqual([['chat', 'chat-canary', undefined]]);
});
