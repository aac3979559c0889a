// A picker that goes by exact prefixes of a server that tells of none.
import type { App } from 'cdk8s';
import { declare, POLICIES } from '../../../lib/core';
import { ModelSimulator } from '../../../lib/serving';
import { EndpointPicker } from '../../../lib/serving/routing/endpoint-picker';
import { ground } from '../ground';

function picked(app: App, kvEvents: boolean): void {
  // Where answers may be made up.
  const { apps, operators } = ground(app, POLICIES.dev);
  declare(operators, 'provides', { kinds: ['inference.networking.k8s.io/InferencePool'] });
  const chat = new ModelSimulator(apps, 'chat', {
    model: 'Qwen/Qwen3-8B',
    replicas: { min: 2, max: 2 },
    kvEvents,
  });
  new EndpointPicker(apps, 'pool', chat, { prefix: 'precise' });
}

export function faulty(app: App): void {
  picked(app, false);
}

export function repaired(app: App): void {
  picked(app, true);
}
