// Two models behind one Service: each request reaches either.
import type { App } from 'cdk8s';
import type { Construct } from 'constructs';
import { ground, object, service, set } from '../ground';

function models(apps: Construct): void {
  for (const name of ['chat', 'embed']) {
    set(service(apps, name), '/spec/template/metadata/labels/tier', 'models');
  }
}

const selecting = (selector: object) => ({ spec: { selector, ports: [{ port: 80, targetPort: 'http' }] } });

export function faulty(app: App): void {
  const { apps } = ground(app);
  models(apps);
  object(apps, 'v1', 'Service', 'llm', selecting({ tier: 'models' }));
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  models(apps);
  object(apps, 'v1', 'Service', 'llm', selecting({ tier: 'models', 'app.kubernetes.io/name': 'chat' }));
}
