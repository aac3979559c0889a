import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listEnvironments, resolveEnvironmentFile } from '../../environments';
import { folder, LOCAL } from './files';

const some = () => folder({ 'prod.yaml': LOCAL, 'local.yml': LOCAL, 'base.yaml': LOCAL, 'load.ts': '' });

describe('listEnvironments', () => {
  test('names the files, without the one that others extend', () => {
    const root = some();
    expect(listEnvironments(root)).toEqual(['local', 'prod']);
    expect(listEnvironments('environments')).toEqual(['dev', 'local', 'prod', 'stg']);
  });

  test('finds none where there is no folder', () => {
    const root = some();
    expect(listEnvironments(join(root, 'nope'))).toEqual([]);
    expect(listEnvironments(join(root, 'load.ts'))).toEqual([]);
  });
});

describe('resolveEnvironmentFile', () => {
  test('a name is a file of the folder', () => {
    const root = some();
    expect(resolveEnvironmentFile('prod', root)).toBe(join(root, 'prod.yaml'));
    expect(resolveEnvironmentFile('local', root)).toBe(join(root, 'local.yml'));
  });

  test('a path is itself', () => {
    const root = some();
    expect(resolveEnvironmentFile('elsewhere/x.yaml', root)).toBe('elsewhere/x.yaml');
    expect(resolveEnvironmentFile('x.yml', root)).toBe('x.yml');
  });

  test('an unknown name gets the nearest', () => {
    const root = some();
    expect(() => resolveEnvironmentFile('prd', root)).toThrowErrorMatchingInlineSnapshot(
      `[UnknownEnvironmentError: no environment 'prd'; did you mean 'prod'?]`,
    );
    expect(() => resolveEnvironmentFile('staging', root)).toThrowErrorMatchingInlineSnapshot(
      `[UnknownEnvironmentError: no environment 'staging'; known: local, prod]`,
    );
    expect(() => resolveEnvironmentFile('prod', 'nope')).toThrowErrorMatchingInlineSnapshot(
      `[UnknownEnvironmentError: no environment 'prod'; nope holds none]`,
    );
  });
});
