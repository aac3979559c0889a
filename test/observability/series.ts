import { metricTables } from '../../lib/catalog';
import { DCGM_METRIC_NAMES } from '../../lib/compute/dcgm-metrics';
import { parsePromql } from '../../lib/proofs/promql/parse';

/** Series that somebody has listed: what a query of ours may read. */
export const KNOWN_SERIES: ReadonlySet<string> = new Set([
  ...DCGM_METRIC_NAMES,
  ...Object.values(metricTables()).flatMap(({ series }) => [...series]),
]);

/** Names of the series that a query reads. */
export function seriesOf(query: string): string[] {
  const parsed = parsePromql(query.replaceAll('$__rate_interval', '5m'));
  if ('fault' in parsed) throw new Error(`${query}: ${parsed.fault}`);
  return [...new Set(parsed.selectors.flatMap(({ name }) => name ?? []))];
}
