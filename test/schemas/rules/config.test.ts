import { describe, expect, test } from 'vitest';
import { problems } from './fixtures';

const object = (kind: string, fields: object) =>
  problems({ apiVersion: 'v1', kind, metadata: { name: 'x' }, ...fields });
const MIB = 1024 * 1024;

describe('ConfigMap', () => {
  test('holds one MiB, counted in bytes', () => {
    expect(object('ConfigMap', { data: { a: 'x'.repeat(MIB) } })).toEqual([]);
    expect(object('ConfigMap', { data: { a: 'x'.repeat(MIB), b: 'y' } })).toMatchInlineSnapshot(`
      [
        "data: has 1048577 bytes, and a ConfigMap holds 1048576",
      ]
    `);
    expect(object('ConfigMap', { data: { a: 'ü'.repeat(MIB / 2 + 1) } })).toHaveLength(1);
  });

  test('keys are file names, in one place', () => {
    expect(
      object('ConfigMap', { data: { 'a/b': 'x', '..': 'y', c: 'z' }, binaryData: { c: 'eg==' } }),
    ).toMatchInlineSnapshot(`
      [
        "data[a/b]: key 'a/b' must be letters, digits, '-', '_' and '.'",
        "data[..]: key '..' must not be '.' or start with '..'",
        "binaryData.c: repeats key 'c' of data",
      ]
    `);
  });

  test('keys of bytes are keys too', () => {
    expect(object('ConfigMap', { binaryData: { 'a b': 'eg==' } })).toHaveLength(1);
    expect(
      object('Secret', { data: { 'a b': 'eg==' }, stringData: { ['c'.repeat(254)]: 'x' } }),
    ).toHaveLength(2);
  });

  test('values are text', () => {
    expect(object('ConfigMap', { data: { PORT: 8080, DEBUG: true, nested: {} } })).toMatchInlineSnapshot(`
      [
        "data.PORT: must be a string, not a number: quote it",
        "data.DEBUG: must be a string, not a boolean: quote it",
        "data.nested: must be a string, not a map",
      ]
    `);
  });
});

describe('Secret', () => {
  test('holds one MiB, counted as decoded', () => {
    const full = Buffer.alloc(MIB).toString('base64');
    expect(object('Secret', { data: { a: full } })).toEqual([]);
    expect(object('Secret', { data: { a: full }, stringData: { b: 'y' } })).toMatchInlineSnapshot(`
      [
        "data: has 1048577 bytes, and a Secret holds 1048576",
      ]
    `);
    expect(object('Secret', { data: { a: full }, stringData: { a: 'y' } })).toEqual([]);
  });

  test('of a type has the keys of the type', () => {
    expect(
      object('Secret', { type: 'kubernetes.io/tls', stringData: { 'tls.crt': 'x' } }),
    ).toMatchInlineSnapshot(`
      [
        "data: needs the key 'tls.key': the type is 'kubernetes.io/tls'",
      ]
    `);
  });

  test('is never quoted in a message', () => {
    const wrong = object('Secret', { data: { a: 'plain text!', b: 4711 }, stringData: { c: 4711 } });
    expect(wrong.join()).not.toMatch(/plain text|4711/);
    expect(wrong).toMatchInlineSnapshot(`
      [
        "data.a: must be base64",
        "data.b: must be a string, not a number: quote it",
        "stringData.c: must be a string, not a number: quote it",
      ]
    `);
  });
});
