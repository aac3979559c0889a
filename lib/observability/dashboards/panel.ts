/** The data source that the chart writes. */
export const PROMETHEUS_SOURCE = { type: 'prometheus', uid: 'prometheus' } as const;

export interface PanelProps {
  readonly title: string;
  /** Unit as Grafana names it: `s`, `percentunit`, `short`. */
  readonly unit: string;
  /** Queries, by the legend of each. */
  readonly queries: Readonly<Record<string, string>>;
}

const WIDTH = 8;
const HEIGHT = 8;
const COLUMNS = 24 / WIDTH;

/** One graph of a dashboard; three stand in a row. */
export function panel({ title, unit, queries }: PanelProps, index: number): Record<string, unknown> {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource: PROMETHEUS_SOURCE,
    gridPos: {
      x: (index % COLUMNS) * WIDTH,
      y: Math.floor(index / COLUMNS) * HEIGHT,
      w: WIDTH,
      h: HEIGHT,
    },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: Object.entries(queries).map(([legendFormat, expr], query) => ({
      refId: String.fromCharCode(65 + query),
      datasource: PROMETHEUS_SOURCE,
      expr,
      legendFormat,
    })),
  };
}
