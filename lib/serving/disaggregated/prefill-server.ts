import { Construct } from 'constructs';
import { declare, type MetricsEndpoint, type PodGroup, policyOf, type SecretRef, Workload } from '../../core';
import type { ReplicaRange } from '../model-server';
import type { ServerPod, ServerSettings } from '../server-pod';
import { serverWorkload } from '../server-workload';

interface PrefillServerProps {
  /** The served name. */
  readonly alias: string;
  /** As the hub spells it. */
  readonly model: string;
  readonly context?: number;
  readonly replicas?: ReplicaRange;
  readonly drainSeconds: number;
  /** The key that callers of the model send, and that comes along with their prompts. */
  readonly key?: SecretRef;
  readonly describe: (server: Construct, settings: ServerSettings) => ServerPod;
}

/** Pods that read prompts for those that answer: the same model under the same name, which nobody else calls. */
export class PrefillServer extends Construct {
  public readonly pods: PodGroup;
  public readonly metrics: readonly MetricsEndpoint[];
  /** Changes with its pods. */
  public readonly revision: string;

  constructor(scope: Construct, id: string, props: PrefillServerProps) {
    super(scope, id);
    const { alias, model, context, drainSeconds, key } = props;
    const fixed = policyOf(this).replicas;
    const replicas = props.replicas ?? { min: fixed, max: fixed };
    const made = props.describe(this, {
      alias,
      model,
      replicas,
      drainSeconds,
      adapters: {},
      ...(key ? { key } : {}),
      ...(context === undefined ? {} : { context }),
    });
    const server = new Workload(this, 'Server', {
      ...serverWorkload(this, made, key !== undefined),
      name: id,
      drainSeconds,
      replicas: replicas.min,
    });
    const { engine, tells, pool, start, weights, resources } = made;
    if (weights === 'hub') server.pods.reach('internet', { why: 'weights from the model hub' });
    this.pods = server.pods;
    this.metrics = tells ? [server.metrics('http', { exporter: tells })] : [];
    this.revision = server.revision;
    declare(this, 'model', {
      alias: id,
      model,
      engine,
      gpusPerReplica: resources.gpus ?? 0,
      replicas,
      ...(pool === undefined ? {} : { pool }),
      ...(context === undefined ? {} : { context }),
      ...(start ? { start } : {}),
      ...(weights ? { weights } : {}),
      ...made.role,
    });
  }
}
