import { describe, expect, test } from 'vitest';
import type { IPostgres } from '../../lib/contracts';
import { type Layer, objectsOf } from '../../lib/core';
import { CnpgPostgres, Postgres, RdsPostgres } from '../../lib/data';
import { layer } from '../core/tree';
import { facts, faults, pods, stores } from './tree';

const kinds: Record<string, (scope: Layer) => IPostgres> = {
  cnpg: (scope) => new CnpgPostgres(scope, 'postgres'),
  rds: (scope) => new RdsPostgres(scope, 'postgres'),
  existing: (scope) => Postgres.fromAttributes(scope, 'postgres'),
};

describe.each(Object.entries(kinds))('a database of %s', (_, make) => {
  const scope = stores();
  const store = make(scope);
  const apps = layer('apps');
  const secret = store.database(apps, { name: 'litellm', pods: [pods(apps)], extensions: ['vector'] });

  test('is a secret with the same keys, in the namespace of its consumer', () => {
    expect(secret.namespace).toBe('apps');
    expect(secret.name).toBe('litellm-postgres');
    expect([...secret.keys].sort()).toEqual(['dbname', 'host', 'password', 'port', 'uri', 'username']);
    const written = facts(apps)
      .of('provides')
      .flatMap(({ objects = [] }) => objects);
    expect(written.find(({ id }) => id === 'Secret/apps/litellm-postgres')?.keys).toEqual(secret.keys);
    expect(objectsOf(apps).filter(({ kind }) => kind === 'ExternalSecret')).toHaveLength(1);
  });

  test('opens the way to port 5432 for the pods that ask', () => {
    const out = facts(apps).of('edge');
    expect(out.map(({ ports }) => ports)).toEqual([[5432]]);
  });

  test('is asked for once', () => {
    expect(() => store.database(apps, { name: 'litellm', pods: [] })).toThrow(
      "database 'litellm' is asked for twice",
    );
  });

  test('has only extensions that the server has', () => {
    expect(() => store.database(apps, { name: 'rag', pods: [], extensions: ['pgvector'] })).toThrow(
      "'pgvector' is no extension that the server has; did you mean 'vector'?",
    );
  });

  test('has a name that no server has from the start', () => {
    expect(() => store.database(apps, { name: 'postgres', pods: [] })).toThrow(
      "'postgres' cannot be the name of a database",
    );
    expect(() => store.database(apps, { name: 'Lite LLM', pods: [] })).toThrow('it also names a role');
  });

  test('is made of objects that an API server takes', () => {
    expect([...faults(scope), ...faults(apps)]).toEqual([]);
  });
});
