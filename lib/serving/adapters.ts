import { Construct } from 'constructs';
import type { IModelEndpoint } from '../contracts';
import { declare, namespaceOf, PlatformError } from '../core';
import type { ModelServer } from './model-server';

/** One LoRA adapter on a base model. */
export interface Adapter {
  /** Adapter to serve, as the hub spells it. */
  readonly model: string;
  /**
   * Rank it was trained with.
   * @default 16
   */
  readonly rank?: number;
}

/** Ranks that vLLM makes room for. */
const RANKS = [1, 8, 16, 32, 64, 128, 256, 320, 512] as const;
/** Adapters that work in one step unless there are fewer; the others wait in the host's memory. */
const SLOTS = 8;

/** What an engine holds of the adapters at once. */
export function adapterRoom(
  at: Construct,
  adapters: Readonly<Record<string, Adapter>>,
): { readonly slots: number; readonly rank: number } | undefined {
  const all = Object.entries(adapters);
  if (!all.length) return undefined;
  const [name, { rank: highest = 16 }] = all.reduce((a, b) =>
    (b[1].rank ?? 16) > (a[1].rank ?? 16) ? b : a,
  );
  const rank = RANKS.find((known) => known >= highest);
  if (rank === undefined) {
    throw new PlatformError(at, {
      what: `adapter '${name}' has rank ${highest}, above ${RANKS.at(-1)}`,
      why: 'the engine makes room for no higher one, and ends at its start',
      fix: `train it with rank ${RANKS.at(-1)} or less, or merge it into the model`,
    });
  }
  return { slots: Math.min(all.length, SLOTS), rank };
}

/** An adapter as clients see it: a model of its own name behind the server of its base. */
export class ServedAdapter extends Construct implements IModelEndpoint {
  public readonly model: string;
  public readonly provider: string;

  constructor(
    private readonly server: ModelServer,
    id: string,
  ) {
    super(server, `adapter-${id}`);
    this.model = id;
    this.provider = `hosted_vllm/${id}`;
    declare(this, 'join', {
      object: `Service/${namespaceOf(server)}/${server.model}`,
      scope: 'model alias',
      defines: id,
    });
  }

  public get baseUrl(): string {
    return this.server.baseUrl;
  }
  public get pods() {
    return this.server.pods;
  }
  public get port(): number {
    return this.server.port;
  }
  public get longestSeconds(): number {
    return this.server.longestSeconds;
  }
  public keyFor(consumer: Construct) {
    return this.server.keyFor(consumer);
  }
}
