import { readFileSync, statSync } from 'node:fs';
import { type ErrorCode, isAlias, isMap, isScalar, isSeq, type Pair, parseDocument } from 'yaml';
import type { Place, Report, SourceFile } from './problems';
import { printedPath } from './problems';

/** A value as written, with the place that wrote it. */
export type Node = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly type: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, Entry>;
  /** Inherited entries that a `null` took away, and where. */
  readonly removed?: ReadonlyMap<string, Place>;
  /** The key (`kind` or `engine`) whose change made it drop what it inherited. */
  readonly another?: string;
}

export interface Entry {
  /** Where the key stands. */
  readonly key: Place;
  readonly node: Node;
}

export interface ListNode {
  readonly type: 'list';
  readonly place: Place;
  readonly items: readonly Node[];
}

export interface ScalarNode {
  readonly type: 'scalar';
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** As written, so that `012345678901` is not quoted back as `12345678901`. */
  readonly text: string;
}

/** No environment is this large or deep; a parser that is handed something else must not run for minutes. */
const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 32;
const TOO_DEEP = `is nested too deeply; at most ${MAX_DEPTH} levels are read`;

/** Where lines begin. The parser's own counter forgets lines in which it lost its way. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function positionIn(starts: readonly number[], offset: number): { line: number; col: number } {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, col: offset - starts[low] + 1 };
}

/** Read one YAML file into nodes. `undefined` after a fault that leaves nothing to look at. */
export function readSource(file: string, report: Report): MapNode | undefined {
  let starts = [0];
  const lines = { linePos: (offset: number) => positionIn(starts, offset) };
  const source: SourceFile = { name: printedPath(file), lines };
  const start: Place = { file: source, offset: 0 };
  const text = readText(file, (message) => report(start, '', message));
  if (text === undefined) return undefined;
  starts = lineStarts(text);

  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(text, {
      prettyErrors: false,
      schema: 'core',
      stringKeys: true,
      uniqueKeys: false, // ours below: the parser's check is quadratic and names no second place
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    report(start, '', TOO_DEEP);
    return undefined;
  }
  const seen = new Set<number>();
  for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
    const { line } = lines.linePos(pos[0]);
    if (!seen.has(line)) report({ file: source, offset: pos[0] }, '', syntaxFault(code, message));
    seen.add(line);
  }
  if (seen.size > 0) return undefined;
  if (isScalar(document.contents) ? document.contents.value === null : document.contents === null) {
    report(start, '', 'is empty; an environment needs at least name, tier, gitops and data');
    return undefined;
  }
  let readable = true;
  const unreadable: Report = (...fault) => {
    readable = false;
    report(...fault);
  };
  const root = toNode(document.contents, { file: source, report, unreadable }, '', 0);
  if (!readable) return undefined;
  if (root.type === 'map') return root;
  report(root.place, '', `the top of an environment file is a map of keys, not ${kindOf(root)}`);
  return undefined;
}

/** `a map`, `a list` or `a single value`. */
export function kindOf(node: Node): string {
  return node.type === 'scalar' ? 'a single value' : `a ${node.type}`;
}

/** Join a path and a key; keys that are no plain words are quoted. */
export function under(path: string, key: string): string {
  const plain = /^[\w./-]{1,64}$/.test(key);
  const shown = plain ? key : JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
  return path ? `${path}.${shown}` : shown;
}

function readText(file: string, fault: (message: string) => void): string | undefined {
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) return void fault('is a directory; name a YAML file');
    if (!stat.isFile()) return void fault('is not a regular file; name a YAML file');
    if (stat.size > MAX_BYTES) {
      return void fault(
        `is ${(stat.size / MAX_BYTES).toFixed(1)} MiB; an environment file has at most 1 MiB`,
      );
    }
    const bytes = readFileSync(file);
    if (bytes.includes(0)) return void fault('is not a text file; name a YAML file');
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return void fault('no such file');
    if (code === 'EACCES' || code === 'EPERM') return void fault('may not be read; check its permissions');
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return void fault('is not UTF-8 text; save it as UTF-8');
    return void fault(`cannot be read (${code ?? (error as Error).message})`);
  }
}

/** The parser's message, in the words of somebody who writes a file and not a program. */
function syntaxFault(code: ErrorCode, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document starts here; an environment is one, without ---';
  if (code === 'NON_STRING_KEY') return 'a key is a name, not a map or a list';
  // the parser catches its own stack overflow
  if (message.startsWith('Maximum call stack')) return TOO_DEEP;
  return `not valid YAML: ${message}`;
}

interface Reading {
  readonly file: SourceFile;
  readonly report: Report;
  /** For a fault after which the values cannot be trusted. */
  readonly unreadable: Report;
}

function toNode(value: unknown, reading: Reading, path: string, depth: number): Node {
  const place = { file: reading.file, offset: offsetOf(value) };
  if (depth > MAX_DEPTH) {
    reading.unreadable(place, path, TOO_DEEP);
  } else if (isMap(value)) {
    return { type: 'map', place, entries: toEntries(value.items, reading, path, depth) };
  } else if (isSeq(value)) {
    const items = value.items.map((item, i) => toNode(item, reading, `${path}[${i}]`, depth + 1));
    return { type: 'list', place, items };
  } else if (isAlias(value)) {
    const repair = "write the value out, or share it through 'extends'";
    reading.unreadable(place, path, `aliases such as *${value.source} are not read; ${repair}`);
  }
  if (!isScalar(value)) return { type: 'scalar', place, value: null, text: '' };
  const { value: scalar, source } = value;
  const typed = typeof scalar === 'number' || typeof scalar === 'boolean' || scalar === null;
  return { type: 'scalar', place, value: typed ? scalar : String(scalar), text: source ?? String(scalar) };
}

function toEntries(pairs: readonly Pair[], reading: Reading, path: string, depth: number) {
  const { file, report } = reading;
  const entries = new Map<string, Entry>();
  for (const pair of pairs) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const at = { file, offset: offsetOf(pair.key) };
    const here = under(path, key);
    const node = toNode(pair.value, reading, here, depth + 1);
    const first = entries.get(key);
    if (first) {
      const { line } = file.lines.linePos(first.key.offset);
      report(at, here, `is written twice; the first is on line ${line}`);
    } else {
      // `{ key }` has no value, so none with a place of its own
      entries.set(key, { key: at, node: pair.value === null ? { ...node, place: at } : node });
    }
  }
  return entries;
}

function offsetOf(value: unknown): number {
  const range = (value as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}
