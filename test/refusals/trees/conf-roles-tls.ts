// A sidecar that speaks TLS, behind a pool of plain HTTP.
import type { App } from 'cdk8s';
import { remove, roles } from '../roles';

export function faulty(app: App): void {
  roles(app, ({ decode }) => remove(decode, '/spec/template/spec/initContainers/1/args/3'));
}

export function repaired(app: App): void {
  roles(app);
}
