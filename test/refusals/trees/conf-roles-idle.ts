// Pods that read prompts, whose pool has none that answer.
import type { App } from 'cdk8s';
import { remove, roles } from '../roles';

export function faulty(app: App): void {
  roles(app, ({ decode }) => {
    remove(decode, '/spec/template/spec/initContainers/1');
  });
}

export function repaired(app: App): void {
  roles(app);
}
