// All the memory that an instance type is sold with, of which the kubelet keeps a part.
import type { App } from 'cdk8s';
import { GpuNodePool } from '../../../lib/compute';
import { S3Store } from '../../../lib/data';
import { ModelCache, VllmService } from '../../../lib/serving';
import { ground } from '../ground';

function model(app: App, memoryGiB: number): void {
  const { apps, capacity } = ground(app);
  const pool = new GpuNodePool(capacity, 'l40s', { gpu: 'L40S', limit: 4, instanceTypes: ['g6e.xlarge'] });
  const weights = new ModelCache(apps, 'weights', { bucket: new S3Store(apps, 'objects').bucket('weights') });
  new VllmService(apps, 'chat', { model: 'Qwen/Qwen3-14B', pool, memoryGiB, weights });
}

export function faulty(app: App): void {
  model(app, 32);
}

export function repaired(app: App): void {
  model(app, 24);
}
