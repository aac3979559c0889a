import { Construct } from 'constructs';
import type { IModelEndpoint } from '../../contracts';
import { didYouMean, PlatformError, type PodGroup, type SecretRef } from '../../core';
import type { EndpointPicker, ModelPods } from './endpoint-picker';

/** Port of the gateway in front of pickers. */
export const INFERENCE_PORT = 8080;

/** Header by which the picker is told how urgent a request is. */
const OBJECTIVE_HEADER = 'x-llm-d-inference-objective';

/** Who answers a name; nobody in particular where several servers share it. */
export interface Behind {
  readonly picker?: EndpointPicker;
  readonly server?: ModelPods;
  /** Adapters of the server, by their own names. */
  readonly adapters?: readonly PickedModel[];
}

interface Picked extends Behind {
  readonly model: string;
  readonly baseUrl: string;
  readonly pods: PodGroup;
  readonly longestSeconds: number;
}

/** A name that clients ask the gateway for. */
export class PickedModel extends Construct implements IModelEndpoint {
  public readonly model: string;
  public readonly provider: string;
  public readonly baseUrl: string;
  public readonly pods: PodGroup;
  public readonly longestSeconds: number;
  public readonly readsHeaders = true;
  public readonly port: number = INFERENCE_PORT;
  public readonly picker?: EndpointPicker;
  /** What its replicas are; absent where several servers share the name. */
  public readonly server?: ModelPods;
  /** Adapters of its server: names of their own, for which the same picker chooses. */
  public readonly adapters: readonly PickedModel[];

  /** Used by the gateway. */
  constructor(scope: Construct, id: string, picked: Picked) {
    super(scope, id);
    this.model = picked.model;
    this.provider = `hosted_vllm/${picked.model}`;
    this.baseUrl = picked.baseUrl;
    this.pods = picked.pods;
    this.longestSeconds = picked.longestSeconds;
    this.picker = picked.picker;
    this.server = picked.server;
    this.adapters = picked.adapters ?? [];
  }

  /** Whether its replicas ask callers for a key. */
  public get asksForKey(): boolean {
    return this.server?.asksForKey ?? false;
  }

  /** The key goes through: its replicas ask for it, not the gateway. */
  public keyFor(consumer: Construct): SecretRef | undefined {
    return this.server?.keyFor?.(consumer);
  }

  /** Headers of a request with one of the priorities that its picker knows. */
  public headersOf(priority: string): Readonly<Record<string, string>> {
    const known = this.picker?.priorities ?? [];
    if (this.picker && known.includes(priority)) {
      return { [OBJECTIVE_HEADER]: this.picker.objective(priority) };
    }
    throw new PlatformError(this, {
      what: this.picker
        ? `has no priority '${priority}'${didYouMean(priority, known)}`
        : `has no priorities: several pickers share '${this.model}'`,
      why: 'the picker does not know the objective, and treats the request like every other',
      fix: this.picker
        ? `add it to priorities of '${this.picker.pool}', or name one of ${known.join(', ') || 'none'}`
        : 'name a model',
    });
  }
}
