import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import {
  images,
  namespaceOf,
  PlatformError,
  PodGroup,
  type PodResources,
  podTemplate,
  priorityClass,
  WorkloadIdentity,
} from '../core';

export interface WarmNodesProps {
  /** GPU pool whose nodes are kept started. */
  readonly pool: INodePool;
  /** Nodes beyond those that other pods use. */
  readonly nodes: number;
  /**
   * Images that the nodes pull before anybody asks for them, such as an engine's, by a short name. Each must hold a
   * program `true`.
   * @default - none: a replica that arrives waits for its image
   */
  readonly images?: Readonly<Record<string, string>>;
}

/**
 * Nodes that are there before a replica asks: pods that do nothing hold each one whole, and go at once when anything
 * else wants its place; Karpenter then starts the next. The id names the Deployment.
 */
export class WarmNodes extends Construct {
  constructor(scope: Construct, id: string, props: WarmNodesProps) {
    super(scope, id);
    const { pool, nodes } = props;
    const spare = priorityClass(this, 'spare');
    if (!spare) {
      throw new PlatformError(this, {
        what: `keeps nodes of pool '${pool.name}' warm without a class for its pods`,
        why: 'nothing could take their place: the nodes would be paid for and of no use',
        fix: 'write PriorityClasses, and set priorityClasses in setCluster',
      });
    }
    const resources = this.wholeNode(pool, nodes);
    const labels = { 'app.kubernetes.io/name': id };
    const metadata = { name: id, namespace: namespaceOf(this), labels: { ...labels } };
    const identity = new WorkloadIdentity(this, 'Identity', { name: id });
    identity.usedBy(new PodGroup(this, 'Pods', { name: id, labels }));

    new k8s.KubeDeployment(this, 'Deployment', {
      // On a full pool its pods wait by design, which must not hold up whoever delivers it.
      metadata: { ...metadata, annotations: { 'pulumi.com/skipAwait': 'true' } },
      spec: {
        replicas: nodes,
        selector: { matchLabels: { ...labels } },
        // A new one beside the old would start a node of its own.
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: {
            maxSurge: k8s.IntOrString.fromNumber(0),
            maxUnavailable: k8s.IntOrString.fromNumber(1),
          },
        },
        template: podTemplate(
          this,
          {
            image: images.pause,
            resources,
            placement: pool.placement,
            priorityClass: spare,
            init: Object.fromEntries(
              Object.entries(props.images ?? {}).map(([name, image]) => [
                `pull-${name}`,
                { image, command: ['true'], resources: { cpu: '10m', memory: '32Mi' } },
              ]),
            ),
          },
          {
            name: id,
            labels,
            serviceAccount: identity.serviceAccount,
            spec: {
              // Whoever takes its place waits for its end.
              terminationGracePeriodSeconds: 1,
              affinity: {
                podAntiAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: [
                    { labelSelector: { matchLabels: { ...labels } }, topologyKey: 'kubernetes.io/hostname' },
                  ],
                },
              },
            },
          },
        ),
      },
    });
  }

  /** All that a replica could ask of a node, whichever its size: so the pod finds room on an empty node only. */
  private wholeNode(pool: INodePool, nodes: number): PodResources {
    const [device] = pool.devices;
    if (!device) {
      throw new PlatformError(this, {
        what: `pool '${pool.name}' has no GPUs to keep warm`,
        why: 'nodes without GPUs start within a minute, and other pods keep some of them running',
        fix: 'name a pool with GPUs',
      });
    }
    if (pool.limit !== undefined && nodes * pool.gpusPerNode > pool.limit) {
      throw new PlatformError(this, {
        what: `${nodes} warm nodes have ${nodes * pool.gpusPerNode} GPUs, and pool '${pool.name}' may have ${pool.limit}`,
        why: 'Karpenter launches nothing beyond the limit: some of them would never start',
        fix: `keep ${Math.floor(pool.limit / pool.gpusPerNode)} warm, or raise the limit`,
      });
    }
    return {
      cpu: `${Math.max(1, Math.floor(pool.room?.cpu ?? 1))}`,
      memory: `${Math.max(1, Math.floor(pool.room?.memoryGiB ?? 1))}Gi`,
      // Of a GPU that pods share, its plugin gives nobody more than one part.
      gpus: device.sharedBy ? 1 : device.perNode,
      gpuResource: device.resource,
    };
  }
}
