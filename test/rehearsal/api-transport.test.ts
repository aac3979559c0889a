import { expect, test } from 'vitest';
import { warningsOf } from '../../lib/rehearsal/api-transport';

test('each warning of an answer is read by itself, without its quotes', () => {
  const rawHeaders = [
    'Content-Type',
    'application/json',
    'Warning',
    '299 - "would violate PodSecurity \\"restricted:v1.36\\": privileged, hostPort"',
    'warning',
    '299 - "v1 Endpoints is deprecated"',
  ];
  expect(warningsOf({ rawHeaders })).toEqual([
    'would violate PodSecurity "restricted:v1.36": privileged, hostPort',
    'v1 Endpoints is deprecated',
  ]);
});
