import { parse } from 'yaml';
import { type Layer, type PodTemplate, render } from '../../../lib/core';
import {
  DisaggregatedService,
  type DisaggregatedServiceProps,
  type DisaggregatedSglangProps,
  type DisaggregatedVllmProps,
  InferenceGateway,
  type PickerOptions,
} from '../../../lib/serving';
import { only, TestPool } from '../pool';
import { ground } from '../routing/doors';

export const h100 = (
  layer: Layer,
  props: Partial<ConstructorParameters<typeof TestPool>[2]> = {},
  id = 'h100',
) => new TestPool(layer, id, { gpu: 'H100', gpusPerNode: 8, limit: 64, ...props });
export const efa = { resource: 'vpc.amazonaws.com/efa', perNode: 32 };

export type Asked =
  | Partial<DisaggregatedVllmProps>
  | (Partial<DisaggregatedSglangProps> & { engine: 'sglang' });

/** Qwen3-32B on 2 GPUs that read and 4 that answer, routed by a gateway. */
export function served(
  given: Asked | ((at: { layer: Layer }) => Asked) = {},
  options: PickerOptions = {},
  behind: 'agentgateway' | 'istio' = 'agentgateway',
) {
  const { controller, layer } = ground('serving', { behind });
  const asked = typeof given === 'function' ? given({ layer }) : given;
  const gpus = asked.engine === 'sglang' ? 4 : 2;
  const shared = asked.prefill && asked.decode ? undefined : h100(layer);
  const chat = new DisaggregatedService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    context: 32768,
    ...(shared ? { prefill: { pool: shared, gpus }, decode: { pool: shared, gpus: 4 } } : {}),
    ...asked,
  } as DisaggregatedServiceProps);
  const gateway = new InferenceGateway(layer, 'models', { controller });
  return { layer, chat, gateway, picked: gateway.route(chat, options) };
}

export interface Deployment {
  readonly replicas: number;
  readonly template: PodTemplate;
}
export const deployment = (layer: Layer, name: string) =>
  only(layer, 'Deployment', name).spec as unknown as Deployment;
export const podOf = (layer: Layer, name: string) => {
  const { spec, metadata } = deployment(layer, name).template;
  const [engine] = spec.containers;
  return { spec, labels: metadata.labels, engine, sidecar: spec.initContainers?.at(-1) };
};
export const transferOf = (layer: Layer, name: string): unknown => {
  const found = podOf(layer, name).engine.args?.find((arg) => arg.startsWith('--kv-transfer-config='));
  return found && JSON.parse(found.slice(found.indexOf('=') + 1));
};
export const envOf = (layer: Layer, name: string) =>
  Object.fromEntries(
    (podOf(layer, name).engine.env ?? []).map(({ name: key, value, valueFrom }) => [key, value ?? valueFrom]),
  );
export interface PickerFile {
  readonly plugins: readonly { readonly type: string; readonly parameters?: object }[];
  readonly schedulingProfiles: readonly {
    readonly name: string;
    readonly plugins: readonly { readonly pluginRef: string }[];
  }[];
}
export const pickerFile = (layer: Layer): PickerFile => {
  const { data } = only(layer, 'ConfigMap', 'chat-picker-etc-picker') as unknown as {
    data: Record<string, string>;
  };
  return parse(data['config.yaml']);
};
/** Ports that one group of pods may reach on another, ranges as `from-to`. */
export const edges = (layer: Layer, from: string, to: string) =>
  render(layer.node.root)
    .facts.of('edge')
    .filter(
      (edge) =>
        'labels' in edge.from &&
        'labels' in edge.to &&
        edge.from.labels['app.kubernetes.io/name'] === from &&
        edge.to.labels['app.kubernetes.io/name'] === to,
    )
    .map(({ ports: [port], through }) => (through ? `${port}-${through}` : `${port}`));
