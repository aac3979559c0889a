// A database whose pods no proof would see.
import type { App } from 'cdk8s';
import { DeclaredPods } from '../../../lib/core';
import { CloudNativePgOperator } from '../../../lib/data';
import { ground, object } from '../ground';

function database(app: App) {
  const { apps, operators } = ground(app);
  new CloudNativePgOperator(operators, 'cnpg');
  object(apps, 'postgresql.cnpg.io/v1', 'Cluster', 'db', {
    spec: {
      instances: 1,
      imageName: 'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie',
      storage: { size: '20Gi', storageClass: 'gp3' },
    },
  });
  return apps;
}

export function faulty(app: App): void {
  database(app);
}

export function repaired(app: App): void {
  new DeclaredPods(database(app), 'pods', {
    name: 'instance',
    by: 'Cluster/apps/db',
    maker: 'operator',
    labels: { 'cnpg.io/cluster': 'db' },
    replicas: 1,
    containers: [{ name: 'postgres', cpu: '1', memory: '4Gi' }],
  });
}
