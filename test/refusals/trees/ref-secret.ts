// A variable from a Secret that nobody creates.
import type { App } from 'cdk8s';
import { GeneratedSecret } from '../../../lib/core';
import { ground, service, set } from '../ground';

const TOKEN = { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'tokens', key: 'web' } } };

export function faulty(app: App): void {
  const { apps } = ground(app);
  set(service(apps), '/spec/template/spec/containers/0/env', [TOKEN]);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  new GeneratedSecret(apps, 'tokens', { name: 'tokens', generate: { web: {} } });
  set(service(apps), '/spec/template/spec/containers/0/env', [TOKEN]);
}
