import { validateObject } from '../../../lib/schemas';

/** `path: message` of every problem of an object. */
export function problems(object: unknown): string[] {
  return validateObject(object).map(({ path, message }) => `${path}: ${message}`);
}

/** A pod with one good container, changed as asked. */
export function podWith(container: object, spec: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'chat' },
    spec: { containers: [{ name: 'server', image: 'registry.example.com/server:1', ...container }], ...spec },
  };
}

/** A pod template that a selector of `app: chat` finds. */
export function template(spec: object = {}) {
  return {
    metadata: { labels: { app: 'chat' } },
    spec: { containers: [{ name: 'server', image: 'registry.example.com/server:1' }], ...spec },
  };
}
