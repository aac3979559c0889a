// Pods that answer without the role that the picker tells them by.
import type { App } from 'cdk8s';
import { replace, roles } from '../roles';

export function faulty(app: App): void {
  roles(app, ({ decode }) => replace(decode, '/spec/template/metadata/labels/llm-d.ai~1role', 'both'));
}

export function repaired(app: App): void {
  roles(app);
}
