import { expect, test } from 'vitest';
import { images, objectsOf } from '../../lib/core';
import { RdsPostgres } from '../../lib/data';
import { find } from '../core/tree';
import { facts, faults, pods, stores } from './tree';

test('what it needs of AWS follows the policy', () => {
  const prod = stores();
  new RdsPostgres(prod, 'main');
  expect(facts(prod).of('aws')).toEqual([
    {
      kind: 'postgres',
      name: 'main',
      engineVersion: '18.3',
      instanceClass: 'db.t4g.medium',
      storageGiB: 50,
      multiAz: true,
      backupDays: 30,
      keep: true,
      secretPath: 'nexus/prod/postgres/main',
    },
  ]);
  const dev = stores('dev');
  new RdsPostgres(dev, 'main', { instanceClass: 'db.r8g.large', storageGiB: 100 });
  expect(facts(dev).of('aws')).toMatchObject([
    { instanceClass: 'db.r8g.large', storageGiB: 100, multiAz: false, backupDays: 7, keep: false },
  ]);
});

test('a database is one Job with the master secret, and a secret with host and role', () => {
  const scope = stores();
  new RdsPostgres(scope, 'main').database(scope, {
    name: 'rag',
    pods: [pods(scope)],
    extensions: ['vector'],
  });
  const job = find(scope, 'Job');
  expect(job.metadata.name).toMatch(/^main-rag-[0-9a-f]{8}$/);
  expect(job).toMatchObject({ spec: { template: { spec: { containers: [{ image: images.postgres }] } } } });
  expect(find(scope, 'ConfigMap').data).toMatchInlineSnapshot(`
    {
      "create.sql": "\\set ON_ERROR_STOP on
    \\getenv password ROLE_PASSWORD
    SELECT 'CREATE ROLE "rag"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rag') \\gexec
    SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', 'rag', :'password') \\gexec
    -- Only a member of the owner may make a database for it.
    GRANT "rag" TO CURRENT_USER;
    SELECT 'CREATE DATABASE "rag" OWNER "rag"'
      WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'rag') \\gexec
    REVOKE CONNECT ON DATABASE "rag" FROM PUBLIC;
    \\connect "rag"
    CREATE EXTENSION IF NOT EXISTS "vector";
    ",
    }
  `);
  expect(find(scope, 'ExternalSecret', 'rag-postgres')).toMatchObject({
    spec: {
      target: {
        template: {
          data: {
            dbname: 'rag',
            uri: 'postgresql://{{ .username }}:{{ .password }}@{{ .host }}:{{ .port }}/rag?sslmode=require',
          },
        },
      },
    },
  });
  const out = facts(scope)
    .of('edge')
    .filter(({ to }) => 'outside' in to && to.outside === 'database')
    .map(({ from }) => ('labels' in from ? from.labels['app.kubernetes.io/name'] : ''));
  expect(out.sort()).toEqual([job.metadata.name, 'web'].sort());
  expect(faults(scope)).toEqual([]);
});

test('other work is another Job, the same work the same', () => {
  const name = (extensions: string[]) => {
    const scope = stores();
    new RdsPostgres(scope, 'main').database(scope, { name: 'rag', pods: [], extensions });
    return find(scope, 'Job').metadata.name;
  };
  expect(name(['vector'])).toBe(name(['vector']));
  expect(name(['vector'])).not.toBe(name([]));
});

test('the password is nowhere but in secrets', () => {
  const scope = stores();
  new RdsPostgres(scope, 'main').database(scope, { name: 'rag', pods: [] });
  const job = objectsOf(scope).find(({ kind }) => kind === 'Job');
  expect(JSON.stringify(job)).toContain('"name":"ROLE_PASSWORD","valueFrom":{"secretKeyRef"');
});

test('outside AWS it is refused', () => {
  expect(() => new RdsPostgres(stores('local'), 'main')).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/main (RdsPostgres): asks for RDS in an environment without AWS
      why: nothing would make the server, nor the secret with its host
      fix: use CnpgPostgres (data.postgres.kind: cnpg), or give the environment an aws section]
  `);
});

test('a disk that RDS refuses is refused', () => {
  expect(() => new RdsPostgres(stores(), 'main', { storageGiB: 10 })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/main (RdsPostgres): 'storageGiB' is 10
      why: RDS refuses gp3 disks below 20 GiB
      fix: set storageGiB to 20 or more]
  `);
});
