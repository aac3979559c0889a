import { describe, expect, test } from 'vitest';
import { matches } from '../../lib/schemas/junctors';

describe('a part of oneOf, anyOf, allOf or not', () => {
  test('restricts values of its own type only', () => {
    expect(matches('abc', { minLength: 3, maxLength: 3, pattern: '^a' })).toBe(true);
    expect(matches('ab', { minLength: 3 })).toBe(false);
    expect(matches('abcd', { maxLength: 3 })).toBe(false);
    expect(matches('b', { pattern: '^a' })).toBe(false);
    expect(matches('x', { format: 'ipv4' })).toBe(false);
    expect(matches(5, { minLength: 3, minItems: 9 })).toBe(true);
    expect(matches(5, { minimum: 6 })).toBe(false);
    expect(matches(5, { maximum: 4 })).toBe(false);
    expect(matches([1], { minItems: 2 })).toBe(false);
    expect(matches([1, 'x'], { items: { type: 'integer' } })).toBe(false);
  });

  test('knows types', () => {
    expect(matches(5, { type: 'integer' })).toBe(true);
    expect(matches(5.5, { type: 'integer' })).toBe(false);
    expect(matches([], { type: 'object' })).toBe(false);
    expect(matches([], { type: 'array' })).toBe(true);
    expect(matches('5', { type: 'number' })).toBe(false);
  });

  test('reads the fields it names and leaves the others open', () => {
    const part = { required: ['a'], properties: { a: { enum: ['x'] }, b: { type: 'string' } } };
    expect(matches({ a: 'x', other: 1 }, part)).toBe(true);
    expect(matches({ a: 'y' }, part)).toBe(false);
    expect(matches({}, part)).toBe(false);
    expect(matches({ a: 'x', b: 1 }, part)).toBe(false);
  });

  test('nests', () => {
    const [a, b] = [{ required: ['a'] }, { required: ['b'] }];
    expect(matches({ a: 1, b: 1 }, { allOf: [a, b] })).toBe(true);
    expect(matches({ a: 1 }, { allOf: [a, b] })).toBe(false);
    expect(matches({ a: 1 }, { anyOf: [a, b] })).toBe(true);
    expect(matches({}, { anyOf: [a, b] })).toBe(false);
    expect(matches({ a: 1 }, { oneOf: [a, b] })).toBe(true);
    expect(matches({ a: 1, b: 1 }, { oneOf: [a, b] })).toBe(false);
    expect(matches({ a: 1 }, { not: a })).toBe(false);
  });
});
