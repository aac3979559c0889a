// A password in a variable.
import type { App } from 'cdk8s';
import { GeneratedSecret } from '../../../lib/core';
import { ground, service } from '../ground';

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { env: { DB_PASSWORD: 'example-password' } });
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  const secret = new GeneratedSecret(apps, 'db', { name: 'db', generate: { password: {} } });
  service(apps, 'web', { env: { DB_PASSWORD: secret.key('password') } });
}
