// Two roles of one model in different versions of the engine, which refuse each other's caches.
import type { App } from 'cdk8s';
import { replace, roles } from '../roles';

export function faulty(app: App): void {
  roles(app, ({ prefill }) =>
    replace(prefill, '/spec/template/spec/containers/0/image', 'registry.example.com/vllm-efa:v0.32.0'),
  );
}

export function repaired(app: App): void {
  roles(app);
}
