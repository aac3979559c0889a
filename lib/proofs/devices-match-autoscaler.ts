import type { Facts, KubeObject, PodsFact, PoolFact, ReleaseFact, RenderedObject } from '../core';
import type { Index } from './index-of';
import { closedTo } from './placement';
import type { Proof, Refusal } from './proof';
import { EFA, GPU } from './room';

interface NodePoolSpec {
  readonly template: {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    readonly spec: {
      readonly nodeClassRef?: { readonly group?: string; readonly name?: string };
      readonly requirements?: readonly { readonly key: string; readonly values?: readonly string[] }[];
    };
  };
}

interface OverlaySpec {
  readonly requirements?: readonly { readonly key: string; readonly values?: readonly string[] }[];
  readonly capacity?: Readonly<Record<string, unknown>>;
}

/** Node labels that choose how GPUs are divided, with the values of the operator's chart that must know them. */
const CHOOSERS = [
  { label: 'nvidia.com/device-plugin.config', values: 'devicePlugin' },
  { label: 'nvidia.com/mig.config', values: 'migManager' },
] as const;

/**
 * What pods ask of GPUs, what nodes will offer and what Karpenter believes of them are the same. Karpenter starts
 * nodes for what it believes, and a pod that it misjudges waits for ever or starts node after node.
 *
 * Fails: a pool of MIG slices without a NodeOverlay: Karpenter knows whole GPUs only.
 */
export const devicesMatchAutoscaler: Proof = {
  name: 'devices-match-autoscaler',
  about: 'Karpenter is told of divided GPUs, reservations and claims exactly as nodes will have them.',
  check({ rendered, index }) {
    const { facts } = rendered;
    const pools = facts.of('pool');
    const nodePools = index.of('NodePool');
    if (!pools.length && !nodePools.length) {
      return { findings: [], checked: 0, skipped: 'no pools: nodes are not ours to launch' };
    }
    const releases = facts.of('release');
    const karpenter = releases.find(({ chart }) => chart === 'karpenter');
    const operator = releases.find(({ chart }) => chart === 'gpu-operator');
    const findings = [
      ...pools.flatMap((pool) => [...untold(pool, index, karpenter), ...unplugged(pool, releases)]),
      ...nodePools.flatMap((nodePool) => [
        ...misread(nodePool, operator),
        ...unreserved(nodePool, index),
        ...onAutoMode(nodePool),
      ]),
      ...ungated(rendered.facts, karpenter),
      ...facts.of('pods').flatMap((pods) => unclaimed(pods, pools, karpenter)),
    ];
    return { findings, checked: pools.length + nodePools.length };
  },
};

/** Pools whose divided GPUs Karpenter would not see. */
function untold(pool: PoolFact, index: Index, karpenter: ReleaseFact | undefined): Refusal[] {
  const offered = new Set(pool.shapes.flatMap(({ devices }) => Object.keys(devices)));
  offered.delete(EFA);
  // Bottlerocket offers slices as if they were GPUs: more of them than Karpenter expects.
  if (pool.shapes.every(({ devices, gpus }) => (devices[GPU] ?? gpus) === gpus)) offered.delete(GPU);
  if (offered.size === 0) return [];
  const object = `NodePool/${pool.name}`;
  const told = index
    .of('NodeOverlay')
    .map(({ json }) => (json.spec ?? {}) as OverlaySpec)
    .filter(({ requirements = [] }) =>
      requirements.some(({ key, values }) => key === 'karpenter.sh/nodepool' && values?.includes(pool.name)),
    )
    .flatMap(({ capacity }) => Object.keys(capacity ?? {}));
  const missing = [...offered].filter((resource) => !told.includes(resource));
  if (missing.length) {
    return [
      {
        object,
        what: `offers ${missing.join(' and ')}, and no NodeOverlay tells Karpenter so`,
        why: 'Karpenter knows whole GPUs only: for pods that ask for a part it never starts a node',
        fix: `write a NodeOverlay for karpenter.sh/nodepool ${pool.name} with these in its capacity`,
      },
    ];
  }
  if (!karpenter || gates(karpenter).nodeOverlay === true) return [];
  return [
    {
      object,
      what: 'has a NodeOverlay, and Karpenter does not listen to those',
      why: 'the feature is alpha and off by default: pods that ask for a part of a GPU stay Pending',
      fix: "set settings.featureGates.nodeOverlay in Karpenter's values",
    },
  ];
}

/** Fixed numbers of nodes, and room kept free, of which Karpenter takes no notice. */
function ungated(facts: Facts, karpenter: ReleaseFact | undefined): Refusal[] {
  if (!karpenter) return [];
  const off = (gate: string) => gates(karpenter)[gate] !== true;
  const fixed = facts.of('pool').filter((pool) => pool.static !== undefined && pool.name !== 'system');
  const why = 'the feature is alpha and off by default: not one of these nodes ever starts';
  return [
    ...(off('staticCapacity') ? fixed : []).map((pool) => ({
      object: `NodePool/${pool.name}`,
      what: `always has ${pool.static} nodes, and Karpenter keeps no fixed numbers of nodes`,
      why,
      fix: "set settings.featureGates.staticCapacity in Karpenter's values",
    })),
    ...(off('capacityBuffer') ? facts.of('buffer') : []).map(({ owner, replicas }) => ({
      object: owner,
      what: `keeps room for ${replicas} free, and Karpenter does not listen to CapacityBuffers`,
      why,
      fix: "set settings.featureGates.capacityBuffer in Karpenter's values",
    })),
  ];
}

/** Pools whose EFA interfaces nobody would offer to pods. */
function unplugged(pool: PoolFact, releases: readonly ReleaseFact[]): Refusal[] {
  if (!pool.shapes.some(({ devices }) => devices[EFA] !== undefined)) return [];
  if (releases.some(({ chart }) => chart === 'aws-efa-k8s-device-plugin')) return [];
  return [
    {
      object: `NodePool/${pool.name}`,
      what: `has nodes with EFA interfaces, and no device plugin offers ${EFA} to pods`,
      why: 'Karpenter starts such a node for each pod that asks for one, and on none of them the pod finds any',
      fix: 'add an EfaDevicePlugin, or delete efa',
    },
  ];
}

const gates = ({ values }: ReleaseFact): Readonly<Record<string, unknown>> =>
  (values.settings as { readonly featureGates?: Readonly<Record<string, unknown>> } | undefined)
    ?.featureGates ?? {};

/** Nodes whose label names a configuration that the operator's chart does not make. */
function misread({ id, json }: RenderedObject, operator: ReleaseFact | undefined): Refusal[] {
  if (!operator) return [];
  const labels = specOf(json)?.template.metadata?.labels ?? {};
  return CHOOSERS.flatMap(({ label, values }) => {
    const wanted = labels[label];
    if (wanted === undefined) return [];
    const { config } = (operator.values[values] ?? {}) as { config?: { data?: Record<string, string> } };
    const texts = config?.data ?? {};
    // MIG layouts are keys inside the one file of their ConfigMap.
    const known = values === 'migManager' ? layoutsIn(texts['config.yaml'] ?? '') : Object.keys(texts);
    if (known.includes(wanted)) return [];
    return [
      {
        object: id,
        what: `gives its nodes the label ${label}=${wanted}, and the GPU Operator has no configuration of that name`,
        why: 'the operand on the node fails or keeps the GPUs as they are: the devices that pods ask for never appear',
        fix: known.length ? `name one of ${known.join(', ')}` : `give ${values}.config a key '${wanted}'`,
      },
    ];
  });
}

const layoutsIn = (text: string): string[] => [...text.matchAll(/^ {2}([\w.-]+):/gm)].map(([, name]) => name);

/** Reservations that nodes of the pool may not be bought from. */
function unreserved({ id, json }: RenderedObject, index: Index): Refusal[] {
  const { nodeClassRef, requirements = [] } = specOf(json)?.template.spec ?? {};
  const nodeClass = nodeClassRef?.name && index.object(`EC2NodeClass/${nodeClassRef.name}`)?.json.spec;
  const { capacityReservationSelectorTerms: terms = [] } = (nodeClass || {}) as {
    capacityReservationSelectorTerms?: readonly unknown[];
  };
  const kinds = requirements.find(({ key }) => key === 'karpenter.sh/capacity-type')?.values;
  if (!terms.length || !kinds || kinds.includes('reserved')) return [];
  return [
    {
      object: id,
      what: `selects a capacity reservation, and buys only ${kinds.join(' and ')}`,
      why: 'Karpenter uses reservations only where the capacity type allows it: this one is paid for and idle',
      fix: "add 'reserved' to karpenter.sh/capacity-type",
    },
  ];
}

/** EKS Auto Mode owns its nodes: GPUs are whole there. */
function onAutoMode({ id, json }: RenderedObject): Refusal[] {
  const { metadata, spec } = specOf(json)?.template ?? {};
  if (spec?.nodeClassRef?.group !== 'eks.amazonaws.com') return [];
  const label = CHOOSERS.map((chooser) => chooser.label).find((name) => metadata?.labels?.[name]);
  if (!label) return [];
  return [
    {
      object: id,
      what: `divides GPUs (${label}) on nodes of EKS Auto Mode`,
      why: "its nodes are read-only and their device plugin is AWS's own: MIG and time-slicing are not possible there",
      fix: 'use a pool of your own Karpenter, or take whole GPUs',
    },
  ];
}

/** Pods that claim a device where Karpenter looks away. */
function unclaimed(
  { owner, template }: PodsFact,
  pools: readonly PoolFact[],
  karpenter: ReleaseFact | undefined,
): Refusal[] {
  const { resourceClaims = [] } = template.spec as { resourceClaims?: readonly unknown[] };
  if (!resourceClaims.length || !karpenter) return [];
  // The managed nodes are there without Karpenter.
  const launched = pools.filter((pool) => pool.name !== 'system');
  if (!launched.some((pool) => closedTo(pool, template.spec) === undefined)) return [];
  return [
    {
      object: owner,
      what: 'asks for a device by claim, and Karpenter starts no node for pods with claims',
      why: 'Karpenter 1.14 passes them over, and nothing changes that: its chart drops `ignoreDRARequests: false`, and its provider knows no devices of EC2 types',
      fix: 'ask for nvidia.com/gpu, which the device plugin offers on every node of the pool',
    },
  ];
}

const specOf = (json: KubeObject) => json.spec as NodePoolSpec | undefined;
