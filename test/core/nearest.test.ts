import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../lib/core';

test.each([
  ['replica', 'replicas'],
  ['contxet', 'context'],
  ['GPUS', 'gpus'],
  ['zebra', undefined],
])('%s means %s', (typed, meant) => {
  expect(nearest(typed, ['replicas', 'context', 'gpus'])).toBe(meant);
});

test('a suggestion fits behind a sentence, or is nothing', () => {
  expect(didYouMean('replica', ['replicas'])).toBe("; did you mean 'replicas'?");
  expect(didYouMean('zebra', ['replicas'])).toBe('');
});
