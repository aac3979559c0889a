// A sidecar that may not see which pods are of its pool, and waits for it for ever.
import type { App } from 'cdk8s';
import { remove, roles } from '../roles';

export function faulty(app: App): void {
  roles(app, ({ role }) => remove(role, '/rules/1'));
}

export function repaired(app: App): void {
  roles(app);
}
