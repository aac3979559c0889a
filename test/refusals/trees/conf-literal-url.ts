// A password inside a URL.
import type { App } from 'cdk8s';
import { GeneratedSecret } from '../../../lib/core';
import { ground, service } from '../ground';

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { env: { BROKER: 'amqps://web:example-password@mq.example.com:5671' } });
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  const secret = new GeneratedSecret(apps, 'broker', { name: 'broker', generate: { password: {} } });
  service(apps, 'web', {
    env: { BROKER: 'amqps://mq.example.com:5671', BROKER_PASSWORD: secret.key('password') },
  });
}
