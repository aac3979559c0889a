import type { PodGroup } from './pod-group';
import type { SecretRef } from './secret-ref';

/** Whose metrics an endpoint tells, where somebody knows what to say about them: alerts and dashboards follow. */
export type Exporter =
  | 'cert-manager'
  | 'clickhouse'
  | 'cnpg'
  | 'dcgm'
  | 'external-secrets'
  | 'litellm'
  | 'llm-d'
  | 'redis'
  | 'sglang'
  | 'strimzi'
  | 'tensorrtllm'
  | 'triton'
  | 'vllm';

/** Where some pods tell their metrics. */
export interface MetricsEndpoint {
  /** Name of the monitor, unique in the namespace of the pods. */
  readonly name: string;
  readonly pods: PodGroup;
  /** Name of the container port: monitors select by it. */
  readonly port: string;
  /** Its number: policies open it. */
  readonly portNumber: number;
  /**
   * Further ports of the pods that tell the same of other parts of them, by name.
   * @default - none
   */
  readonly alsoAt?: Readonly<Record<string, number>>;
  /**
   * Whose metrics they are.
   * @default - nobody's that we know: they are collected, and nothing is said about them
   */
  readonly exporter?: Exporter;
  /**
   * Names of the series it tells, where it is told what to tell.
   * @default - what its exporter's version does
   */
  readonly series?: readonly string[];
  /** @default '/metrics' */
  readonly path?: string;
  /** @default 'http' */
  readonly scheme?: 'http' | 'https';
  /**
   * Bearer token the endpoint asks for.
   * @default - none
   */
  readonly token?: SecretRef;
  /**
   * Keep the labels of the workload that the exporter speaks of.
   * @default false
   */
  readonly honorLabels?: boolean;
}
