import { describe, expect, test } from 'vitest';
import { ExternalSecretsOperator } from '../../lib/cluster';
import { objectsOf, render, type Tier } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { AWS, find, layer as layerOf } from '../core/tree';

const operator = (tier: Tier = 'prod', aws = true) => {
  const cluster = aws ? AWS : { ...AWS, aws: undefined };
  const layer = layerOf('external-secrets', { tier, cluster });
  const made = new ExternalSecretsOperator(layer, 'external-secrets');
  return { layer, made, facts: render(layer.node.root).facts };
};

describe('the release', () => {
  test('stands twice in prod, budgeted and spread, with one at work', () => {
    const [release] = operator().facts.of('release');
    const budget = { enabled: true, minAvailable: 1 };
    expect(release).toMatchObject({
      name: 'external-secrets',
      namespace: 'external-secrets',
      version: '2.9.0',
      values: {
        leaderElect: true,
        replicaCount: 2,
        podDisruptionBudget: budget,
        webhook: { replicaCount: 2, podDisruptionBudget: budget },
        certController: { replicaCount: 1 },
      },
    });
    expect(release.values).toHaveProperty(
      'topologySpreadConstraints.1.topologyKey',
      'kubernetes.io/hostname',
    );
  });

  test('stands once in dev, where a budget would block every drain', () => {
    const [{ values }] = operator('dev').facts.of('release');
    expect(values).toMatchObject({ replicaCount: 1, webhook: { replicaCount: 1 } });
    expect(values).not.toHaveProperty('podDisruptionBudget');
    expect(values).not.toHaveProperty('webhook.podDisruptionBudget');
  });

  test('asks for exactly what the facts say', () => {
    const { facts } = operator();
    const values = facts.of('release')[0].values as Record<string, unknown>;
    const [controller, webhook, certController] = facts
      .of('pods')
      .map(({ template }) => template.spec.containers[0].resources);
    expect(values.resources).toEqual(controller);
    expect(values.webhook).toHaveProperty('resources', webhook);
    expect(values.certController).toHaveProperty('resources', certController);
  });

  test('brings all 25 kinds', () => {
    const kinds = operator().facts.of('provides')[0].kinds ?? [];
    expect(kinds).toHaveLength(25);
    expect(kinds).toEqual(expect.arrayContaining(['generators.external-secrets.io/Password']));
  });
});

describe('its pods', () => {
  test('the webhook is called by the control plane', () => {
    expect(find(operator().layer, 'NetworkPolicy', 'external-secrets-webhook').spec).toHaveProperty(
      'ingress',
      [{ from: [{ ipBlock: { cidr: '10.0.240.0/28' } }], ports: [{ port: 10250, protocol: 'TCP' }] }],
    );
  });

  test('an API server takes their policies', () => {
    expect(objectsOf(operator().layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('all three tell their metrics', () => {
    expect(operator().made.metrics.map(({ port, portNumber }) => [port, portNumber])).toEqual([
      ['metrics', 8080],
      ['metrics', 8080],
      ['metrics', 8080],
    ]);
  });
});

describe('rights', () => {
  test('reach no further than the secrets of this environment', () => {
    const secrets = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:nexus/prod/*';
    expect(operator().facts.of('identity')).toMatchObject([
      {
        namespace: 'external-secrets',
        serviceAccount: 'external-secrets',
        via: 'pod-identity',
        statements: [
          {
            actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
            resources: [secrets],
          },
          {
            actions: ['kms:Decrypt'],
            conditions: {
              StringEquals: { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' },
              StringLike: { 'kms:EncryptionContext:SecretARN': secrets },
            },
          },
        ],
      },
    ]);
  });

  test('without AWS there are none, and no way out', () => {
    const { facts } = operator('local', false);
    expect(facts.of('identity')).toEqual([]);
    const outside = facts.of('edge').flatMap(({ to }) => ('outside' in to ? [to.outside] : []));
    expect([...new Set(outside)]).toEqual(['apiServer']);
  });
});
