import { didYouMean } from '../../core';
import { AGGREGATIONS, arity, FUNCTIONS, type ValueType } from './functions';
import { type Matcher, type Selector, takesEmpty } from './selectors';
import { PromqlFault, type Token, tokensOf } from './tokens';

/** A query as Prometheus would read it, or why it would not. */
export type Parsed =
  | { readonly type: ValueType; readonly selectors: readonly Selector[] }
  | { readonly fault: string; readonly at: number };

/** Read a query. Experimental functions are refused: Prometheus has them behind a flag only. */
export function parsePromql(query: string): Parsed {
  try {
    const parser = new Parser(tokensOf(query));
    return { type: parser.whole(), selectors: parser.selectors };
  } catch (error) {
    if (error instanceof PromqlFault) return { fault: error.message, at: error.at };
    throw error;
  }
}

/** How strongly operators bind. `^` alone binds to the right. */
const BINDING: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ...['and', 'unless'].map((op) => [op, 2] as const),
  ...['==', '!=', '<', '<=', '>', '>='].map((op) => [op, 3] as const),
  ...['+', '-'].map((op) => [op, 4] as const),
  ...['*', '/', '%', 'atan2'].map((op) => [op, 5] as const),
  ['^', 6],
]);
const SETS = 2;
const COMPARISONS = 3;
const UNARY = 5;
const WORDS: Readonly<Record<ValueType, string>> = {
  scalar: 'a number',
  string: 'a text',
  vector: 'one value of each series',
  range: 'values over a time',
};

/** What stands on one side of an operator. */
interface Term {
  readonly type: ValueType;
  readonly at: number;
  /** Series as they are stored: only those have a time, an offset and an instant. */
  readonly bare?: boolean;
  /** A subquery may have an offset too. */
  readonly subquery?: boolean;
}

class Parser {
  public readonly selectors: Selector[] = [];
  private index = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  public whole(): ValueType {
    if (this.tokens.length === 1) this.fail('says nothing');
    const { type } = this.expression(0);
    if (this.token.kind !== 'end') this.fail(`'${this.token.text}' follows a whole query`);
    return type;
  }

  private expression(least: number): Term {
    let left = this.unary();
    for (;;) {
      const op = this.token;
      const binds = op.kind === 'sign' || op.kind === 'name' ? BINDING.get(op.text.toLowerCase()) : undefined;
      if (binds === undefined || binds < least) return left;
      this.index++;
      const { bool, matching } = this.matching(op, binds);
      const right = this.expression(op.text === '^' ? binds : binds + 1);
      left = this.joined(op, binds, left, right, { bool, matching });
    }
  }

  /** `bool`, `on (…)`, `group_left (…)` between an operator and its right side. */
  private matching(op: Token, binds: number): { bool: boolean; matching: boolean } {
    const bool = this.word('bool');
    if (bool && binds !== COMPARISONS) this.fail(`'${op.text}' compares nothing, so bool means nothing`, op);
    const matching = this.word('on') || this.word('ignoring');
    if (matching) this.labels();
    const group = this.token;
    if (!this.word('group_left') && !this.word('group_right')) return { bool, matching };
    if (!matching) this.fail(`'${group.text}' needs on (…) or ignoring (…) before it`, group);
    if (binds <= SETS) this.fail(`'${op.text}' knows no '${group.text}'`, group);
    if (this.is('(')) this.labels();
    return { bool, matching };
  }

  private joined(
    op: Token,
    binds: number,
    left: Term,
    right: Term,
    { bool, matching }: { bool: boolean; matching: boolean },
  ): Term {
    for (const { type } of [left, right]) {
      if (type === 'string' || type === 'range') this.fail(`'${op.text}' does not join ${WORDS[type]}`, op);
    }
    const series = [left, right].filter(({ type }) => type === 'vector').length;
    if (binds <= SETS && series < 2) this.fail(`'${op.text}' joins series, not numbers`, op);
    if (binds === COMPARISONS && series === 0 && !bool) {
      this.fail(`'${op.text}' between two numbers needs bool`, op);
    }
    if (matching && series < 2) this.fail(`on (…) and ignoring (…) stand between series only`, op);
    return { type: series ? 'vector' : 'scalar', at: left.at };
  }

  private unary(): Term {
    const { at } = this.token;
    if (!this.sign('-') && !this.sign('+')) return this.followed(this.primary());
    const { type } = this.expression(UNARY + 1);
    if (type === 'string' || type === 'range') this.fail(`a sign stands before ${WORDS[type]}`);
    return { type, at };
  }

  /** `[5m]`, `[1h:5m]`, `offset 5m` and `@ end()`, in any order that Prometheus takes. */
  private followed(start: Term): Term {
    let term = start;
    let offset = false;
    let instant = false;
    for (;;) {
      const { at, text } = this.token;
      if (this.sign('[')) {
        this.duration();
        const subquery = this.sign(':');
        if (subquery && !this.is(']')) this.duration();
        this.expect(']', 'a time');
        if (!subquery && !term.bare) this.fail('a time in brackets stands after stored series only', at);
        if (!subquery && (offset || instant)) this.fail('a time stands before offset and @', at);
        if (term.type !== 'vector') this.fail(`has no time: it is ${WORDS[term.type]}`, at);
        term = { type: 'range', at: term.at, bare: !subquery, subquery };
        if (subquery) offset = instant = false;
      } else if (this.word('offset')) {
        if (!this.sign('-')) this.sign('+');
        this.duration();
        if (offset || !(term.bare || term.subquery)) this.fail("'offset' has no series before it", at);
        offset = true;
      } else if (this.sign('@')) {
        if (instant || !(term.bare || term.subquery)) this.fail("'@' has no series before it", at);
        instant = true;
        this.instant();
      } else {
        if (text === '{' && this.token.kind === 'sign') this.fail("'{' has no name before it");
        return term;
      }
    }
  }

  private instant(): void {
    if (this.word('start') || this.word('end')) {
      this.expect('(', '@');
      this.expect(')', '@');
      return;
    }
    if (!this.sign('-')) this.sign('+');
    if (this.token.kind !== 'number') this.fail("'@' is followed by a time in seconds, start() or end()");
    this.index++;
  }

  private primary(): Term {
    const token = this.token;
    const { kind, text, at } = token;
    if (kind === 'number' || kind === 'duration') {
      this.index++;
      return { type: 'scalar', at };
    }
    if (kind === 'string') {
      this.index++;
      return { type: 'string', at };
    }
    if (this.sign('(')) {
      const { type } = this.expression(0);
      this.expect(')', 'a parenthesis');
      return { type, at };
    }
    if (this.is('{')) return this.selector(undefined, at);
    if (kind !== 'name') this.fail(kind === 'end' ? 'ends too early' : `'${text}' starts nothing`);
    this.index++;
    const lower = text.toLowerCase();
    if (AGGREGATIONS.has(lower) && (this.is('(') || this.isWord('by') || this.isWord('without'))) {
      return this.aggregation(lower, at);
    }
    if (this.is('(')) return this.call(text, at);
    if (BINDING.has(lower)) this.fail(`'${text}' has nothing before it`, token);
    return this.selector(text, at);
  }

  private aggregation(name: string, at: number): Term {
    const grouped = this.grouping();
    const parameter = AGGREGATIONS.get(name);
    const args = this.arguments(name);
    if (!grouped) this.grouping();
    const takes: ValueType[] = parameter ? [parameter, 'vector'] : ['vector'];
    if (args.length !== takes.length) {
      this.fail(`'${name}' takes ${takes.length} ${plural(takes.length)}, not ${args.length}`, at);
    }
    for (const [index, arg] of args.entries()) this.mustBe(arg, takes[index], name);
    return { type: 'vector', at };
  }

  private call(name: string, at: number): Term {
    const signature = FUNCTIONS.get(name);
    if (!signature) {
      const known = [...FUNCTIONS.keys(), ...AGGREGATIONS.keys()];
      this.fail(`'${name}' is no function of Prometheus${didYouMean(name, known)}`, at);
    }
    const args = this.arguments(name);
    const [least, most] = arity(signature);
    if (args.length < least || args.length > most) {
      const count = most === Number.POSITIVE_INFINITY ? `${least} or more` : `${most}`;
      this.fail(`'${name}' takes ${count} ${plural(most)}, not ${args.length}`, at);
    }
    const { takes, gives } = signature;
    for (const [index, arg] of args.entries()) {
      this.mustBe(arg, takes[Math.min(index, takes.length - 1)], name);
    }
    return { type: gives, at };
  }

  private arguments(name: string): Term[] {
    this.expect('(', `'${name}'`);
    const found: Term[] = [];
    if (this.sign(')')) return found;
    do found.push(this.expression(0));
    while (this.sign(','));
    this.expect(')', `'${name}'`);
    return found;
  }

  private mustBe({ type, at }: Term, wanted: ValueType, name: string): void {
    if (type === wanted) return;
    const fix = wanted === 'range' && type === 'vector' ? ', such as [5m] after the series' : '';
    this.fail(`'${name}' takes ${WORDS[wanted]}${fix}, and is given ${WORDS[type]}`, at);
  }

  private grouping(): boolean {
    if (!this.word('by') && !this.word('without')) return false;
    this.labels();
    return true;
  }

  /** `(a, b)`: any word is a label here. */
  private labels(): void {
    this.expect('(', 'a list of labels');
    while (!this.is(')')) {
      const { kind, text } = this.token;
      if (kind !== 'string' && kind !== 'name') {
        this.fail(kind === 'end' ? 'a list of labels does not end' : `'${text}' is no label`);
      }
      this.index++;
      if (!this.sign(',')) break;
    }
    this.expect(')', 'a list of labels');
  }

  private selector(named: string | undefined, at: number): Term {
    let name = named;
    const matchers: Matcher[] = [];
    const places: number[] = [];
    if (this.sign('{')) {
      while (!this.is('}')) {
        const label = this.token;
        if (label.kind !== 'name' && label.kind !== 'string') {
          this.fail(label.kind === 'end' ? "a '{' does not end" : `'${label.text}' is no label`);
        }
        this.index++;
        if (label.kind === 'string' && (this.is(',') || this.is('}'))) {
          if (name !== undefined) this.fail(`has two names, '${name}' and '${label.text}'`, label);
          name = label.text;
        } else {
          matchers.push(this.matcher(label));
          places.push(label.at);
        }
        if (!this.sign(',')) break;
      }
      this.expect('}', 'a list of matchers');
    }
    const empty = matchers.map((matcher, index) => takesEmpty(matcher, places[index]));
    if (name === undefined && empty.every(Boolean)) this.fail('takes every series there is', at);
    const own = matchers.find(({ label, op }) => label === '__name__' && op === '=')?.value;
    if (name !== undefined && own !== undefined) this.fail(`has two names, '${name}' and '${own}'`, at);
    const stored = name ?? own;
    this.selectors.push({ ...(stored === undefined ? {} : { name: stored }), matchers });
    return { type: 'vector', at, bare: true };
  }

  private matcher({ text: label, kind }: Token): Matcher {
    if (kind === 'name' && label.includes(':')) this.fail(`'${label}' is no label`);
    const op = this.token.text;
    if (op !== '=' && op !== '!=' && op !== '=~' && op !== '!~') {
      this.fail(`'${label}' is followed by ${op ? `'${op}'` : 'nothing'}, not by =, !=, =~ or !~`);
    }
    this.index++;
    const { kind: given, text: value } = this.token;
    if (given !== 'string') this.fail(`'${label}' is compared with ${value || 'nothing'}, not with a text`);
    this.index++;
    return { label, op, value };
  }

  private duration(): void {
    const { kind, text, at } = this.token;
    if (kind !== 'duration' && kind !== 'number') this.fail(`'${text}' is no duration, such as 5m`);
    if (/^[0.]*(ms|[smhdwy])?$/.test(text)) this.fail('a time of nothing', at);
    this.index++;
  }

  private get token(): Token {
    return this.tokens[this.index];
  }

  private is(text: string): boolean {
    return this.token.kind === 'sign' && this.token.text === text;
  }

  private isWord(text: string): boolean {
    return this.token.kind === 'name' && this.token.text.toLowerCase() === text;
  }

  private sign(text: string): boolean {
    if (!this.is(text)) return false;
    this.index++;
    return true;
  }

  private word(text: string): boolean {
    if (!this.isWord(text)) return false;
    this.index++;
    return true;
  }

  private expect(text: string, of: string): void {
    if (this.sign(text)) return;
    const { kind, text: found } = this.token;
    this.fail(`${of} wants '${text}', and ${kind === 'end' ? 'the query ends' : `finds '${found}'`}`);
  }

  private fail(message: string, at: number | Token = this.token): never {
    throw new PromqlFault(message, typeof at === 'number' ? at : at.at);
  }
}

const plural = (count: number): string => (count === 1 ? 'argument' : 'arguments');
