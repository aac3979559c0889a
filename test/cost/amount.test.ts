import { expect, test } from 'vitest';
import { dollars } from '../../lib/core';
import { shown } from '../../lib/cost';

test('dollars are written as people read them', () => {
  expect([0, 0.4, 99.99, 99.999, 100, 1234.5, 1234567].map(dollars)).toEqual([
    '$0.00',
    '$0.40',
    '$99.99',
    '$100',
    '$100',
    '$1,235',
    '$1,234,567',
  ]);
});

test('an amount says how sure it is', () => {
  expect(shown({ low: 5, high: 5 })).toBe('$5.00');
  expect(shown({ low: 5, high: 50 })).toBe('$5.00 to $50.00');
  expect(shown({ low: 5, high: 5 }, ['a disk'])).toBe('at least $5.00');
  expect(shown(undefined)).toBe('unknown');
});
