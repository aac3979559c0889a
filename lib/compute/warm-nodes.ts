import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import {
  images,
  namespaceOf,
  PlatformError,
  PodGroup,
  podTemplate,
  priorityClass,
  WorkloadIdentity,
} from '../core';
import { keptApart, wholeNode } from './whole-node';

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
    const resources = wholeNode(this, pool, nodes);
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
              affinity: keptApart(labels),
            },
          },
        ),
      },
    });
  }
}
