import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { PlatformError, setOrigin } from '../../lib/core';

const fault = { what: "'gpus' is 16", why: 'a node has 8', fix: 'lower gpus to 8' };

test('names the place, the fault, the reason, the repair and the entry that caused it', () => {
  const chart = setOrigin(new Chart(new App(), 'serving'), 'models.chat');
  expect(new PlatformError(chart, fault).message).toMatchInlineSnapshot(`
    "serving (Chart): 'gpus' is 16
      why: a node has 8
      fix: lower gpus to 8
      set in: models.chat"
  `);
});

test('can be led back to an entry afterwards, but never away from one', () => {
  const plain = new PlatformError('serving/chat', fault);
  expect(plain.from('models.chat').finding.origin).toBe('models.chat');
  expect(plain.from('models.chat').from('models').finding.origin).toBe('models.chat');
});
