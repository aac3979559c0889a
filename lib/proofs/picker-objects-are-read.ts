import { nearest, type RenderedObject } from '../core';
import type { Index } from './index-of';
import { poolPods, servedNames } from './picker/served';
import type { Proof, Refusal } from './proof';

interface Target {
  readonly modelRewrite: string;
  readonly weight?: number;
}
interface Spec {
  readonly poolRef?: { readonly group?: string; readonly name?: string };
  readonly rules?: readonly {
    readonly matches?: readonly { readonly model?: { readonly value?: string } }[];
    readonly targets?: readonly Target[];
  }[];
}

const POOLS = 'inference.networking.k8s.io';
/** What these kinds were called before, and who reads the new ones. */
const OLD_GROUP = 'inference.networking.x-k8s.io';
const OLD_KINDS: Readonly<Record<string, string>> = {
  InferencePool: `${POOLS}/v1`,
  InferenceObjective: 'llm-d.ai/v1alpha2',
  InferenceModelRewrite: 'llm-d.ai/v1alpha2',
  InferenceModel: 'llm-d.ai/v1alpha2 (InferenceObjective and InferenceModelRewrite)',
};

/**
 * What is said to endpoint pickers about priorities and names is heard: by its group, its pool and the names of its servers.
 *
 * Fails: a rewrite from 'assistant' to 'Qwen/Qwen3-8B' where the servers of the pool answer to 'chat'.
 */
export const pickerObjectsAreRead: Proof = {
  name: 'picker-objects-are-read',
  about:
    'Objectives and rewrites are of the group that pickers read, of a pool that exists, and lead to names that it serves.',
  check({ index }) {
    const old = Object.entries(OLD_KINDS).flatMap(([kind, now]) =>
      index
        .of(kind)
        .filter(({ json }) => json.apiVersion.startsWith(`${OLD_GROUP}/`))
        .map(({ id: object, json }) => ({
          object,
          what: `is of ${json.apiVersion}`,
          why: 'pickers and gateways read the new group only: nobody looks at it',
          fix: `write it as ${now}`,
        })),
    );
    const ours = ['InferenceObjective', 'InferenceModelRewrite'].flatMap((kind) =>
      index.of(kind).filter(({ json }) => !json.apiVersion.startsWith(`${OLD_GROUP}/`)),
    );
    const rewrites = ours.filter(({ json }) => json.kind === 'InferenceModelRewrite');
    const findings = [
      ...old,
      ...ours.flatMap((object) => lost(object, index)),
      ...rewrites.flatMap((object) => [...unserved(object, index), ...unweighed(object)]),
      ...twice(rewrites),
    ];
    return { findings, checked: old.length + ours.length };
  },
};

const specOf = ({ json }: RenderedObject): Spec => (json.spec ?? {}) as Spec;

function lost(rendered: RenderedObject, index: Index): Refusal[] {
  const { name = '', group = POOLS } = specOf(rendered).poolRef ?? {};
  const { namespace = 'default' } = rendered.json.metadata;
  if (group === POOLS && index.has(`InferencePool/${namespace}/${name}`)) return [];
  const meant = nearest(name, index.namesOf('InferencePool', namespace));
  const is = group === POOLS ? `InferencePool '${name}' of namespace '${namespace}'` : `a pool of ${group}`;
  return [
    {
      object: rendered.id,
      what: `is for ${is}, which does not exist${meant ? `; did you mean '${meant}'?` : ''}`,
      why: 'a picker reads what names its own pool, in its own namespace: nobody looks at it',
      fix: meant ? `name '${meant}'` : 'name a pool of the same namespace',
    },
  ];
}

function unserved(rendered: RenderedObject, index: Index): Refusal[] {
  const { poolRef, rules = [] } = specOf(rendered);
  const pods = poolPods(rendered.json.metadata.namespace ?? 'default', poolRef?.name, index);
  const served = pods.flatMap(({ template }) => template.spec.containers.flatMap(servedNames));
  // Who does not say what it serves is believed.
  if (!served.length) return [];
  const named = new Set(rules.flatMap(({ targets = [] }) => targets.map(({ modelRewrite }) => modelRewrite)));
  return [...named]
    .filter((name) => !served.includes(name))
    .map((name) => {
      const meant = nearest(name, served);
      return {
        object: rendered.id,
        what: `leads to '${name}', which no server of pool '${poolRef?.name}' answers to`,
        why: 'the picker writes that name into the request, and the server answers 404',
        fix: meant ? `write '${meant}'` : `write one of ${[...new Set(served)].join(', ')}`,
      };
    });
}

function unweighed(rendered: RenderedObject): Refusal[] {
  return (specOf(rendered).rules ?? []).flatMap(({ targets = [] }) => {
    const bare = targets.filter(({ weight }) => weight === undefined);
    if (!bare.length || bare.length === targets.length) return [];
    return [
      {
        object: rendered.id,
        what: `gives a weight to some names and none to ${bare.map(({ modelRewrite }) => `'${modelRewrite}'`).join(', ')}`,
        why: 'who has no weight beside one that has gets no request',
        fix: 'give each a weight, or none',
      },
    ];
  });
}

function twice(rewrites: readonly RenderedObject[]): Refusal[] {
  const first = new Map<string, string>();
  return rewrites.flatMap((rendered) => {
    const { poolRef, rules = [] } = specOf(rendered);
    const names = rules.flatMap(({ matches }) => matches?.map(({ model }) => model?.value ?? '') ?? ['']);
    return names.flatMap((name): Refusal[] => {
      const key = `${rendered.json.metadata.namespace} ${poolRef?.name} ${name}`;
      const other = first.get(key);
      first.set(key, other ?? rendered.id);
      if (other === undefined) return [];
      return [
        {
          object: rendered.id,
          what: `rewrites '${name || 'every name'}' of pool '${poolRef?.name}', as ${other} does`,
          why: 'the older one wins: which that is depends on who was applied first',
          fix: 'keep one of the two, with all targets in it',
        },
      ];
    });
  });
}
