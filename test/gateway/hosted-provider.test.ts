import { expect, test } from 'vitest';
import { render } from '../../lib/core';
import { HostedProvider } from '../../lib/gateway';
import { gatewayLayer, message } from './fakes';

test('is an endpoint outside the cluster with a key that somebody supplies', () => {
  const layer = gatewayLayer();
  const claude = new HostedProvider(layer, 'claude', {
    provider: 'anthropic/claude-sonnet-4-5',
    secret: 'providers/anthropic',
  });
  expect(claude).toMatchObject({
    model: 'claude',
    provider: 'anthropic/claude-sonnet-4-5',
    longestSeconds: 120,
    apiKey: { secret: 'claude-api-key', key: 'apiKey', namespace: 'gateway', origin: 'supplied' },
  });
  expect(claude).not.toHaveProperty('baseUrl');
  const { facts } = render(layer.node.root);
  expect(facts.of('supplied')).toMatchObject([{ name: 'claude-api-key', keys: ['apiKey'] }]);
  expect(facts.of('join')).toMatchObject([{ scope: 'model alias', defines: 'claude' }]);
});

test('refuses a model without its provider', () => {
  const call = () =>
    new HostedProvider(gatewayLayer(), 'claude', { provider: 'claude-sonnet-4-5', secret: 'p/a' });
  expect(message(call)).toMatchInlineSnapshot(`
    "gateway/claude (HostedProvider): 'provider' is 'claude-sonnet-4-5', without a provider in front of the model
      why: LiteLLM drops a deployment whose provider it cannot tell, and boots without it
      fix: write both, such as 'anthropic/claude-sonnet-4-5'"
  `);
});
