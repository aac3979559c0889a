import { Chart } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';

/** The fixed order in which a platform comes up. */
export const PHASES = ['cluster', 'nodes', 'capacity', 'operators', 'data', 'serving', 'apps'] as const;
export type Phase = (typeof PHASES)[number];

export interface LayerProps {
  readonly phase: Phase;
  /**
   * Namespace of the objects that name none themselves.
   * @default 'default'
   */
  readonly namespace?: string;
  /**
   * Layers of the same phase that must stand first, such as the one whose webhook catches our objects.
   * @default - everything of the earlier phases, nothing of its own
   */
  readonly after?: readonly Layer[];
}

const LAYER = Symbol.for('nexus-eks/layer');

/** A chart with a phase: the unit of order, of delivery and of review. */
export class Layer extends Chart {
  /** True for a layer, also one made by another copy of this library. */
  public static isLayer(construct: unknown): construct is Layer {
    return typeof construct === 'object' && construct !== null && LAYER in construct;
  }

  public readonly phase: Phase;
  public readonly after: readonly Layer[];
  /** Namespace of the objects that name none themselves; never written on cluster-scoped ones, as a Chart's is. */
  public readonly home: string;

  constructor(scope: Construct, id: string, props: LayerProps) {
    super(scope, id, { disableResourceNameHashes: true });
    Object.defineProperty(this, LAYER, { value: true });
    this.phase = props.phase;
    this.after = props.after ?? [];
    this.home = props.namespace ?? 'default';
  }
}

/** The namespace that a construct's objects live in: its layer's, or its plain chart's. */
export function namespaceOf(construct: IConstruct): string {
  for (let at: IConstruct | undefined = construct; at; at = at.node.scope) {
    if (Layer.isLayer(at)) return at.home;
    if (Chart.isChart(at)) return (at as Chart).namespace ?? 'default';
  }
  return 'default';
}
