import type { RenderedObject } from '../core';
import { type CustomResourceDefinition, knownKind, OwnKinds, validateObject } from '../schemas';
import { groupOf } from './kinds';
import type { Proof, Refusal } from './proof';

/**
 * Every object is one that the API server would take: known kind, closed schema, CEL rules, scope.
 *
 * Fails: a Deployment with `spec.replica: 2`; did you mean 'replicas'?
 */
export const objectIsValid: Proof = {
  name: 'object-is-valid',
  about: 'Objects follow the closed schema of their kind, its CEL rules and its scope.',
  check({ rendered, index }) {
    const definitions = index.of('CustomResourceDefinition').map(({ json }) => json as unknown);
    const own = new OwnKinds(definitions as CustomResourceDefinition[]);
    const stated = new Set(rendered.facts.of('provides').flatMap(({ kinds = [] }) => kinds));
    const findings = rendered.objects.flatMap((rendered): Refusal[] => {
      const { apiVersion, kind } = rendered.json;
      const known = knownKind(apiVersion, kind) ?? own.find(apiVersion, kind);
      const name = `${groupOf(apiVersion)}/${kind}`;
      if (!known && stated.has(name)) return [unread(rendered.id, name)];
      return [
        ...homeless(rendered, known?.scope),
        ...validateObject(rendered.json, own).map(({ source, path, message }) => ({
          object: rendered.id,
          what: `${path}: ${message}`,
          why:
            source === 'kind'
              ? 'no API server of this version knows it'
              : 'the API server refuses the object, or drops the field in silence',
          fix:
            source === 'kind'
              ? `correct it; a kind of your own: add its definition (new CrdSet), or name ${name} in the provides of its release or in existing.kinds`
              : 'correct the field; if the construct wrote it, this is a fault of the construct',
        })),
      ];
    });
    return { findings, checked: rendered.objects.length };
  },
};

/** Somebody says that the cluster knows it; we do not know how it is written. */
const unread = (object: string, kind: string): Refusal => ({
  object,
  severity: 'warning',
  what: `is of kind ${kind}, whose schema is not here: no field of it was read`,
  why: 'a field that is misspelt or of the wrong type is found by the API server',
  fix: 'add the definition of the kind to the app (new CrdSet), and it is checked like all others',
});

/** The API server would take it, into whatever namespace the tool that applies it points at. */
function homeless({ id: object, json }: RenderedObject, scope: string | undefined): Refusal[] {
  if (json.metadata.namespace || scope !== 'Namespaced') return [];
  return [
    {
      object,
      what: 'metadata.namespace: is absent, and the kind lives in a namespace',
      why: 'each engine would put it somewhere else',
      fix: 'name its namespace',
    },
  ];
}
