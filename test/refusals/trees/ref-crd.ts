// A custom resource whose kind no release brings.
import type { App } from 'cdk8s';
import { Keda } from '../../../lib/cluster';
import { ground, object, service } from '../ground';

const SCALER = {
  spec: {
    scaleTargetRef: { name: 'web' },
    minReplicaCount: 2,
    maxReplicaCount: 4,
    triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } }],
  },
};
const SCALED = { scaled: { by: 'ScaledObject/apps/web', max: 4 } };

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', SCALED);
  object(apps, 'keda.sh/v1alpha1', 'ScaledObject', 'web', SCALER);
}

export function repaired(app: App): void {
  const { apps, operators } = ground(app);
  new Keda(operators, 'keda');
  service(apps, 'web', SCALED);
  object(apps, 'keda.sh/v1alpha1', 'ScaledObject', 'web', SCALER);
}
