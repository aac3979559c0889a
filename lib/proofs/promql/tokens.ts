/** Why a query is none, and where in its text. */
export class PromqlFault extends Error {
  constructor(
    message: string,
    public readonly at: number,
  ) {
    super(message);
  }
}

export type TokenKind = 'name' | 'number' | 'duration' | 'string' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; of a string what it says. */
  readonly text: string;
  readonly at: number;
}

const UNITS = ['ms', 's', 'm', 'h', 'd', 'w', 'y'];
/** Units come from large to small, each at most once. */
const DURATION = /^(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?/;
const NUMBER = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;
const NAME = /^[A-Za-z_:][A-Za-z0-9_:]*/;
const SIGNS = ['==', '!=', '=~', '!~', '<=', '>=', ...'+-*/%^=<>(){}[],@'];
const ESCAPES = /^(?:[abfnrtv\\'"]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/;

/** The words of a query. In brackets a colon divides; elsewhere it is part of a name. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let inBrackets = false;
  for (let at = 0; at < query.length; ) {
    const rest = query.slice(at);
    const blank = /^(?:\s+|#[^\n]*)/.exec(rest)?.[0];
    if (blank) {
      at += blank.length;
      continue;
    }
    const token = inBrackets && rest[0] === ':' ? sign(':', at) : next(rest, at);
    if (token.text === '[' && token.kind === 'sign') inBrackets = true;
    if (token.text === ']' && token.kind === 'sign') inBrackets = false;
    tokens.push(token);
    at += token.kind === 'string' ? quotedLength(rest, at) : token.text.length;
  }
  return [...tokens, { kind: 'end', text: '', at: query.length }];
}

const sign = (text: string, at: number): Token => ({ kind: 'sign', text, at });

function next(rest: string, at: number): Token {
  if (/^["'`]/.test(rest)) return { kind: 'string', text: rest.slice(1, quotedLength(rest, at) - 1), at };
  const duration = DURATION.exec(rest)?.[0];
  if (duration) {
    mustEnd(rest, duration, at);
    return { kind: 'duration', text: duration, at };
  }
  const number = NUMBER.exec(rest)?.[0];
  if (number) {
    mustEnd(rest, number, at);
    return { kind: 'number', text: number, at };
  }
  const name = NAME.exec(rest)?.[0];
  if (name) return { kind: /^(inf|nan)$/i.test(name) ? 'number' : 'name', text: name, at };
  const found = SIGNS.find((each) => rest.startsWith(each));
  if (found) return sign(found, at);
  throw new PromqlFault(`'${rest[0]}' means nothing here`, at);
}

/** A number runs into no word: `5minutes` and `1x` are neither. */
function mustEnd(rest: string, word: string, at: number): void {
  const tail = /^[\w.]+/.exec(rest.slice(word.length))?.[0];
  if (!tail) return;
  throw new PromqlFault(
    `'${word}${tail}' is neither a number nor a duration of ${UNITS.join(', ')}, from large to small`,
    at,
  );
}

/** Length of a quoted text with its quotes. */
function quotedLength(rest: string, at: number): number {
  const [quote] = rest;
  for (let i = 1; i < rest.length; i++) {
    if (rest[i] === quote) return i + 1;
    if (quote === '`') continue;
    if (rest[i] === '\n') break;
    if (rest[i] !== '\\') continue;
    const escaped = ESCAPES.exec(rest.slice(i + 1))?.[0];
    const other = quote === '"' ? "'" : '"';
    if (!escaped || escaped === other) {
      throw new PromqlFault(`'\\${rest[i + 1] ?? ''}' escapes nothing`, at + i);
    }
    i += escaped.length;
  }
  throw new PromqlFault('a text does not end', at);
}
