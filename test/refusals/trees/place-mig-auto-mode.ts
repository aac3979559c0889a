// MIG on nodes of EKS Auto Mode, which nobody can cut.
import { ApiObject, type App, JsonPatch } from 'cdk8s';
import { GpuNodePool } from '../../../lib/compute';
import { ground } from '../ground';

function pool(app: App, group: string): void {
  const { capacity } = ground(app);
  const devices = { mig: ['3g.40gb', '3g.40gb'] };
  const written = new GpuNodePool(capacity, 'slices', { gpu: 'A100-80', perNode: 8, limit: 8, devices });
  const nodes = ApiObject.of(written.node.findChild('Nodes').node.findChild('NodePool'));
  nodes.addJsonPatch(JsonPatch.replace('/spec/template/spec/nodeClassRef/group', group));
}

export function faulty(app: App): void {
  pool(app, 'eks.amazonaws.com');
}

export function repaired(app: App): void {
  pool(app, 'karpenter.k8s.aws');
}
