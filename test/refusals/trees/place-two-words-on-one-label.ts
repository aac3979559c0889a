// A service that may only run in a zone, and must not run in it.
import type { App } from 'cdk8s';
import { ground, service, set } from '../ground';

const ZONE = 'topology.kubernetes.io/zone';
const not = (values: readonly string[]) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'NotIn', values }] }],
    },
  },
});

export function faulty(app: App): void {
  const { apps } = ground(app);
  const web = service(apps, 'web', { replicas: 1 });
  set(web, '/spec/template/spec/nodeSelector', { [ZONE]: 'us-east-1b' });
  set(web, '/spec/template/spec/affinity', not(['us-east-1b']));
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  const web = service(apps, 'web', { replicas: 1 });
  set(web, '/spec/template/spec/nodeSelector', { [ZONE]: 'us-east-1b' });
  set(web, '/spec/template/spec/affinity', not(['us-east-1c']));
}
