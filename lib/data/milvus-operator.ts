import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import { charts, clusterOf, HelmRelease, type MetricsEndpoint, type PodGroup, sized } from '../core';

const RESOURCES = { cpu: '100m', memory: '512Mi' };

/**
 * The controller that runs Milvus, and etcd for it, from `Milvus` objects. Its CRDs are templates without a keep policy,
 * and no value gives them one: uninstalling the release deletes every Milvus with them.
 */
export class MilvusOperator extends Construct implements IScrapeTarget {
  /** Its pods, which every Milvus lets in. */
  public readonly pods: PodGroup;
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { cpu, memory } = RESOURCES;
    const release = new HelmRelease(this, 'Release', {
      ...charts.milvusOperator,
      name: 'milvus-operator',
      values: {
        // One only: its lease has no settings, and Milvus serves without it.
        replicaCount: 1,
        resources: sized({ cpu, memory }),
      },
      provides: ['milvus.io/Milvus', 'milvus.io/MilvusUpgrade'],
      footprint: {
        manager: {
          labels: {
            'app.kubernetes.io/name': 'milvus-operator',
            'app.kubernetes.io/instance': 'milvus-operator',
          },
          replicas: 1,
          serviceAccount: 'milvus-operator',
          containers: [{ name: 'manager', ...RESOURCES, ports: { metrics: 8080, 'webhook-server': 9443 } }],
          // The chart has no value for the container's capabilities.
          security: 'baseline',
        },
      },
    });
    const manager = release.pods('manager');
    this.pods = manager.pods;
    this.pods.reach('apiServer', { why: 'watches its objects, installs etcd' });
    if (clusterOf(this).aws) this.pods.reach('objectStore', { why: 'checks the buckets of its Milvus' });
    this.metrics = [manager.metrics('metrics')];
  }
}
