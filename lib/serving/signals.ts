import type { Construct } from 'constructs';
import { PlatformError } from '../core';
import { ENGINES, type EngineName } from './engines';

/** What an autoscaler follows. */
export type Signal = 'queue' | 'kvCache' | 'gpu' | 'picker';

/** The GPUs of a model, as their metrics see them. */
export type Card = 'none' | 'whole' | 'slice' | 'shared';

/** The model that is scaled. */
export interface Scaled {
  readonly model: string;
  readonly namespace: string;
  readonly engine: EngineName;
  readonly card: Card;
}

/** How a signal is asked for: a sum over replicas, and how much of it is one replica's. */
export interface Asked {
  readonly query: string;
  readonly threshold: number;
}

/** Each with what an expert aims at, in the unit that the file uses. */
const SIGNALS = {
  queue: { target: 5, unit: 'requests', divisor: 1 },
  kvCache: { target: 80, unit: 'percent', divisor: 100 },
  gpu: { target: 60, unit: 'percent', divisor: 1 },
  picker: { target: 5, unit: 'requests', divisor: 1 },
} as const;

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
  queue: (_, { engine, ...model }) => `sum(${ENGINES[engine].waiting}${ofModel(model)})`,
  // An engine with several ranks tells of each.
  kvCache: (_, { engine, ...model }) => `sum(avg by (pod) (${ENGINES[engine].kvCache}${ofModel(model)}))`,
  gpu: (at, scaled) => {
    mustTellOfGpus(at, scaled);
    // The exporter names the pod and the container that hold a card; the container is called like the model.
    const of = `{namespace="${scaled.namespace}",container="${scaled.model}"}`;
    return `sum(avg by (pod) (DCGM_FI_DEV_GPU_UTIL${of}))`;
  },
  // A mean over the replicas that it sees: their sum is what all scalers share out.
  picker: (_, { model, namespace }) => {
    const of = `{namespace="${namespace}",name="${model}"}`;
    return `sum(llm_d_epp_average_queue_size${of} * llm_d_epp_ready_endpoints${of})`;
  },
};

const ofModel = ({ model, namespace }: Pick<Scaled, 'model' | 'namespace'>): string =>
  `{namespace="${namespace}",model_name="${model}"}`;

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
