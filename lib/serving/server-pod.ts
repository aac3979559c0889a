import type {
  EnvVars,
  MeasuredGpu,
  ModelFact,
  ModelStart,
  SecretRef,
  WeightsOrigin,
  WorkloadProps,
} from '../core';
import type { EngineName } from './engines';
import type { KvEvents } from './kv-events';
import type { ModelServerProps } from './model-server';

/** Several nodes that work as one. */
export interface ServerGroup {
  readonly nodes: number;
  /** What those behind the first are started with. */
  readonly workerArgs: readonly string[];
  /**
   * Whether each of them tells metrics of its own.
   * @default - the first tells of all
   */
  readonly allTell?: boolean;
}

/** What one engine says of its pods. */
export interface ServerPod
  extends Pick<
    WorkloadProps,
    | 'apiAccess'
    | 'image'
    | 'args'
    | 'command'
    | 'diskGiB'
    | 'identity'
    | 'init'
    | 'mounts'
    | 'podLabels'
    | 'pullSecrets'
    | 'resources'
    | 'placement'
    | 'rollout'
    | 'sharedFiles'
    | 'sharedMemory'
    | 'sidecars'
    | 'startupSeconds'
    | 'user'
    | 'waitsSeconds'
    | 'writable'
  > {
  readonly env?: EnvVars;
  /** Several nodes that work as one. */
  readonly group?: ServerGroup;
  /** What an LLMInferenceService says besides; absent where the pods are ours to make. */
  readonly kserve?: { readonly uri: string; readonly tensor: number };
  /** Parts of one replica with a queue and a cache of their own; absent for one. */
  readonly ranks?: number;
  /** Ports of those parts, where each answers at one of its own; absent where one answers for all. */
  readonly rankPorts?: readonly number[];
  /** Ports besides those that callers and metrics know. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Engine, as facts name it. */
  readonly engine: string;
  /** Whose metrics its pods tell; the simulator speaks as vLLM. Absent for an engine without metrics. */
  readonly tells?: EngineName;
  /** Where callers reach it; absent for 8000. */
  readonly port?: number;
  /** Where the engine itself listens, behind a sidecar; absent where callers reach it without one. */
  readonly enginePort?: number;
  /** What it does of each answer, and how the cache of a prompt comes to it; absent for one that does all. */
  readonly role?: Pick<ModelFact, 'role' | 'transfer'>;
  /** Where it says that it is ready. */
  readonly ready?: WorkloadProps['ready'];
  /** Where it says that it is not beyond help. */
  readonly alive?: WorkloadProps['alive'];
  /** Name of the pool it runs on. */
  readonly pool?: string;
  /** MIG slice of the pool that it runs on. */
  readonly slice?: string;
  /** Pods that share its GPU. */
  readonly sharedBy?: number;
  /** Where it loads its weights from when it starts; absent for one that holds none. */
  readonly weights?: WeightsOrigin;
  /** How the engine is started; absent for one that holds no weights. */
  readonly start?: ModelStart;
  /** What it was measured to take of a GPU, where nobody can compute it. */
  readonly takes?: MeasuredGpu;
  /** How it tells what is in its KV cache; absent where it does not. */
  readonly kvEvents?: KvEvents;
}

/** Props with every default filled in. */
export type ServerSettings = Required<
  Pick<ModelServerProps, 'model' | 'replicas' | 'drainSeconds' | 'adapters'>
> &
  Pick<ModelServerProps, 'context'> & {
    /** The key to ask for. */
    readonly key?: SecretRef;
    /** Where the engine is to listen; absent for 8000. */
    readonly port?: number;
    /** The served name; absent for the construct's id. */
    readonly alias?: string;
    /** Whether to tell a picker what is in the KV caches. */
    readonly kvEvents?: boolean;
    /** Ranks that each answer at a port of their own; absent where one answers for all. */
    readonly rankPorts?: number;
  };
