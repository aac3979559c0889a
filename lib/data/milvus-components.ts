import type { PodResources } from '../core';

/** What runs as a Deployment of its own: one process for all, or one for each task. */
export type MilvusComponent =
  | 'standalone'
  | 'proxy'
  | 'mixCoord'
  | 'streamingNode'
  | 'dataNode'
  | 'queryNode';

interface Shape {
  /** As the operator labels and names it. */
  readonly name: string;
  /** Where the other components call it. */
  readonly internal: readonly number[];
  readonly resources: Pick<PodResources, 'cpu' | 'memory'>;
}

/** Where clients connect: gRPC and REST. */
export const MILVUS_PORT = 19530;

const shape = (name: string, internal: readonly number[], cpu: string, memory: string): Shape => ({
  name,
  internal,
  resources: { cpu, memory },
});

/** The components of Milvus 2.6, which builds indexes in its data nodes. */
export const SHAPES: Readonly<Record<MilvusComponent, Shape>> = {
  standalone: shape('standalone', [19529, 53100, 22222, 21124, 21123], '1', '4Gi'),
  proxy: shape('proxy', [19529], '500m', '2Gi'),
  mixCoord: shape('mixcoord', [53100], '500m', '2Gi'),
  streamingNode: shape('streamingnode', [22222], '500m', '4Gi'),
  dataNode: shape('datanode', [21124], '1', '4Gi'),
  queryNode: shape('querynode', [21123], '1', '8Gi'),
};

export const COMPONENTS: Readonly<Record<'standalone' | 'cluster', readonly MilvusComponent[]>> = {
  standalone: ['standalone'],
  cluster: ['proxy', 'mixCoord', 'streamingNode', 'dataNode', 'queryNode'],
};
