// A pod on nodes of arm64 with an image that nobody knows to be built for them.
import type { App } from 'cdk8s';
import { NodePool } from '../../../lib/compute';
import { declare } from '../../../lib/core';
import { ground, service } from '../ground';

function web(app: App, known: boolean): void {
  const { apps, capacity } = ground(app);
  const { placement } = new NodePool(capacity, 'graviton', { arch: 'arm64' });
  const made = service(apps, 'web', { placement });
  if (known) declare(made, 'image', { repository: 'docker.io/example/web', processors: ['amd64', 'arm64'] });
}

export function faulty(app: App): void {
  web(app, false);
}

export function repaired(app: App): void {
  web(app, true);
}
