import { type PanelProps, PROMETHEUS_SOURCE, panel } from './panel';

/** Matcher of the models that are chosen. */
export const OF_MODEL = 'model_name=~"$model"';

export interface ModelDashboardProps {
  readonly uid: string;
  readonly title: string;
  /** Series that every model of the engine tells: the models to choose from. */
  readonly toldBy: string;
  /**
   * Label of it that names the model.
   * @default 'model_name'
   */
  readonly label?: string;
  readonly panels: readonly PanelProps[];
}

/** Graphs of the models that somebody chooses. */
export const modelDashboard = ({
  uid,
  title,
  toldBy,
  label = 'model_name',
  panels,
}: ModelDashboardProps) => ({
  uid,
  title,
  tags: ['nexus'],
  schemaVersion: 39,
  editable: false,
  refresh: '30s',
  time: { from: 'now-3h', to: 'now' },
  templating: {
    list: [
      {
        name: 'model',
        label: 'Model',
        type: 'query',
        datasource: PROMETHEUS_SOURCE,
        query: { query: `label_values(${toldBy}, ${label})`, refId: 'models' },
        refresh: 2,
        sort: 1,
        multi: true,
        includeAll: true,
        allValue: '.+',
        current: { text: 'All', value: '$__all' },
      },
    ],
  },
  panels: panels.map(panel),
});
