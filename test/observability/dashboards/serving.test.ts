import { expect, test } from 'vitest';
import { SERVING_DASHBOARD } from '../../../lib/observability/dashboards/serving';
import { TTFT_P95, WAITING } from '../../../lib/observability/rules/serving';
import { KNOWN_SERIES, seriesOf } from '../series';

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const text = JSON.stringify(SERVING_DASHBOARD);
const { panels } = JSON.parse(text) as { panels: Panel[] };
const queries = panels.flatMap(({ targets }) => targets);

test('fits a ConfigMap', () => {
  expect(text.length).toBeLessThan(1024 * 1024);
});

test('reads only what is told', () => {
  const recorded = [TTFT_P95, WAITING];
  const unknown = queries
    .flatMap(({ expr }) => seriesOf(expr))
    .filter((name) => !KNOWN_SERIES.has(name) && !recorded.includes(name));
  expect(unknown).toEqual([]);
});

test('every query on models follows the choice of a model, whose values are those that exist', () => {
  const [variable] = SERVING_DASHBOARD.templating.list;
  expect(variable).toMatchObject({
    name: 'model',
    query: { query: 'label_values(vllm:num_requests_running, model_name)' },
  });
  for (const { expr } of queries.filter((q) => q.expr.includes('vllm'))) {
    expect(expr).toContain('{model_name=~"$model"');
  }
});

test('panels do not lie on each other and stay on the page', () => {
  const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
  expect(new Set(places).size).toBe(panels.length);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
});
