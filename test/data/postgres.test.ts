import { expect, test } from 'vitest';
import { CnpgPostgres, Postgres } from '../../lib/data';
import { facts, pods, stores } from './tree';

test('the connection to a server that is not ours is a secret that somebody fills', () => {
  const scope = stores();
  const store = Postgres.fromAttributes(scope, 'legacy', { lies: 'internet', port: 6432 });
  store.database(scope, { name: 'litellm', pods: [pods(scope)], extensions: ['vector'] });
  expect(facts(scope).of('supplied')).toMatchObject([
    {
      name: 'litellm-postgres',
      path: 'nexus/prod/postgres/litellm',
      why: "connection of database 'litellm' on a server that is not ours, with the extensions vector",
    },
  ]);
  expect(facts(scope).of('edge')).toMatchObject([{ to: { outside: 'internet' }, ports: [6432] }]);
});

test('two consumers of one database are refused', () => {
  const scope = stores();
  const store = new CnpgPostgres(scope, 'postgres');
  store.database(scope, { name: 'litellm', pods: [] });
  expect(() => store.database(scope, { name: 'litellm', pods: [] })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/postgres (CnpgPostgres): database 'litellm' is asked for twice
      why: two applications in one database share its tables, and one migrates away what the other needs
      fix: give each consumer a database of its own name]
  `);
});
