import type { SchemaNode } from '../node';
import { fieldPath, type SchemaProblem } from '../problem';
import type { CelRule } from '../schema';
import { toCel } from './convert';
import { compile } from './environment';

/** Run the CEL rules of a schema on a value that already has its defaults and its types. */
export function runRules(value: unknown, node: SchemaNode, path: string, problems: SchemaProblem[]): void {
  if (value === null || value === undefined) return;
  const rules = node.schema['x-kubernetes-validations'];
  if (rules) {
    const self = toCel(value, node);
    for (const rule of rules) runRule(rule, self, path, problems);
  }
  if (Array.isArray(value)) {
    const { items } = node;
    if (items) for (let i = 0; i < value.length; i++) runRules(value[i], items, `${path}[${i}]`, problems);
  } else if (typeof value === 'object') {
    const map = value as Readonly<Record<string, unknown>>;
    for (const name in map) {
      const field = node.field(name) ?? node.values;
      if (field) runRules(map[name], field, fieldPath(path, name), problems);
    }
  }
}

/** A rule about a change says nothing of an object that is new. */
export function comparesWithOld(rule: CelRule): boolean {
  return /\boldSelf\b/.test(rule.rule);
}

function runRule(rule: CelRule, self: unknown, path: string, problems: SchemaProblem[]): void {
  if (comparesWithOld(rule)) return;
  const at = rule.fieldPath ? `${path}${rule.fieldPath}`.replace(/^\./, '') : path;
  try {
    if (compile(rule.rule)({ self }) === true) return;
    problems.push({ source: 'cel', path: at, message: messageOf(rule, self) });
  } catch (error) {
    // The API server refuses an object whose rule fails to run, too.
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    problems.push({
      source: 'cel',
      path: at,
      message: `${messageOf(rule, self)} (the rule could not run: ${reason})`,
    });
  }
}

function messageOf(rule: CelRule, self: unknown): string {
  if (rule.messageExpression) {
    try {
      const message = compile(rule.messageExpression)({ self });
      if (typeof message === 'string' && message !== '') return message;
    } catch {
      // As in the API server, a message that cannot be made gives way to the plain one.
    }
  }
  return rule.message?.trim() ?? `failed rule: ${rule.rule.trim()}`;
}
