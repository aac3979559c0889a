import { describe, expect, test } from 'vitest';
import type { Schema } from '../../lib/schemas';
import { type Checked, check } from '../../lib/schemas/check';
import { withDefaults } from '../../lib/schemas/defaults';
import { SchemaNode, type SchemaSource } from '../../lib/schemas/node';

const none = () => {
  throw new Error('these schemas refer to nothing');
};
const source: SchemaSource = { core: false, definition: none, objectMeta: none };
const nodeOf = (schema: Schema) => new SchemaNode(schema, source);

function problems(value: unknown, schema: Schema): string[] {
  const out: Checked = { problems: [], mistyped: false };
  check(value, nodeOf(schema), 'at', out);
  return out.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('numbers', () => {
  test('have ranges, open or closed', () => {
    expect(problems(1, { type: 'number', minimum: 1, maximum: 1 })).toEqual([]);
    expect(problems(1, { type: 'number', minimum: 1, exclusiveMinimum: true })).toMatchInlineSnapshot(`
      [
        "at: must be more than 1, not 1",
      ]
    `);
    expect(problems(1, { type: 'number', maximum: 1, exclusiveMaximum: true })).toMatchInlineSnapshot(`
      [
        "at: must be less than 1, not 1",
      ]
    `);
    expect(problems(2, { type: 'integer', maximum: 1 })).toMatchInlineSnapshot(`
      [
        "at: must be at most 1, not 2",
      ]
    `);
    expect(problems(7, { type: 'integer', multipleOf: 2 })).toMatchInlineSnapshot(`
      [
        "at: must be a multiple of 2, not 7",
      ]
    `);
    expect(problems(1e30, { type: 'integer', format: 'int64' })).toMatchInlineSnapshot(`
      [
        "at: must be a 64-bit integer, not 1e+30",
      ]
    `);
  });
});

describe('text', () => {
  test('is counted in characters, not in UTF-16', () => {
    expect(problems('👍👍', { type: 'string', maxLength: 2 })).toEqual([]);
    expect(problems('', { type: 'string', minLength: 1 })).toMatchInlineSnapshot(`
      [
        "at: must not be empty",
      ]
    `);
    expect(problems('ab', { type: 'string', minLength: 3 })).toMatchInlineSnapshot(`
      [
        "at: must have 3 characters or more",
      ]
    `);
  });

  test.each([
    ['date-time', '2027-01-31T12:00:00.5+01:00', '2027-01-31 12:00'],
    ['date', '2027-01-31', '31.1.2027'],
    ['duration', '1h30m', 'an hour'],
    ['ipv6', '::1', '1.1.1.1'],
    ['uri', 'https://example.com/a', 'example'],
  ])('of format %s', (format, good, bad) => {
    expect(problems(good, { type: 'string', format })).toEqual([]);
    expect(problems(bad, { type: 'string', format })).toHaveLength(1);
  });

  test('of a format that nobody checks is text', () => {
    expect(problems('x', { type: 'string', format: 'password' })).toEqual([]);
  });

  test('meets the expressions of Go', () => {
    expect(problems('WARN', { type: 'string', pattern: '^(?i)(abort|warn)?$' })).toEqual([]);
  });
});

describe('lists', () => {
  test('have a length', () => {
    expect(problems([], { type: 'array', minItems: 1 })).toMatchInlineSnapshot(`
      [
        "at: must have 1 item or more, not 0",
      ]
    `);
    expect(problems([1, 2, 3], { type: 'array', maxItems: 2 })).toMatchInlineSnapshot(`
      [
        "at: must have 2 items or fewer, not 3",
      ]
    `);
  });

  test('that are sets hold each item once', () => {
    const set: Schema = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
    expect(problems(['a', 'b'], set)).toEqual([]);
    expect(problems(['a', 'b', 'a'], set)).toMatchInlineSnapshot(`
      [
        "at[2]: repeats 'a' of at[0]",
      ]
    `);
  });

  test('hold no null', () => {
    expect(problems([null], { type: 'array', items: { type: 'string' } })).toMatchInlineSnapshot(`
      [
        "at[0]: must be a string, not null",
      ]
    `);
    expect(problems([null], { type: 'array', items: { type: 'string', nullable: true } })).toEqual([]);
  });
});

describe('maps', () => {
  test('have values of one type, and a size', () => {
    const map: Schema = {
      type: 'object',
      additionalProperties: { type: 'integer' },
      minProperties: 1,
      maxProperties: 2,
    };
    expect(problems({ any: 1, 'example.com/x': 2 }, map)).toEqual([]);
    expect(problems({ any: 'x' }, map)).toMatchInlineSnapshot(`
      [
        "at.any: must be an integer, not 'x'",
      ]
    `);
    expect(problems({}, map)).toMatchInlineSnapshot(`
      [
        "at: must have 1 or more entries, not 0",
      ]
    `);
    expect(problems({ a: 1, b: 2, c: 3 }, map)).toMatchInlineSnapshot(`
      [
        "at: must have 2 or fewer entries, not 3",
      ]
    `);
  });

  test('that name no field take none', () => {
    expect(problems({ a: 1 }, { type: 'object' })).toMatchInlineSnapshot(`
      [
        "at.a: unknown field 'a'",
      ]
    `);
    expect(problems({ a: 1 }, { type: 'object', additionalProperties: true })).toEqual([]);
  });
});

describe('shapes', () => {
  test('say what was asked for', () => {
    const [a, b]: Schema[] = [{ required: ['a'] }, { required: ['b'] }];
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;
    expect(problems({ a: 1 }, { ...open, allOf: [a as Schema, b as Schema] })).toMatchInlineSnapshot(`
      [
        "at: must satisfy {"required":["b"]}",
      ]
    `);
    expect(problems({}, { ...open, anyOf: [a as Schema, b as Schema] })).toMatchInlineSnapshot(`
      [
        "at: must satisfy one or more of [{"required":["a"]},{"required":["b"]}]",
      ]
    `);
    expect(problems({ a: 1, b: 1 }, { ...open, oneOf: [a as Schema, b as Schema] })).toMatchInlineSnapshot(`
      [
        "at: must satisfy exactly one of [{"required":["a"]},{"required":["b"]}], but 2 hold",
      ]
    `);
    expect(problems({ a: 1 }, { ...open, not: a as Schema })).toMatchInlineSnapshot(`
      [
        "at: must not satisfy {"required":["a"]}",
      ]
    `);
  });
});

describe('fields that are preserved', () => {
  const item: Schema = {
    type: 'object',
    properties: { a: { type: 'object', properties: { b: { type: 'string' } } } },
  };

  test('on a list are those of its objects, but not of what they declare', () => {
    const list: Schema = { type: 'array', items: item, 'x-kubernetes-preserve-unknown-fields': true };
    expect(problems([{ other: 1 }], list)).toEqual([]);
    expect(problems([{ a: { other: 1 } }], list)).toMatchInlineSnapshot(`
      [
        "at[0].a.other: unknown field 'other'",
      ]
    `);
    expect(problems([{ other: 1 }], { type: 'array', items: item })).toHaveLength(1);
  });
});

describe('an object inside an object', () => {
  test('has what every object has', () => {
    const meta = nodeOf({ type: 'object', properties: { name: { type: 'string' } } });
    const schema: Schema = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    };
    const node = new SchemaNode(schema, { ...source, objectMeta: () => meta });
    const out: Checked = { problems: [], mistyped: false };
    check({ apiVersion: 'v1', kind: 'Any', metadata: { name: 'x' }, spec: {} }, node, 'at', out);
    expect(out.problems).toEqual([]);
    check({ apiVersion: 1, metadata: { nam: 'x' } }, node, 'at', out);
    expect(out.problems.map(({ path }) => path)).toEqual(['at.apiVersion', 'at.metadata.nam', 'at.kind']);
  });
});

describe('defaults', () => {
  const schema: Schema = {
    type: 'object',
    properties: {
      mode: { type: 'string', default: 'auto' },
      limits: { type: 'object', default: {}, properties: { most: { type: 'integer', default: 3 } } },
      ports: {
        type: 'array',
        items: { type: 'object', properties: { protocol: { type: 'string', default: 'TCP' } } },
      },
      byName: {
        type: 'object',
        additionalProperties: { type: 'object', properties: { on: { type: 'boolean', default: true } } },
      },
    },
  };

  test('fill what is absent or null, also inside defaults, lists and maps', () => {
    const given = { mode: null, ports: [{}, { protocol: 'UDP' }], byName: { a: {} } };
    const before = structuredClone(given);
    expect(withDefaults(given, nodeOf(schema))).toEqual({
      mode: 'auto',
      limits: { most: 3 },
      ports: [{ protocol: 'TCP' }, { protocol: 'UDP' }],
      byName: { a: { on: true } },
    });
    expect(given).toEqual(before);
  });

  test('copy nothing that is full already', () => {
    const full = {
      mode: 'off',
      limits: { most: 1 },
      ports: [{ protocol: 'UDP' }],
      byName: { a: { on: false } },
    };
    expect(withDefaults(full, nodeOf(schema))).toBe(full);
  });
});
