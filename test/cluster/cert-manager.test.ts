import { expect, test } from 'vitest';
import { CertManager } from '../../lib/cluster';
import { render } from '../../lib/core';
import { find, layer } from '../core/tree';

function installed(tier: 'prod' | 'dev') {
  const l = layer('cert-manager', { tier });
  const certManager = new CertManager(l, 'cert-manager');
  const { facts } = render(l);
  return { l, certManager, facts, values: facts.of('release')[0].values };
}

test('every part has requests and as many pods as the policy says', () => {
  for (const [tier, replicas] of [
    ['prod', 2],
    ['dev', 1],
  ] as const) {
    const { facts, values } = installed(tier);
    expect(values).toMatchObject({ replicaCount: replicas, webhook: { replicaCount: replicas } });
    for (const pods of facts.of('pods')) {
      expect(pods.replicas).toBe(replicas);
      expect(pods.template.spec.containers[0].resources?.requests).toMatchObject({ cpu: '50m' });
    }
  }
});

test('its CRDs outlive the release, and the API server reaches its webhook', () => {
  const { l, facts, values } = installed('prod');
  expect(values.crds).toEqual({ enabled: true, keep: true });
  expect(facts.of('provides').flatMap(({ kinds }) => kinds ?? [])).toContain('cert-manager.io/Certificate');
  expect(find(l, 'NetworkPolicy', 'cert-manager-webhook')).toMatchObject({
    spec: { ingress: [{ from: [{ ipBlock: { cidr: '10.0.240.0/28' } }], ports: [{ port: 10250 }] }] },
  });
});

test('one of its endpoints tells of certificates', () => {
  const { certManager } = installed('dev');
  expect(certManager.metrics.map(({ exporter }) => exporter)).toEqual(['cert-manager', undefined, undefined]);
});
