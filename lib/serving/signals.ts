import type { Construct } from 'constructs';
import { PlatformError } from '../core';
import { ENGINES, type EngineName } from './engines';

/** What an autoscaler follows. */
export type Signal = 'queue' | 'kvCache' | 'batch' | 'gpu' | 'picker';

/** The GPUs of a model, as their metrics see them. */
export type Card = 'none' | 'whole' | 'slice' | 'shared';

/** The model that is scaled. */
export interface Scaled {
  readonly model: string;
  readonly namespace: string;
  readonly engine: EngineName;
  readonly card: Card;
  /** What the metrics of its GPUs are labelled with. */
  readonly holder: string;
  /** Nodes of one replica. */
  readonly nodes: number;
  /** Pods of one replica that tell metrics. */
  readonly tellers: number;
  /** Container whose series count, where another tells of the same model. */
  readonly container?: string;
}

/** GPUs that pods ask for, as their metrics see them. */
export function cardOf(gpus = 0, slice?: string, sharedBy?: number): Card {
  if (!gpus) return 'none';
  if (slice !== undefined) return 'slice';
  return sharedBy === undefined ? 'whole' : 'shared';
}

/** How a signal is asked for: a sum over replicas, and how much of it is one replica's. */
export interface Asked {
  readonly query: string;
  readonly threshold: number;
}

/** Requests that may wait at each queue of a replica. */
const WAITING = 5;

/** Each with what an expert aims at, in the unit that the file uses. */
const SIGNALS = {
  queue: { target: WAITING, unit: 'requests', divisor: 1 },
  kvCache: { target: 80, unit: 'percent', divisor: 100 },
  batch: { target: 80, unit: 'percent', divisor: 100 },
  gpu: { target: 60, unit: 'percent', divisor: 1 },
  picker: { target: WAITING, unit: 'requests', divisor: 1 },
} as const;

/** How many may wait at a replica whose ranks have a queue each; nothing where one queue is usual. */
export const waitingAtRanks = (ranks: number): number | undefined =>
  ranks > 1 ? ranks * WAITING : undefined;

/** The query of a signal, in the words of the model's engine. */
export function ask(at: Construct, signal: Signal, scaled: Scaled, target?: number): Asked {
  const { target: usual, unit, divisor } = SIGNALS[signal];
  const aim = target ?? usual;
  if (aim <= 0 || (unit === 'percent' && aim >= 100)) {
    throw new PlatformError(at, {
      what: `'target' is ${aim} ${unit} of '${signal}'`,
      why:
        aim <= 0
          ? 'every replica is above it, idle ones too: the ceiling would always run'
          : 'no replica comes above it, however long its requests wait',
      fix: `write ${usual}, or leave target out`,
    });
  }
  return { query: QUERIES[signal](at, scaled), threshold: aim / divisor };
}

const QUERIES: Readonly<Record<Signal, (at: Construct, scaled: Scaled) => string>> = {
  // Each rank of an engine has a queue of its own.
  queue: (at, scaled) => `sum(${told(at, 'queue', scaled)})`,
  kvCache: (at, scaled) => ofReplicas(told(at, 'kvCache', scaled), scaled.tellers),
  batch: (at, scaled) => ofReplicas(told(at, 'batch', scaled), scaled.tellers),
  gpu: (at, scaled) => {
    mustTellOfGpus(at, scaled);
    // The exporter names the pod and the container that hold a card.
    const of = `{namespace="${scaled.namespace}",${scaled.holder}}`;
    return ofReplicas(`DCGM_FI_DEV_GPU_UTIL${of}`, scaled.nodes);
  },
  // A mean over the replicas that it sees: their sum is what all scalers share out.
  picker: (at, { model, namespace, container }) => {
    if (container !== undefined) throw ofBoth(at, model);
    const of = `{namespace="${namespace}",name="${model}"}`;
    // Each picker tells of all of them.
    return `max(llm_d_epp_average_queue_size${of} * llm_d_epp_ready_endpoints${of})`;
  },
};

/** What an engine is followed by where nobody says. */
export const usualSignal = (engine: EngineName): keyof typeof FOLLOW =>
  ENGINES[engine].waiting ? 'queue' : 'batch';

/** What engines call it. */
const SERIES = { queue: 'waiting', kvCache: 'kvCache', batch: 'batch' } as const;

/** Why an engine does not tell something. */
const SILENT: Readonly<Record<keyof typeof SERIES, string>> = {
  queue: 'counts what waits for a place in its batch nowhere: what it calls waiting has one already',
  kvCache: 'keeps no cache of what was read and written, so that nothing tells of it',
  batch: 'does not tell how full its batch is',
};

const FOLLOW = {
  queue: "follow 'queue', which counts the requests that wait",
  batch: "follow 'batch', the part of it that requests take",
} as const;

/** The series of one server, in the words of its engine. */
function told(at: Construct, signal: keyof typeof SERIES, { engine, container, ...server }: Scaled): string {
  const only = container === undefined ? '' : `,container="${container}"`;
  const query = ENGINES[engine][SERIES[signal]]?.(`${ENGINES[engine].of(server)}${only}`);
  if (query !== undefined) return query;
  throw new PlatformError(at, {
    what: `scales '${server.model}' by '${signal}'`,
    why: `${engine} ${SILENT[signal]}`,
    fix: FOLLOW[usualSignal(engine)],
  });
}

/** Of what each rank or card of a pod tells the average, and of the equal pods of a replica too: summed over replicas. */
const ofReplicas = (series: string, pods: number): string =>
  `sum(avg by (pod) (${series}))${pods > 1 ? ` / ${pods}` : ''}`;

const ofBoth = (at: Construct, model: string) =>
  new PlatformError(at, {
    what: `scales a role of '${model}' by 'picker'`,
    why: 'the picker sees one queue of both roles: each would add pods for the work of the other',
    fix: "follow 'queue' or 'kvCache', which the pods of a role tell of themselves",
  });

const BLIND: Readonly<Partial<Record<Card, string>>> = {
  none: 'it holds no GPU, so that nothing tells of one',
  slice: 'the driver tells the utilization of a whole GPU only, and its replicas run on slices of one',
  shared: 'its replicas share a GPU with others in turns, and the utilization is that of all of them',
};

function mustTellOfGpus(at: Construct, { model, card }: Scaled): void {
  const why = BLIND[card];
  if (!why) return;
  throw new PlatformError(at, {
    what: `scales '${model}' by 'gpu'`,
    why,
    fix: "follow 'queue', which counts the requests that wait",
  });
}
