import { describe, expect, test } from 'vitest';
import { publicIsDeclared } from '../../lib/proofs/public-is-declared';
import { custom, metadata, refusals, service } from './scene';

describe('public-is-declared', () => {
  const balancer = (annotations: object = {}) => ({
    ...service({ type: 'LoadBalancer' }),
    metadata: metadata('web', { annotations }),
  });
  const declared = (object: string, yes = true) => ({ public: [{ object, what: 'is open', declared: yes }] });

  test('a load balancer that nothing asks for', () => {
    expect(refusals(publicIsDeclared, { objects: [balancer()] })).toMatchInlineSnapshot(`
      "Service/apps/web: is a Service of type LoadBalancer, which nothing in the environment file declares
        why: what the internet can reach must be a decision that the file shows
        fix: declare the host in the environment file, make it internal, or use a ClusterIP"
    `);
    expect(refusals(publicIsDeclared, { objects: [balancer()], facts: declared('Service/apps/web') })).toBe(
      '',
    );
    const scheme = { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' };
    expect(refusals(publicIsDeclared, { objects: [balancer(scheme)] })).toBe('');
  });

  test.each([
    ['NodePort', service({ type: 'NodePort' })],
    ['externalIPs', service({ externalIPs: ['192.0.2.1'] })],
    ['Ingress', custom('networking.k8s.io/v1', 'Ingress', 'web', {})],
    ['Gateway', custom('gateway.networking.k8s.io/v1', 'Gateway', 'web', {})],
  ])('%s', (_, object) => {
    expect(refusals(publicIsDeclared, { objects: [object] })).toContain(
      'which nothing in the environment file declares',
    );
    expect(
      refusals(publicIsDeclared, { objects: [object], facts: declared(`${object.kind}/apps/web`) }),
    ).toBe('');
  });

  test('a Gateway is what its Service is', () => {
    const gateway = custom('gateway.networking.k8s.io/v1', 'Gateway', 'door', {
      infrastructure: {
        parametersRef: { group: 'agentgateway.dev', kind: 'AgentgatewayParameters', name: 'door' },
      },
    });
    const service = (spec: object, annotations: object = {}) =>
      refusals(publicIsDeclared, {
        objects: [
          gateway,
          custom('agentgateway.dev/v1alpha1', 'AgentgatewayParameters', 'door', {
            service: { metadata: { annotations }, spec },
          }),
        ],
      });
    const scheme = 'service.beta.kubernetes.io/aws-load-balancer-scheme';
    expect(service({ type: 'ClusterIP' })).toBe('');
    expect(service({ type: 'LoadBalancer' }, { [scheme]: 'internal' })).toBe('');
    expect(service({ type: 'LoadBalancer' }, { [scheme]: 'internet-facing' })).toContain('is a Gateway');
    expect(service({})).toContain('is a Gateway');
  });

  test('a fact that says it was not asked for', () => {
    expect(refusals(publicIsDeclared, { facts: declared('cluster/endpoint', false) })).toContain(
      'cluster/endpoint: is open',
    );
    expect(refusals(publicIsDeclared, { objects: [service()] })).toBe('');
  });
});
