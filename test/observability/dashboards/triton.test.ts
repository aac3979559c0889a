import { expect, test } from 'vitest';
import { TRITON_DASHBOARD } from '../../../lib/observability/dashboards/triton';
import { TRITON_PENDING, TRITON_SECONDS } from '../../../lib/observability/rules/triton';
import { KNOWN_SERIES, seriesOf } from '../series';

const { templating } = TRITON_DASHBOARD;
const { panels } = JSON.parse(JSON.stringify(TRITON_DASHBOARD)) as {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
};
const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

test('reads only what is told', () => {
  const recorded = [TRITON_PENDING, TRITON_SECONDS];
  const unknown = queries
    .flatMap(seriesOf)
    .filter((name) => !KNOWN_SERIES.has(name) && !recorded.includes(name));
  expect(unknown).toEqual([]);
});

test('every query follows the choice of a server, which is the container that is scraped', () => {
  expect(templating.list[0].query.query).toBe('label_values(nv_inference_pending_request_count, container)');
  for (const expr of queries) expect(expr).toContain('{container=~"$model"}');
});
