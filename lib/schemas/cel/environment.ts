import { isIP } from 'node:net';
import type { Environment } from '@marcbachmann/cel-js' with { 'resolution-mode': 'import' };
import { goRegex } from '../regex';
import { nanosOf } from '../rules/quantity';

/**
 * The language of the rules: CEL, and of the functions Kubernetes adds those that a rule here calls. The engine is loaded when
 * the first rule runs, because most objects have none.
 */
function createEnvironment(): Environment {
  const cel = require('@marcbachmann/cel-js') as { Environment: typeof Environment };
  return new cel.Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('self', 'dyn')
    .registerFunction('isIP(string): bool', (value: string) => isIP(value) !== 0)
    .registerFunction('string.find(string): string', (value: string, regex: string) => {
      return goRegex(regex).exec(value)?.[0] ?? '';
    })
    .registerFunction('string.goMatches(string): bool', (value: string, regex: string) => {
      return goRegex(regex).test(value);
    })
    .registerFunction('goMatches(dyn, string): bool', (value: unknown, regex: string) => {
      return typeof value === 'string' && goRegex(regex).test(value);
    })
    .registerFunction('quantityLess(string, string): bool', (a: string, b: string) => amount(a) < amount(b))
    .registerFunction('quantityGreater(string, string): bool', (a: string, b: string) => {
      return amount(a) > amount(b);
    });
}

/** What is no quantity fails the rule, as it does in the API server. */
function amount(quantity: string): bigint {
  const nanos = nanosOf(quantity);
  if (nanos === undefined) throw new Error(`'${quantity}' is no quantity`);
  return nanos;
}

let environment: Environment | undefined;

/** A rule that can be run on what CEL calls `self`. */
export type Compiled = (context: { readonly self: unknown }) => unknown;

const compiled = new Map<string, Compiled>();

/** Compile an expression once; throws what is wrong with it. */
export function compile(expression: string): Compiled {
  let run = compiled.get(expression);
  if (!run) {
    environment ??= createEnvironment();
    const parsed = environment.parse(rewritten(expression));
    const checked = parsed.check();
    if (!checked.valid) throw checked.error ?? new Error('does not type-check');
    run = parsed;
    compiled.set(expression, run);
  }
  return run;
}

/**
 * The engine takes no `has()` below an index and knows no quantities, and JavaScript's regular expressions no `(?i)`: say the
 * same in words it knows.
 */
function rewritten(expression: string): string {
  return expression
    .replace(
      /\bhas\((\w+(?:\.\w+)*\[(?:\w+|size\(\w+\) - \d+)\])\.([\w.]+)\)/g,
      '[$1].exists(indexed, has(indexed.$2))',
    )
    .replace(
      /\bquantity\((string\(\w+\)|\w+)\)\.is(Less|Greater)Than\(quantity\(('[^']*')\)\)/g,
      'quantity$2($1, $3)',
    )
    .replace(/\bmatches\(/g, 'goMatches(');
}
