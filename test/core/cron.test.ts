import { expect, test } from 'vitest';
import { isCron, isTimeZone } from '../../lib/core';

test.each(['* * * * *', '0 8 * * 1-5', '*/5 0,12 1-15/2 jan-MAR mon-fri', '59 23 31 12 6', '00 08 * * SUN'])(
  'reads %s',
  (text) => {
    expect(isCron(text)).toBe(true);
  },
);

test.each([
  ...['0 8 * *', '0 8 * * * *', '60 8 * * *', '0 24 * * *', '0 8 0 * *', '0 8 * 13 *', '0 8 * * 7'],
  ...['0 8 * * 5-1', '0 8 * * fri-mon', '@daily', '0  8 * * *', '0 8 * * */0', ''],
])('refuses %s', (text) => {
  expect(isCron(text)).toBe(false);
});

test('knows time zones as their folder spells them', () => {
  const names = [
    'UTC',
    'Europe/Berlin',
    'America/Argentina/Buenos_Aires',
    'America/Port_of_Spain',
    'Etc/GMT+5',
  ];
  expect(names.filter((name) => !isTimeZone(name))).toEqual([]);
  expect(['europe/berlin', 'Europe/Berlinn', 'Berlin', ''].filter(isTimeZone)).toEqual([]);
});
