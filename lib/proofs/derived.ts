import type { RenderedObject } from '../core';
import type { Keys } from './index-of';

interface ExternalSecretSpec {
  readonly target?: {
    readonly name?: string;
    readonly template?: {
      readonly data?: object;
      readonly mergePolicy?: string;
      readonly templateFrom?: unknown;
    };
  };
  readonly data?: readonly { readonly secretKey: string }[];
  readonly dataFrom?: readonly unknown[];
}

/** Secrets that controllers write because an object of ours asks for them: id and keys. */
export function derivedSecrets(objects: readonly RenderedObject[]): ReadonlyMap<string, Keys> {
  const found = new Map<string, Keys>();
  for (const { json } of objects) {
    const namespace = json.metadata.namespace;
    if (!namespace) continue;
    if (json.kind === 'ExternalSecret') {
      const spec = (json.spec ?? {}) as ExternalSecretSpec;
      found.set(`Secret/${namespace}/${spec.target?.name ?? json.metadata.name}`, externalKeys(spec));
    } else if (json.kind === 'Certificate') {
      const name = (json.spec as { secretName?: string } | undefined)?.secretName;
      if (name) found.set(`Secret/${namespace}/${name}`, new Set(['tls.crt', 'tls.key', 'ca.crt']));
    } else if (json.kind === 'KafkaUser') {
      found.set(`Secret/${namespace}/${json.metadata.name}`, 'any');
    }
  }
  return found;
}

function externalKeys({ target, data = [], dataFrom = [] }: ExternalSecretSpec): Keys {
  const template = target?.template;
  if (template?.templateFrom) return 'any';
  const written = Object.keys(template?.data ?? {});
  // A template replaces what was fetched, unless it says that it is merged.
  if (written.length && template?.mergePolicy !== 'Merge') return new Set(written);
  return dataFrom.length ? 'any' : new Set([...data.map((entry) => entry.secretKey), ...written]);
}
