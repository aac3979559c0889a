import type { INodePool } from '../../contracts';
import type { Labels, PodGroup } from '../../core';
import type { BatchLimits } from '../batch-limits';
import type { ReplicaProps } from '../gpu-replica';
import type { ReplicaRange } from '../replica-range';

/** What a pod does of an answer: read the prompt, or write what follows. */
export type Role = 'prefill' | 'decode';

/** The pods of one role. */
export interface RoleProps
  extends Pick<ReplicaProps, 'gpus' | 'surge' | 'cpu' | 'memoryGiB'>,
    Partial<BatchLimits> {
  /** Nodes to run on. */
  readonly pool: INodePool;
  /**
   * Replicas kept running. Between two numbers a `ModelAutoscaler` of the role follows its load.
   * @default - the environment's policy: 1 in dev, 2 in prod
   */
  readonly replicas?: ReplicaRange;
}

/** How the cache of a prompt comes to the pod that answers. */
export type Transfer = 'efa' | 'tcp';

/** What somebody else knows of a model whose prompts other pods read than those that answer. */
export interface Disaggregation {
  /** Pods that read prompts. */
  readonly prefill: PodGroup;
  /** Labels of both roles, and of no others. */
  readonly labels: Labels;
  /** Tokens of a prompt that no cache holds, from which on another pod reads it; 'always' for each prompt. */
  readonly from: number | 'always';
  /** Whether pods answer requests that no picker sent them. */
  readonly answersAlone: boolean;
  /** Used by what picks among its pods. */
  readonly picked: () => void;
}

/** Label by which llm-d's picker tells pods of one role from those of the other. */
const ROLE = 'llm-d.ai/role';
/** Label of the pods of both roles. */
const MODEL = 'nexus.dev/model';

export const labelsOf = (model: string): Labels => ({ [MODEL]: model });
export const roleLabels = (model: string, role: Role): Labels => ({ ...labelsOf(model), [ROLE]: role });

/** Where the engine of a pod that answers listens, behind its sidecar. */
export const ENGINE_PORT = 8200;
