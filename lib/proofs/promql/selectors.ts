import { PromqlFault } from './tokens';

export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** Series that a query reads. */
export interface Selector {
  /** Absent where only labels select. */
  readonly name?: string;
  readonly matchers: readonly Matcher[];
}

/** RE2 has neither of these, and JavaScript has both. */
const NOT_RE2 = /\(\?(?:[=!]|<[=!])|\\[1-9]/;

/** Prometheus reads regular expressions as RE2. */
export function mustBeRegex(text: string, at: number): RegExp {
  const source = text
    .replace(/\\\\/g, '\\')
    .replace(/\(\?P</g, '(?<')
    .replace(/^\(\?[imsU]+\)/, '');
  try {
    if (NOT_RE2.test(source)) throw new Error('RE2 has no lookaround and no backreference');
    return new RegExp(`^(?:${source})$`);
  } catch (error) {
    throw new PromqlFault(`'${text}' is no regular expression: ${(error as Error).message}`, at);
  }
}

/** Whether a matcher also takes series without the label. */
export function takesEmpty({ op, value }: Matcher, at: number): boolean {
  if (op === '=') return value === '';
  if (op === '!=') return value !== '';
  return mustBeRegex(value, at).test('') === (op === '=~');
}
