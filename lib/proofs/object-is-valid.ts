import type { RenderedObject } from '../core';
import { kindInfo, validateObject } from '../schemas';
import type { Proof, Refusal } from './proof';

/**
 * Every object is one that the API server would take: known kind, closed schema, CEL rules, scope.
 *
 * Fails: a Deployment with `spec.replica: 2`; did you mean 'replicas'?
 */
export const objectIsValid: Proof = {
  name: 'object-is-valid',
  about: 'Objects follow the closed schema of their kind, its CEL rules and its scope.',
  check({ rendered }) {
    const findings = rendered.objects.flatMap((rendered): Refusal[] => [
      ...homeless(rendered),
      ...validateObject(rendered.json).map(({ source, path, message }) => ({
        object: rendered.id,
        what: `${path}: ${message}`,
        why:
          source === 'kind'
            ? 'no API server of this version knows it'
            : 'the API server refuses the object, or drops the field in silence',
        fix: 'correct the field; if the construct wrote it, this is a fault of the construct',
      })),
    ]);
    return { findings, checked: rendered.objects.length };
  },
};

/** The API server would take it, into whatever namespace the tool that applies it points at. */
function homeless({ id: object, json }: RenderedObject): Refusal[] {
  if (json.metadata.namespace || kindInfo(json.apiVersion, json.kind)?.scope !== 'Namespaced') return [];
  return [
    {
      object,
      what: 'metadata.namespace: is absent, and the kind lives in a namespace',
      why: 'each engine would put it somewhere else',
      fix: 'name its namespace',
    },
  ];
}
