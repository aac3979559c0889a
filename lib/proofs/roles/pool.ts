import { parse } from 'yaml';
import type { Fault, PodsFact } from '../../core';
import type { Index } from '../index-of';
import type { Selector } from '../selectors';
import { behind } from '../services';
import type { Sidecar } from './sidecar';

/** An InferencePool. */
export interface Pool {
  readonly id: string;
  readonly namespace: string;
  readonly selector: Selector;
  readonly ports: readonly number[];
  /** Service of its picker. */
  readonly picker?: string;
}

interface PoolSpec {
  readonly selector?: Selector;
  readonly targetPorts?: readonly { readonly number: number }[];
  readonly endpointPickerRef?: { readonly name?: string };
}

/** The pool that a sidecar names, or else the one that selects its pods. */
export function namedPool({ pool }: Sidecar, pods: PodsFact, index: Index): Pool | undefined {
  const all = index.of('InferencePool').map(({ id, json }): Pool => {
    const { selector = {}, targetPorts = [], endpointPickerRef } = json.spec as PoolSpec;
    const { namespace = 'default' } = json.metadata;
    const ports = targetPorts.map(({ number }) => number);
    const picker = endpointPickerRef?.name;
    return { id, namespace, selector, ports, ...(picker ? { picker } : {}) };
  });
  if (pool !== undefined) return all.find(({ id }) => id === `InferencePool/${pool}`);
  return all.find(({ namespace, selector }) => index.select(namespace, selector).includes(pods));
}

const HANDLERS = ['disagg-profile-handler', 'pd-profile-handler'];

/** Why the picker of a pool names no pod that reads prompts; undefined when it does, or when its file is not ours to see. */
export function pickerSends({ namespace, picker }: Pool, index: Index): Fault | undefined {
  const service = picker === undefined ? undefined : index.service(namespace, picker);
  const names = (service ? behind(service, index) : []).flatMap(({ template }) =>
    (template.spec.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []),
  );
  const files = names.flatMap((name) => {
    const data = index.object(`ConfigMap/${namespace}/${name}`)?.json.data as
      | Record<string, string>
      | undefined;
    return Object.values(data ?? {}).filter((text) => text.includes('EndpointPickerConfig'));
  });
  const types = files.flatMap((text) => {
    const { plugins = [] } = (parse(text) ?? {}) as { plugins?: readonly { readonly type?: string }[] };
    return plugins.map(({ type = '' }) => type);
  });
  if (!files.length || types.some((type) => HANDLERS.includes(type))) return undefined;
  return {
    what: 'has pods of two roles, and its picker knows of none',
    why: 'it takes any pod for a request: prefill pods would answer, and decode pods read every prompt',
    fix: 'let the picker filter by role: disagg-profile-handler with the profiles prefill and decode',
  };
}
