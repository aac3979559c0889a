import { styleText } from 'node:util';
import { dollars } from '../core';
import { type Bill, type CostLine, SCALES, shown } from '../cost';
import { table } from './table';
import { counted } from './tally';

const COLUMNS = ['idle', 'maximum', 'limits allow'];

/** A bill on one screen: its lines, what of it is each model's, and what counts against quotas. */
export function costScreen(name: string, bill: Bill, color: boolean): string {
  const paint = (style: 'bold' | 'dim', text: string) => (color ? styleText(style, text) : text);
  const { region, priced, lines, models, quotas, usage, unknown, budgetUsd } = bill;
  const costs = table(
    [
      ['USD a month', '', ...COLUMNS],
      ...lines.map(costRow),
      ['total', '', ...SCALES.map((scale) => shown(bill.total[scale], unknown))],
      ...(budgetUsd === undefined ? [] : [['budget', '', '', dollars(budgetUsd)]]),
    ],
    [2, 3, 4],
  );
  const ofModels = table(
    models.map(({ alias, pool, usd, usdPerMillionTokens }) => [
      alias,
      `on ${pool}`,
      `${shown(usd.idle)} idle`,
      `${shown(usd.maximum)} at most`,
      usdPerMillionTokens ? `${shown(usdPerMillionTokens)} a million tokens when busy` : '',
    ]),
  );
  const ofQuotas = table(
    quotas.map(({ key, code, name: quota, idle, maximum, ceiling, granted }) => [
      key,
      `${idle}`,
      `${maximum}`,
      `${ceiling}`,
      granted === undefined ? '' : `of ${granted}`,
      `${code} ${quota}`,
    ]),
    [1, 2, 3],
  );
  return [
    `${paint('bold', name)}  ${region}, months of 730 hours, prices of ${priced.from} to ${priced.to}`,
    ...costs.map((line) => `  ${line}`),
    ...(unknown.length ? [`  ${counted(unknown.length, 'price')} unknown: ${unknown.join(', ')}`] : []),
    ...part('of which models', ofModels),
    ...part('vCPUs by quota: idle, maximum, limits', ofQuotas),
    ...part(
      'by use, and in no total',
      usage.map(({ service, what }) => `${service}: ${what}`),
    ),
    '',
  ].join('\n');

  function part(title: string, rows: readonly string[]): string[] {
    return rows.length ? [`  ${paint('dim', title)}`, ...rows.map((row) => `    ${row}`)] : [];
  }
}

function costRow({ service, item, usd, unknown, arithmetic, note }: CostLine): string[] {
  const amounts = SCALES.map((scale) => shown(usd[scale], usd[scale] ? unknown : []));
  return [service, item, ...amounts, note ? `${arithmetic} (${note})` : arithmetic];
}

/** One line for the screen of a synthesis. */
export function costLine({ total, unknown }: Bill): string {
  const more = unknown.length ? `; ${counted(unknown.length, 'price')} unknown` : '';
  return `${shown(total.idle, unknown)} a month idle, ${shown(total.maximum, unknown)} at the highest scale${more}`;
}
