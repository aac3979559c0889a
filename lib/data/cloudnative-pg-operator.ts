import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import { charts, HelmRelease, type MetricsEndpoint, type PodGroup, policyOf, sized } from '../core';

const RESOURCES = { cpu: '100m', memory: '256Mi' };

/** The controller that runs PostgreSQL from `Cluster` objects. */
export class CloudNativePgOperator extends Construct implements IScrapeTarget {
  /** Its pods, which every cluster lets in. */
  public readonly pods: PodGroup;
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const replicas = policyOf(this).replicas;
    const { cpu, memory } = RESOURCES;
    const release = new HelmRelease(this, 'Release', {
      ...charts.cloudnativePg,
      name: 'cloudnative-pg',
      values: { replicaCount: replicas, resources: sized({ cpu, memory }) },
      provides: ['Backup', 'Cluster', 'Database', 'DatabaseRole', 'Pooler', 'ScheduledBackup'].map(
        (kind) => `postgresql.cnpg.io/${kind}`,
      ),
      footprint: {
        manager: {
          labels: {
            'app.kubernetes.io/name': 'cloudnative-pg',
            'app.kubernetes.io/instance': 'cloudnative-pg',
          },
          replicas,
          serviceAccount: 'cloudnative-pg',
          containers: [{ name: 'manager', ...RESOURCES, ports: { metrics: 8080, 'webhook-server': 9443 } }],
        },
      },
    });
    const manager = release.pods('manager');
    this.pods = manager.pods;
    this.pods.reach('apiServer', { why: 'watches its objects' });
    this.pods.allowFromControlPlane(9443, 'admission of clusters and databases; fails closed');
    this.metrics = [manager.metrics('metrics')];
  }
}
