import { App } from 'cdk8s';
import { Construct } from 'constructs';
import type { INodePool } from '../../lib/contracts';
import {
  type KubeObject,
  Layer,
  objectsOf,
  POLICIES,
  type PodSpec,
  setPolicy,
  type Tier,
} from '../../lib/core';

/** A pool as `lib/compute` would make it, without its objects. */
export class TestPool extends Construct implements INodePool {
  public readonly name: string;
  public readonly gpusPerNode: number;
  public readonly gpu?: string;
  public readonly capacities = ['on-demand'] as const;
  public readonly devices: INodePool['devices'];
  public readonly limit?: number;
  public readonly disk?: INodePool['disk'];
  public readonly efa?: INodePool['efa'];
  public readonly room?: { readonly cpu: number; readonly memoryGiB: number };
  public readonly placement;

  constructor(
    scope: Construct,
    id: string,
    props: Pick<INodePool, 'disk' | 'efa' | 'gpu' | 'gpusPerNode' | 'limit' | 'room'> &
      Partial<Pick<INodePool, 'devices'>>,
  ) {
    super(scope, id);
    this.name = id;
    this.gpusPerNode = props.gpusPerNode;
    this.gpu = props.gpu;
    this.limit = props.limit;
    this.room = props.room;
    this.disk = props.disk;
    this.efa = props.efa;
    const { gpusPerNode: perNode, limit } = props;
    this.devices = props.devices ?? [{ resource: 'nvidia.com/gpu', perNode, limit }];
    this.placement = {
      pool: id,
      nodeSelector: { 'nexus.dev/pool': id },
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
    };
  }
}

export function serving(tier: Tier = 'prod'): Layer {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  return new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
}

/** The only object of a kind (and name). */
export function only(layer: Layer, kind: string, name?: string): KubeObject {
  const found = objectsOf(layer).filter((o) => o.kind === kind && (!name || o.metadata.name === name));
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0];
}

interface Deployment {
  readonly replicas?: number;
  readonly strategy: { readonly rollingUpdate: unknown };
  readonly template: { readonly spec: PodSpec };
}

export const deployment = (layer: Layer, name?: string): Deployment =>
  only(layer, 'Deployment', name).spec as Deployment;

export const container = (layer: Layer, name?: string) => deployment(layer, name).template.spec.containers[0];

/** The message of what a call throws. */
export function message(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
