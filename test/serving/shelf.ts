import { App } from 'cdk8s';
import { type Cluster, Layer, POLICIES, setCluster, setPolicy } from '../../lib/core';
import { S3Store } from '../../lib/data';
import { ModelCache } from '../../lib/serving';
import { AWS } from '../core/tree';
import { TestPool } from './pool';

export const BUCKET = 'nexus-prod-weights-111122223333-us-east-1';

/** A bucket of weights, and a pool to serve them on. */
export function shelf({ disk = 'nvme', cluster = AWS }: { disk?: 'nvme' | 'ebs'; cluster?: Cluster } = {}) {
  const app = new App();
  setPolicy(app, POLICIES.prod);
  setCluster(app, cluster);
  const layer = (id: string, phase: 'data' | 'serving', namespace: string) =>
    new Layer(app, id, { phase, namespace });
  const stores = layer('data', 'data', 'data');
  const fetches = layer('weights', 'data', 'serving');
  const home = layer('node-weights', 'data', 'node-weights');
  const serving = layer('serving', 'serving', 'serving');
  const cache = new ModelCache(fetches, 'weights', {
    bucket: new S3Store(stores, 'objects').bucket('weights'),
  });
  const pool = new TestPool(serving, 'l40s', { gpusPerNode: 4, limit: 24, disk });
  return { app, fetches, home, serving, cache, pool };
}
