import type { KubeObject, Rendered } from '../core';
import { type Parsed, parsePromql } from './promql/parse';

/** One query of an object. */
export interface Query {
  /** `Kind/namespace/name`. */
  readonly object: string;
  /** Which of the object's queries, such as `alert ModelRequestsQueue`. */
  readonly of: string;
  readonly text: string;
  readonly parsed: Parsed;
  /** What an autoscaler scales by it. */
  readonly scales?: string;
}

/** What Grafana puts in before Prometheus sees the query. */
const INTERVAL = /\$__(?:rate_interval|interval|range)\b|\$\{__(?:rate_interval|interval|range)\}/g;
const LABEL_VALUES = /^label_values\((.+),\s*\w+\s*\)$/s;

type Found = Omit<Query, 'object' | 'parsed'>;

const READERS: Readonly<Record<string, (object: KubeObject) => readonly Found[]>> = {
  PrometheusRule: rules,
  ScaledObject: triggers,
  ScaledJob: triggers,
  AnalysisTemplate: analyses,
  ConfigMap: panels,
};

const known = new WeakMap<Rendered, readonly Query[]>();

/** Every query in PromQL that is rendered: of rules, of autoscalers, of analyses, of dashboards. */
export function queriesOf(rendered: Rendered): readonly Query[] {
  const before = known.get(rendered);
  if (before) return before;
  const texts = new Map<string, Parsed>();
  const parsed = (text: string): Parsed => {
    const found = texts.get(text) ?? parsePromql(text);
    texts.set(text, found);
    return found;
  };
  const all = rendered.objects.flatMap(({ id, json }) =>
    (READERS[json.kind]?.(json) ?? []).map((found) => ({ ...found, object: id, parsed: parsed(found.text) })),
  );
  known.set(rendered, all);
  return all;
}

/** Names of what rules compute once for all who ask. */
export function recorded(rendered: Rendered): ReadonlySet<string> {
  return new Set(
    rendered.objects
      .filter(({ json }) => json.kind === 'PrometheusRule')
      .flatMap(({ json }) => rulesOf(json))
      .flatMap(({ record }) => (record ? [record] : [])),
  );
}

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string | number;
}

function rulesOf({ spec }: KubeObject): readonly Rule[] {
  const { groups = [] } = (spec ?? {}) as { groups?: readonly { readonly rules?: readonly Rule[] }[] };
  return groups.flatMap(({ rules: each = [] }) => each);
}

function rules(object: KubeObject): readonly Found[] {
  return rulesOf(object).map(({ alert, record, expr }) => ({
    of: alert === undefined ? `record ${record}` : `alert ${alert}`,
    text: `${expr}`,
  }));
}

interface Scaler {
  readonly scaleTargetRef?: { readonly name?: string };
  readonly triggers?: readonly { readonly type: string; readonly metadata?: { readonly query?: string } }[];
}

function triggers({ spec }: KubeObject): readonly Found[] {
  const { scaleTargetRef, triggers: all = [] } = (spec ?? {}) as Scaler;
  return all.flatMap(({ type, metadata }, index) =>
    type === 'prometheus' && metadata?.query !== undefined
      ? [{ of: `triggers[${index}]`, text: metadata.query, scales: scaleTargetRef?.name }]
      : [],
  );
}

interface Analysis {
  readonly metrics?: readonly {
    readonly name: string;
    readonly provider?: { readonly prometheus?: { readonly query?: string } };
  }[];
}

/** What Argo Rollouts asks of new pods; its arguments stand inside texts. */
function analyses({ spec }: KubeObject): readonly Found[] {
  return (
    ((spec ?? {}) as Analysis).metrics?.flatMap(({ name, provider }) => {
      const query = provider?.prometheus?.query;
      return query === undefined ? [] : [{ of: `metric '${name}'`, text: query }];
    }) ?? []
  );
}

interface Dashboard {
  readonly panels?: readonly {
    readonly title?: string;
    readonly panels?: Dashboard['panels'];
    readonly targets?: readonly { readonly expr?: string }[];
  }[];
  readonly templating?: {
    readonly list?: readonly {
      readonly name?: string;
      readonly query?: string | { readonly query?: string };
    }[];
  };
}

/** Dashboards by the label with which Grafana's sidecar finds them. */
function panels({ metadata, data }: KubeObject): readonly Found[] {
  if (metadata.labels?.grafana_dashboard === undefined) return [];
  return Object.entries((data ?? {}) as Readonly<Record<string, string>>).flatMap(([file, text]) => {
    const dashboard = readDashboard(text);
    return [
      ...shown(dashboard.panels, file),
      ...(dashboard.templating?.list ?? []).flatMap(({ name, query }) => {
        const asked = typeof query === 'string' ? query : query?.query;
        const series = LABEL_VALUES.exec(asked ?? '')?.[1];
        return series ? [{ of: `${file}, variable ${name}`, text: filled(series) }] : [];
      }),
    ];
  });
}

function shown(all: Dashboard['panels'] = [], file: string): Found[] {
  return all.flatMap(({ title, targets = [], panels: inner }) => [
    ...targets.flatMap(({ expr }) => (expr ? [{ of: `${file}, panel '${title}'`, text: filled(expr) }] : [])),
    ...shown(inner, file),
  ]);
}

const filled = (query: string): string => query.replace(INTERVAL, '5m');

/** A file that is no JSON is Grafana's to refuse. */
function readDashboard(text: string): Dashboard {
  try {
    return JSON.parse(text) as Dashboard;
  } catch {
    return {};
  }
}
