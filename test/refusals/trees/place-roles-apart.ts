// Two roles on nodes of three zones, and nothing that keeps them in one.
import type { App } from 'cdk8s';
import { remove, roles } from '../roles';

export function faulty(app: App): void {
  roles(app, ({ decode, prefill }) => {
    for (const each of [decode, prefill]) remove(each, '/spec/template/spec/affinity');
  });
}

export function repaired(app: App): void {
  roles(app);
}
