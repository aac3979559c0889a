import { nearest } from '../../core';
import { type Fields, METRICS, PLUGINS, type Shape } from './plugins';
import { roleFaults } from './roles';

/** What is wrong at a place of a picker's file. */
export interface Fault {
  readonly what: string;
  /** Absent for what the picker drops, or ends at. */
  readonly why?: string;
  readonly fix: string;
}

/** A plugin as the file names it. */
export interface PluginSpec {
  readonly name?: string;
  readonly type?: string;
  readonly parameters?: unknown;
}

interface Config {
  readonly plugins?: readonly PluginSpec[];
  readonly schedulingProfiles?: readonly {
    readonly name?: string;
    readonly plugins?: readonly { readonly pluginRef?: string; readonly weight?: number }[];
  }[];
  readonly [field: string]: unknown;
}

const API = 'llm-d.ai/v1alpha1';
const FIELDS = [
  'apiVersion',
  'kind',
  'featureGates',
  'plugins',
  'schedulingProfiles',
  'dataLayer',
  'flowControl',
  'requestHandler',
  'saturationDetector',
  'parser',
];

/** Everything in an EndpointPickerConfig that the picker would not understand, or understand as something else. */
export function configFaults(config: Config, experimental: boolean): Fault[] {
  const plugins = config.plugins ?? [];
  const names = plugins.map(({ name, type }) => name ?? type ?? '');
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...(config.apiVersion === API
      ? []
      : [{ what: `apiVersion is '${config.apiVersion}'`, fix: `write ${API}` }]),
    ...Object.keys(config).flatMap((field) => unknown(field, FIELDS, 'field')),
    ...twice.map((name) => ({
      what: `plugin '${name}' stands there twice`,
      fix: 'give each instance a name of its own',
    })),
    ...plugins.flatMap((plugin) => pluginFaults(plugin, experimental)),
    ...plugins.flatMap((plugin) =>
      roleFaults(
        plugin,
        names,
        (config.schedulingProfiles ?? []).map(({ name = '' }) => name),
      ),
    ),
    ...(config.schedulingProfiles ?? []).flatMap(({ name = '', plugins: refs = [] }) =>
      refs.flatMap(({ pluginRef = '' }) => unknown(pluginRef, names, `profile '${name}': plugin`)),
    ),
  ];
}

function pluginFaults({ type = '', parameters = {} }: PluginSpec, experimental: boolean): Fault[] {
  const plugin = Object.hasOwn(PLUGINS, type) ? PLUGINS[type] : undefined;
  if (!plugin) return unknown(type, Object.keys(PLUGINS), 'plugin type');
  if (plugin.replacedBy) {
    return [{ what: `plugin '${type}' is removed in v0.11`, fix: `use '${plugin.replacedBy}'` }];
  }
  const faults: Fault[] = [];
  if (plugin.experimental && !experimental) {
    faults.push({
      what: `plugin '${type}' is experimental, and the picker is not told that this is meant: it ends at once`,
      fix: 'start it with --allow-experimental-plugins, or use another plugin',
    });
  }
  if (plugin.parameters !== 'any') faults.push(...shapeFaults(parameters, plugin.parameters ?? {}, type));
  return type === 'core-metrics-extractor' ? [...faults, ...metricFaults(parameters)] : faults;
}

function metricFaults(parameters: unknown): Fault[] {
  const { engineConfigs = [] } = parameters as { engineConfigs?: readonly Record<string, string>[] };
  return engineConfigs.flatMap((engine) => {
    const slots = METRICS[engine.name];
    if (!slots) return [];
    return Object.entries(slots).flatMap(([slot, metrics]) => {
      const written = engine[slot];
      if (written === undefined || metrics.includes(written)) return [];
      const what = `${slot} of engine '${engine.name}' is '${written}', which it does not tell`;
      return [{ what, fix: `write ${metrics.join(' or ')}` }];
    });
  });
}

function shapeFaults(value: unknown, shape: Shape, at: string): Fault[] {
  if (shape === 'any') return [];
  const wrong = (wanted: string): Fault[] => [
    { what: `${at} is ${JSON.stringify(value)}, not ${wanted}`, fix: `give it ${wanted}` },
  ];
  if (shape === 'text') return typeof value === 'string' ? [] : wrong('a text');
  if (shape === 'number') return typeof value === 'number' ? [] : wrong('a number');
  if (shape === 'flag') return typeof value === 'boolean' ? [] : wrong('true or false');
  if (shape === 'texts') return Array.isArray(value) ? [] : wrong('a list');
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return wrong('a list');
    return value.flatMap((item, index) => shapeFaults(item, shape[0], `${at}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('a map');
  const fields = shape as Fields;
  return Object.entries(value).flatMap(([name, inner]) =>
    Object.hasOwn(fields, name)
      ? shapeFaults(inner, fields[name], `${at}.${name}`)
      : unknown(name, Object.keys(fields), `parameter of ${at}:`),
  );
}

function unknown(name: string, known: readonly string[], what: string): Fault[] {
  if (known.includes(name)) return [];
  const meant = nearest(name, known);
  return [
    {
      what: `${what} '${name}' is not known${meant ? `; did you mean '${meant}'?` : ''}`,
      fix: meant ? `write '${meant}'` : known.length ? `write one of ${known.join(', ')}` : 'leave it out',
    },
  ];
}
