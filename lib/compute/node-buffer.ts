import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import { declare, images, namespaceOf, type PodTemplate, podTemplate } from '../core';
import { keptApart, wholeNode } from './whole-node';

export interface NodeBufferProps {
  /** GPU pool whose nodes are kept started. */
  readonly pool: INodePool;
  /** Nodes beyond those that other pods use. */
  readonly nodes: number;
}

/**
 * Nodes that are there before a replica asks, kept by Karpenter itself: it reckons with pods that nobody makes. Nothing has
 * to make way for a replica, and nothing pulls images. Needs a `Karpenter` with `capacityBuffers`. The id names the objects.
 */
export class NodeBuffer extends Construct {
  constructor(scope: Construct, id: string, { pool, nodes }: NodeBufferProps) {
    super(scope, id);
    const resources = wholeNode(this, pool, nodes);
    const labels = { 'app.kubernetes.io/name': id };
    const metadata = { name: id, namespace: namespaceOf(this), labels };
    const chunk = new k8s.KubePodTemplate(this, 'Template', {
      metadata,
      template: podTemplate(
        this,
        { image: images.pause, resources, placement: pool.placement },
        { name: id, labels, serviceAccount: 'default', spec: { affinity: keptApart(labels) } },
      ),
    });
    new ApiObject(this, 'Buffer', {
      apiVersion: 'autoscaling.x-k8s.io/v1beta1',
      kind: 'CapacityBuffer',
      metadata,
      spec: { podTemplateRef: { name: id }, replicas: nodes },
    });
    declare(this, 'buffer', () => ({
      owner: `CapacityBuffer/${metadata.namespace}/${id}`,
      namespace: metadata.namespace,
      replicas: nodes,
      template: (chunk.toJson() as { readonly template: PodTemplate }).template,
    }));
  }
}
