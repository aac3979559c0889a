// A service on an instance type of the pool that is too small for it, though the pool has larger ones.
import type { App } from 'cdk8s';
import { ground, service, set } from '../ground';

const ON_LARGE = { 'node.kubernetes.io/instance-type': 'm7i.large' };

export function faulty(app: App): void {
  const { apps } = ground(app);
  const resources = { cpu: '6', memory: '20Gi' };
  set(service(apps, 'web', { resources }), '/spec/template/spec/nodeSelector', ON_LARGE);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  const resources = { cpu: '500m', memory: '1Gi' };
  set(service(apps, 'web', { resources }), '/spec/template/spec/nodeSelector', ON_LARGE);
}
