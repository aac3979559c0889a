import { expect, test } from 'vitest';
import { sized } from '../../lib/core';

test('memory is limited to its request, CPU is not', () => {
  expect(sized({ cpu: '100m', memory: '256Mi' })).toEqual({
    requests: { cpu: '100m', memory: '256Mi' },
    limits: { memory: '256Mi' },
  });
});
