import { runRules } from './cel/rules';
import { type Checked, check } from './check';
import { withDefaults } from './defaults';
import { withoutNulls } from './nulls';
import type { OwnKinds } from './own-kinds';
import { type SchemaProblem, shown } from './problem';
import { runServerRules } from './rules/server';
import { knownKind, nearestKind } from './store';

/**
 * Everything an API server would say against an object, without one: the closed schema of its kind, the CEL rules of a custom
 * resource, and what the server checks in code. Nothing is changed; an empty list means that it would be taken. Kinds are
 * those of this library, and those that the app brings itself.
 */
export function validateObject(object: unknown, own?: OwnKinds): SchemaProblem[] {
  const { apiVersion, kind } = (object ?? {}) as { readonly apiVersion?: unknown; readonly kind?: unknown };
  if (typeof apiVersion !== 'string') return [notA('apiVersion', apiVersion)];
  if (typeof kind !== 'string') return [notA('kind', kind)];
  const known = knownKind(apiVersion, kind) ?? own?.find(apiVersion, kind);
  if (!known) return [unknownKind(apiVersion, kind)];
  const { schema } = known;

  const full = schema.resource ? withDefaults(object, schema) : object;
  const checked: Checked = { problems: [], mistyped: false };
  check(full, schema, '', checked);
  const { problems } = checked;
  // As in the API server: rules read only what its schema has found right.
  if (schema.resource && problems.length === 0) runRules(full, schema, '', problems);
  if (!checked.mistyped) {
    runServerRules(withoutNulls(object) as Parameters<typeof runServerRules>[0], known, problems);
  }
  return problems;
}

function notA(path: string, value: unknown): SchemaProblem {
  const message = value === undefined ? 'is required' : `must be a string, not ${shown(value)}`;
  return { source: 'kind', path, message };
}

function unknownKind(apiVersion: string, kind: string): SchemaProblem {
  const meant = nearestKind(apiVersion, kind);
  const message = `nothing is known of kind '${kind}' in '${apiVersion}'`;
  return {
    source: 'kind',
    path: 'kind',
    message: meant ? `${message}; did you mean ${meant}?` : message,
    ...(meant ? { nearest: meant } : {}),
  };
}
