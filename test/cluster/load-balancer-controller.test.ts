import { expect, test } from 'vitest';
import { LoadBalancerController } from '../../lib/cluster';
import { render, type Tier } from '../../lib/core';
import { AWS, find, layer } from '../core/tree';

function installed(tier: Tier = 'prod') {
  const l = layer('load-balancer', { tier });
  const controller = new LoadBalancerController(l, 'controller');
  const { facts } = render(l);
  return { l, controller, facts, values: facts.of('release')[0].values };
}

test('looks only at Services that name its class, and finds its network by name', () => {
  const { values } = installed();
  expect(values).toMatchObject({
    clusterName: 'nexus-prod',
    region: 'us-east-1',
    vpcTags: { Name: 'nexus-prod' },
    enableServiceMutatorWebhook: false,
    createIngressClassResource: false,
    // A certificate made at each render would be another one for each engine.
    enableCertManager: true,
  });
});

test('stands twice in prod, budgeted, and once in dev; every container is sized', () => {
  for (const [tier, replicas] of [
    ['prod', 2],
    ['dev', 1],
  ] as const) {
    const { facts, values } = installed(tier);
    expect(values).toMatchObject({ replicaCount: replicas });
    expect('podDisruptionBudget' in values).toBe(replicas > 1);
    const [pods] = facts.of('pods');
    expect(pods.replicas).toBe(replicas);
    expect(pods.template.spec.containers[0].resources?.requests).toEqual(
      (values.resources as { requests: object }).requests,
    );
  }
});

test('changes only what carries the tag of its cluster, and makes no Application Load Balancer', () => {
  const [identity] = installed().facts.of('identity');
  const guarded = identity.statements.filter(({ conditions }) => conditions);
  expect(identity.serviceAccount).toBe('aws-load-balancer-controller');
  for (const action of ['DeleteLoadBalancer', 'SetSecurityGroups', 'DeleteTargetGroup']) {
    const [statement] = guarded.filter(({ actions }) => actions.includes(`elasticloadbalancing:${action}`));
    expect(statement.conditions).toEqual({ Null: { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'false' } });
  }
  const text = JSON.stringify(identity.statements);
  for (const foreign of ['wafv2', 'shield', 'cognito', 'loadbalancer/app'])
    expect(text).not.toContain(foreign);
  expect(text).toContain('"arn:aws:elasticloadbalancing:*:*:targetgroup/*/*"');
});

test('the API server reaches its webhook', () => {
  expect(find(installed().l, 'NetworkPolicy')).toMatchObject({
    spec: { ingress: [{ from: [{ ipBlock: { cidr: '10.0.240.0/28' } }], ports: [{ port: 9443 }] }] },
  });
});

test('is refused outside AWS', () => {
  const l = layer('load-balancer', { cluster: { ...AWS, aws: undefined } });
  expect(() => new LoadBalancerController(l, 'controller')).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/controller (LoadBalancerController): is placed in a cluster outside AWS
      why: there is nobody who would make a load balancer for it
      fix: leave it out, or give the environment an aws section]
  `);
});
