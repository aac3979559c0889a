import { describe, expect, test } from 'vitest';
import { ConnectionSecret, GeneratedSecret, objectsOf, render, SuppliedSecret } from '../../lib/core';
import { AWS, find, layer } from './tree';

describe('generated', () => {
  test('is made once and outlives its ExternalSecret', () => {
    const l = layer('data');
    new GeneratedSecret(l, 'Key', { name: 'key', generate: { password: {} } });
    expect(find(l, 'ExternalSecret')).toMatchObject({
      spec: { refreshPolicy: 'CreatedOnce', target: { creationPolicy: 'Orphan', deletionPolicy: 'Retain' } },
    });
  });

  test('one generator for each shape, with a value for each key', () => {
    const l = layer('data');
    new GeneratedSecret(l, 'Key', { name: 'key', generate: { a: {}, b: {}, aes: { hex: true } } });
    const specs = objectsOf(l)
      .filter((o) => o.kind === 'Password')
      .map((o) => o.spec);
    expect(specs).toMatchObject([
      { length: 32, secretKeys: ['a', 'b'], symbols: 0 },
      { length: 32, secretKeys: ['aes'], encoding: 'hex' },
    ]);
  });

  test('a prefix and plain values are put in by the template', () => {
    const l = layer('data');
    const secret = new GeneratedSecret(l, 'Key', {
      name: 'key',
      generate: { master: { prefix: 'sk-' } },
      literals: { username: 'app' },
    });
    expect(find(l, 'ExternalSecret')).toMatchObject({
      spec: {
        target: {
          template: { mergePolicy: 'Merge', data: { master: 'sk-{{ index . "master" }}', username: 'app' } },
        },
      },
    });
    expect(secret.keys).toEqual(['master', 'username']);
    expect(() => secret.key('pasword')).toThrow("Secret key has no key 'pasword'; it has master, username");
  });
});

describe('connection', () => {
  test('copies from another namespace with the right to read exactly that secret', () => {
    const l = layer('apps');
    const role = new GeneratedSecret(l, 'Role', {
      name: 'app-role',
      namespace: 'data',
      generate: { password: {} },
    });
    const connection = new ConnectionSecret(l, 'Connection', {
      name: 'app-postgres',
      sources: [{ from: role, keys: { password: 'password' } }],
      compose: { host: 'db.data.svc' },
    });
    expect(find(l, 'Role')).toMatchObject({
      metadata: { namespace: 'data' },
      rules: [{ resources: ['secrets'], resourceNames: ['app-role'], verbs: ['get'] }],
    });
    expect(find(l, 'SecretStore')).toMatchObject({
      metadata: { namespace: 'apps' },
      spec: { provider: { kubernetes: { remoteNamespace: 'data' } } },
    });
    expect(connection.keys).toEqual(['password', 'host']);
  });

  test('reads what AWS wrote under the path we chose', () => {
    const l = layer();
    const source = { from: { path: 'nexus/prod/postgres/main' }, keys: { host: 'host' } };
    expect(new ConnectionSecret(l, 'Connection', { name: 'main', sources: [source] }).origin).toBe('aws');
    expect(find(l, 'ExternalSecret')).toMatchObject({
      spec: {
        data: [
          {
            secretKey: 'host',
            remoteRef: { key: 'nexus/prod/postgres/main', property: 'host' },
            sourceRef: { storeRef: { kind: 'ClusterSecretStore', name: 'aws-secrets-manager' } },
          },
        ],
      },
    });
  });
});

describe('supplied', () => {
  const props = {
    name: 'anthropic',
    keys: ['api-key'],
    path: 'providers/anthropic',
    why: 'gateway provider',
  };

  test('on AWS: a path to fill, and the command', () => {
    const l = layer('gateway');
    new SuppliedSecret(l, 'Provider', props);
    const { facts } = render(l);
    expect(facts.of('supplied')[0].command).toMatchInlineSnapshot(
      `"aws secretsmanager put-secret-value --region us-east-1 --secret-id nexus/prod/providers/anthropic --secret-string '{"api-key":"…"}'"`,
    );
    expect(facts.of('aws')).toEqual([
      { kind: 'supplied-secret', secretPath: 'nexus/prod/providers/anthropic', why: 'gateway provider' },
    ]);
  });

  test('elsewhere: a Secret to make, and the command', () => {
    const { aws: _, ...cluster } = AWS;
    const l = layer('gateway', { cluster });
    new SuppliedSecret(l, 'Provider', props);
    expect(objectsOf(l)).toEqual([]);
    expect(render(l).facts.of('supplied')[0].command).toBe(
      'kubectl create secret generic anthropic -n gateway --from-literal=api-key=…',
    );
  });
});
