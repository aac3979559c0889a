import { describe, expect, test } from 'vitest';
import { crdOf, kindInfo, knownKinds, schemaOf, validateObject } from '../../lib/schemas';

describe('what is known of kinds', () => {
  test('the scope of a kind', () => {
    expect(kindInfo('apps/v1', 'Deployment')).toEqual({ scope: 'Namespaced' });
    expect(kindInfo('v1', 'Namespace')).toEqual({ scope: 'Cluster' });
    expect(kindInfo('karpenter.sh/v1', 'NodePool')).toEqual({ scope: 'Cluster' });
    expect(kindInfo('gateway.networking.k8s.io/v1', 'HTTPRoute')).toEqual({ scope: 'Namespaced' });
  });

  test('nothing is known of other kinds, nor of what every JavaScript object has', () => {
    expect(kindInfo('apps/v1', 'Deploy')).toBeUndefined();
    expect(kindInfo('__proto__', 'constructor')).toBeUndefined();
    expect(schemaOf('apps/v1beta1', 'Deployment')).toBeUndefined();
    expect(crdOf('example.com/v1', 'Thing')).toBeUndefined();
  });

  test('all served versions are known', () => {
    const routes = knownKinds().filter((kind) => kind.endsWith('/HTTPRoute'));
    expect(routes).toEqual([
      'gateway.networking.k8s.io/v1/HTTPRoute',
      'gateway.networking.k8s.io/v1beta1/HTTPRoute',
    ]);
  });
});

describe('a schema', () => {
  test('is read once', () => {
    expect(schemaOf('v1', 'Pod')).toBe(schemaOf('v1', 'Pod'));
  });

  test('is closed where it names its fields and open where it says so', () => {
    const pod = schemaOf('v1', 'Pod')?.field('spec');
    expect(pod?.closed).toBe(true);
    expect(pod?.fields).toContain('containers');
    expect(pod?.field('container')).toBeUndefined();
    expect(pod?.field('constructor')).toBeUndefined();
    const values = schemaOf('helm.toolkit.fluxcd.io/v2', 'HelmRelease')?.field('spec')?.field('values');
    expect(values?.closed).toBe(false);
  });

  test('of a custom resource has the fields that every object has', () => {
    const pool = schemaOf('karpenter.sh/v1', 'NodePool');
    expect(pool?.fields).toEqual(['apiVersion', 'kind', 'metadata', 'spec', 'status']);
    expect(pool?.field('metadata')?.field('labels')?.values?.type).toBe('string');
  });
});

describe('a CustomResourceDefinition', () => {
  test('is what an API server needs to serve the kind', () => {
    const crd = crdOf('gateway.networking.k8s.io/v1', 'HTTPRoute');
    expect(crd?.metadata.name).toBe('httproutes.gateway.networking.k8s.io');
    expect(crd?.metadata.annotations).toHaveProperty(['api-approved.kubernetes.io']);
    expect(crd?.spec.versions.filter((version) => version.storage)).toHaveLength(1);
    expect(validateObject(crd)).toEqual([]);
  });

  test('is left open: the API server refuses properties beside additionalProperties: false', () => {
    const text = JSON.stringify(crdOf('karpenter.sh/v1', 'NodePool'));
    expect(text).not.toContain('"additionalProperties":false');
    expect(text).not.toContain('"description":"');
    expect(text).toContain('"default":');
  });

  test('does not exist for a core kind', () => {
    expect(crdOf('v1', 'Pod')).toBeUndefined();
  });
});
