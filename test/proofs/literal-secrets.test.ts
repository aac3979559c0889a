import { describe, expect, test } from 'vitest';
import { isCredentialName, isRandom, isReference, literalsIn, shapeOf } from '../../lib/proofs/credentials';
import { noLiteralSecret } from '../../lib/proofs/no-literal-secret';
import { configMap, custom, deployment, metadata, podSpec, refusals, release } from './scene';

/** Put together here, so that no text of this file looks like a credential. */
const fake = {
  apiKey: ['sk', 'x1'.repeat(12)].join('-'),
  aws: `AKIA${'A1'.repeat(8)}`,
  codeHost: ['ghp', 'a1'.repeat(18)].join('_'),
  hub: ['hf', 'aB'.repeat(17)].join('_'),
  jwt: ['eyJ', 'hbGciOiJ', '.eyJ', 'zdWIiOiIx', '.', 'c2lnbmF0dXJl'].join(''),
  pem: ['-----BEGIN', 'RSA', 'PRIVATE', 'KEY-----'].join(' '),
  url: ['redis://default', 'hunter2@cache:6379'].join(':'),
};

/** How a shell writes a variable. */
const shell = (name: string) => ['$', '{', name, '}'].join('');

const env = (name: string, value: string) => deployment(podSpec({}, { env: [{ name, value }] }));
const args = (...list: string[]) => deployment(podSpec({}, { args: list }));
const says = (...objects: object[]) => refusals(noLiteralSecret, { objects });

describe('no-literal-secret refuses', () => {
  test('a password in a variable, without repeating it', () => {
    expect(says(env('DB_PASSWORD', 'hunter2'))).toMatchInlineSnapshot(`
      "Deployment/apps/web: env DB_PASSWORD of container 'web' holds a literal of 7 characters
        why: whoever reads the repository or the object has it, and it cannot be rotated without a deploy
        fix: keep it in a secret (generated, supplied or from AWS) and refer to its key"
    `);
    expect(says(env('DB_PASSWORD', '$(DB_PASSWORD_FROM_SECRET)'))).toBe('');
  });

  test.each(Object.entries(fake))('a known shape under any name: %s', (_, text) => {
    const message = says(env('ANYTHING', text));
    expect(message).toContain("env ANYTHING of container 'web' holds a");
    expect(message).not.toContain(text);
  });

  test.each([
    ['--api-key=hunter2'],
    ['--api-key', 'hunter2'],
    ['-c', 'export PASSWORD=hunter2\nrun'],
    [`--cache=${fake.url}`],
  ])('an argument: %s %s', (...list) => {
    expect(says(args(...list))).toContain('argument');
  });

  test('a file', () => {
    const text = 'general_settings:\n  master_key: hunter2-hunter2\n  database: { "password": "hunter2" }\n';
    expect(says(configMap({ 'config.yaml': text }))).toMatchInlineSnapshot(`
      "ConfigMap/apps/files: 'config.yaml', 'master_key', holds a literal of 15 characters
        why: whoever reads the repository or the object has it, and it cannot be rotated without a deploy
        fix: keep it in a secret (generated, supplied or from AWS) and refer to its key
      ConfigMap/apps/files: 'config.yaml', 'password', holds a literal of 7 characters
        why: whoever reads the repository or the object has it, and it cannot be rotated without a deploy
        fix: keep it in a secret (generated, supplied or from AWS) and refer to its key"
    `);
    expect(says(configMap({ token: 'hunter2' }))).toContain("'token' holds a literal of 7 characters");
  });

  test('an annotation', () => {
    expect(
      says({ ...configMap({}), metadata: metadata('x', { annotations: { note: fake.url } }) }),
    ).toContain("annotation 'note'");
  });

  test('chart values', () => {
    const values = {
      grafana: { adminPassword: 'hunter2' },
      env: [{ name: 'API_KEY', value: 'hunter2' }],
      s3: { secretKey: 'hunter2' },
    };
    expect(refusals(noLiteralSecret, { facts: release(values) })).toMatchInlineSnapshot(`
      "release/apps/web: values.grafana.adminPassword holds a literal of 7 characters
        why: whoever reads the repository or the object has it, and it cannot be rotated without a deploy
        fix: keep it in a secret (generated, supplied or from AWS) and refer to its key
      release/apps/web: values.s3.secretKey holds a literal of 7 characters
        why: whoever reads the repository or the object has it, and it cannot be rotated without a deploy
        fix: keep it in a secret (generated, supplied or from AWS) and refer to its key
      release/apps/web: values.env[0].value (API_KEY) holds a literal of 7 characters
        why: whoever reads the repository or the object has it, and it cannot be rotated without a deploy
        fix: keep it in a secret (generated, supplied or from AWS) and refer to its key"
    `);
  });

  test('custom resources', () => {
    expect(
      says(custom('clickhouse.altinity.com/v1', 'Thing', 'ch', { users: { password: 'hunter2' } })),
    ).toContain('spec.users.password');
  });

  test('a Secret with values', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata('web'),
      stringData: { password: 'x' },
    };
    expect(says(secret)).toMatchInlineSnapshot(`
      "Secret/apps/web: the object holds the values of password
        why: whoever reads the repository or the object has it, and it cannot be rotated without a deploy
        fix: keep it in a secret (generated, supplied or from AWS) and refer to its key"
    `);
    expect(says({ ...secret, stringData: {} })).toBe('');
  });

  test('a random text', () => {
    const random = ['qX7vB2nM9kL4', 'jH6gF3dS8aP1', 'oI5uY0tR2eWz'].join('');
    expect(says(env('SETTING', random))).toContain('holds a random text of 36 characters');
  });
});

describe('no-literal-secret passes', () => {
  test.each([
    ['MAX_TOKENS', '4096'],
    ['TOKENIZERS_PARALLELISM', 'off'],
    ['DB_PASSWORD', '$(FROM_SECRET)'],
    ['DATABASE_URL', 'postgresql://$(USER):$(PASSWORD)@db:5432/app'],
    ['REDIS_URL', 'redis://cache:6379'],
    ['SECRET_NAME', 'web'],
    ['PASSWORD_FILE', '/etc/secrets/password'],
    ['API_KEY', ''],
    ['TOKEN', 'os.environ/TOKEN'],
    ['API_KEY_HEADER', 'x-api-key'],
    ['MODEL', 'nvidia/Llama-3_3-Nemotron-Super-49B-v1_5-FP8'],
    ['AWS_ROLE', 'arn:aws:iam::111122223333:role/nexus-prod-us-east-1-serving-chat'],
    ['IMAGE', `example/app@sha256:${'0123456789abcdef'.repeat(4)}`],
  ])('%s=%s', (name, value) => {
    expect(says(env(name, value))).toBe('');
  });

  test('names of secrets and of their keys', () => {
    const values = {
      existingSecret: 'web',
      secretName: 'web-tls',
      auth: {
        existingSecretPasswordKey: 'password',
        userKey: 'username',
        passwordSecret: { name: 'web', key: 'password' },
      },
      serviceAccount: { automountServiceAccountToken: false },
      tokenTtl: '1h',
    };
    expect(refusals(noLiteralSecret, { facts: release(values) })).toBe('');
  });

  test('what External Secrets and operators are told', () => {
    expect(
      says(
        custom('external-secrets.io/v1', 'ExternalSecret', 'web', {
          target: {
            template: {
              data: {
                uri: 'postgresql://app:{{ .password }}@db.data.svc:5432/app',
                'api-key': 'sk-{{ .key }}',
              },
            },
          },
          data: [{ secretKey: 'password', remoteRef: { key: 'nexus/prod/db', property: 'password' } }],
        }),
        custom('generators.external-secrets.io/v1alpha1', 'Password', 'web', {
          secretKeys: ['password'],
          length: 32,
        }),
        custom('postgresql.cnpg.io/v1', 'Cluster', 'db', {
          bootstrap: { initdb: { secret: { name: 'db-owner' } } },
        }),
        custom('milvus.io/v1beta1', 'Milvus', 'vectors', {
          dependencies: { storage: { secretRef: 'vectors-s3' } },
        }),
      ),
    ).toBe('');
  });

  test('configuration that refers', () => {
    const text = [
      'model_list:',
      '  - litellm_params: { api_key: os.environ/KEY, max_tokens: 4096 }',
      `password: ${shell('REDIS_PASSWORD')}`,
      'token_file: /var/run/token',
      'bearer_token: /var/run/secrets/token',
      'expr: sum(rate(vllm:generation_tokens_total{token="out"}[5m])) by (token)',
      "api_key = os.environ['KEY']",
      'token = request.headers.get(name)',
      "ALTER ROLE app PASSWORD :'password';",
    ].join('\n');
    expect(says(configMap({ 'config.yaml': text }))).toBe('');
  });
});

describe('what the judgement is made of', () => {
  test.each([
    'password',
    'DB_PASSWORD',
    'apiKey',
    'api-key',
    'OPENAI_API_KEY',
    'secretKey',
    'NEXTAUTH_SECRET',
    'clientSecret',
    'SALT',
    'accessToken',
    'encryptionKey',
    'requirepass_pwd',
  ])('%s names a credential', (name) => {
    expect(isCredentialName(name)).toBe(true);
  });
  test.each([
    'secretName',
    'passwordSecretRef',
    'tokenizer',
    'max_tokens',
    'key',
    'partitionKey',
    'publicKey',
    'tokenTtl',
    'secretKeys',
    'userKey',
  ])('%s does not', (name) => {
    expect(isCredentialName(name)).toBe(false);
  });
  test('references', () => {
    for (const text of [
      '',
      '$(X)',
      shell('X'),
      '$X',
      '{{ .x }}',
      'os.environ/X',
      '/etc/x',
      'true',
      'getenv("X")',
    ]) {
      expect(isReference(text)).toBe(true);
    }
    expect(isReference('hunter2')).toBe(false);
  });
  test('URLs with and without a password', () => {
    expect(shapeOf(fake.url)).toBe('a URL with a password');
    for (const url of [
      'redis://cache:6379',
      'https://user@example.com/x',
      'postgresql://$(U):$(P)@db',
      'see http://a:80 and b@c',
    ]) {
      expect(shapeOf(url)).toBeUndefined();
    }
  });
  test('random and not', () => {
    expect(isRandom('0123456789abcdef'.repeat(4))).toBe(false);
    expect(isRandom('topologySpreadConstraintsOfTheWholePlatform2')).toBe(false);
  });
  test('lines of a file', () => {
    expect(literalsIn('a: 1\n"apiKey": "abc",\nPASSWORD=xyz\ntokens: 5\nsecret_key: 12')).toEqual([
      { name: 'apiKey', length: 3 },
      { name: 'PASSWORD', length: 3 },
    ]);
  });
});
