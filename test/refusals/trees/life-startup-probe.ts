// A probe that gives up before the weights are loaded.
import type { App } from 'cdk8s';
import { ground, service, set } from '../ground';

const SLOW = { startupSeconds: 1200 };

export function faulty(app: App): void {
  const { apps } = ground(app);
  set(service(apps, 'web', SLOW), '/spec/template/spec/containers/0/startupProbe/failureThreshold', 30);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  set(service(apps, 'web', SLOW), '/spec/template/spec/containers/0/startupProbe/failureThreshold', 130);
}
