import { expect, test } from 'vitest';
import { TENSORRTLLM_DASHBOARD } from '../../../lib/observability/dashboards/tensorrtllm';
import { TRTLLM_BATCH, TRTLLM_ROOMLESS } from '../../../lib/observability/rules/tensorrtllm';
import { KNOWN_SERIES, seriesOf } from '../series';

const { templating } = TENSORRTLLM_DASHBOARD;
const { panels } = JSON.parse(JSON.stringify(TENSORRTLLM_DASHBOARD)) as {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
};
const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

test('reads only what is told', () => {
  const recorded = [TRTLLM_BATCH, TRTLLM_ROOMLESS];
  const unknown = queries
    .flatMap(seriesOf)
    .filter((name) => !KNOWN_SERIES.has(name) && !recorded.includes(name));
  expect(unknown).toEqual([]);
});

test('every query follows the choice of a server, which is the container that is scraped', () => {
  expect(templating.list[0].query.query).toBe('label_values(nv_trt_llm_request_metrics, container)');
  for (const expr of queries) expect(expr).toContain('{container=~"$model"');
});
