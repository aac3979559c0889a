// A GPU pool that moves models to cheaper nodes, as many at once as it likes.
import type { App } from 'cdk8s';
import { ApiObject, JsonPatch } from 'cdk8s';
import { GpuNodePool } from '../../../lib/compute';
import { ground } from '../ground';

function pool(app: App, consolidationPolicy: string): void {
  const { capacity } = ground(app);
  const written = new GpuNodePool(capacity, 'l40s', { gpu: 'L40S', limit: 4 });
  const nodes = ApiObject.of(written.node.findChild('Nodes').node.findChild('NodePool'));
  nodes.addJsonPatch(JsonPatch.replace('/spec/disruption', { consolidationPolicy, consolidateAfter: '10m' }));
}

export function faulty(app: App): void {
  pool(app, 'WhenEmptyOrUnderutilized');
}

export function repaired(app: App): void {
  pool(app, 'WhenEmpty');
}
