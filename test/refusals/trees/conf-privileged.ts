// A container that may do anything, in a namespace that forbids it.
import type { App } from 'cdk8s';
import { ground, service, set } from '../ground';

export function faulty(app: App): void {
  const { apps } = ground(app);
  set(service(apps), '/spec/template/spec/containers/0/securityContext/privileged', true);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  set(service(apps), '/spec/template/spec/containers/0/securityContext/privileged', false);
}
