// A sidecar that looks for its engine where nobody listens.
import type { App } from 'cdk8s';
import { replace, roles } from '../roles';

export function faulty(app: App): void {
  roles(app, ({ decode }) =>
    replace(decode, '/spec/template/spec/initContainers/1/args/1', '--model-server-port=8100'),
  );
}

export function repaired(app: App): void {
  roles(app);
}
