import { describe, expect, test } from 'vitest';
import { parsePromql } from '../../../lib/proofs/promql/parse';
import { BROKEN, GOOD } from './queries';

const fault = (query: string): string => {
  const parsed = parsePromql(query);
  return 'fault' in parsed ? `${parsed.at}: ${parsed.fault}` : '';
};

test.each(GOOD)('reads %s', (query) => {
  expect(fault(query)).toBe('');
});

test.each(BROKEN)('refuses %s', (query) => {
  expect(fault(query)).not.toBe('');
});

test('lists the series that a query reads, with what selects them', () => {
  const parsed = parsePromql('sum(rate(a_total{x="1"}[5m])) / on (y) b{z=~"1|2"} > 2 * time()');
  expect(parsed).toEqual({
    type: 'vector',
    selectors: [
      { name: 'a_total', matchers: [{ label: 'x', op: '=', value: '1' }] },
      { name: 'b', matchers: [{ label: 'z', op: '=~', value: '1|2' }] },
    ],
  });
});

describe('says', () => {
  test.each([
    ['sum(rate(x[5m])', "15: 'sum' wants ')', and the query ends"],
    ['rte(x[5m])', "0: 'rte' is no function of Prometheus; did you mean 'rate'?"],
    [
      'rate(x)',
      "5: 'rate' takes values over a time, such as [5m] after the series, and is given one value of each series",
    ],
    ['1 > 2', "2: '>' between two numbers needs bool"],
    ['x{a="b}', '4: a text does not end'],
    [
      'rate(x[5minutes])',
      "7: '5minutes' is neither a number nor a duration of ms, s, m, h, d, w, y, from large to small",
    ],
  ])('%s: what and where', (query, words) => {
    expect(fault(query)).toBe(words);
  });
});
