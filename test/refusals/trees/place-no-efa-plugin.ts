// A pool with EFA interfaces, and nothing that offers them to pods.
import type { App } from 'cdk8s';
import { EfaDevicePlugin, GpuNodePool } from '../../../lib/compute';
import { ground } from '../ground';

export function faulty(app: App): void {
  const { capacity } = ground(app);
  new GpuNodePool(capacity, 'h100', { gpu: 'H100', perNode: 8, limit: 8, efa: true });
}

export function repaired(app: App): void {
  const { capacity, operators } = ground(app);
  new GpuNodePool(capacity, 'h100', { gpu: 'H100', perNode: 8, limit: 8, efa: true });
  new EfaDevicePlugin(operators, 'efa');
}
