import { didYouMean } from '../lib/core/nearest';
import type { Field } from './fields';
import { kindOf, type Node } from './source';

/** The rules of a text. */
export interface Text {
  readonly pattern: RegExp;
  /** What the pattern means, after "is not". */
  readonly format: string;
  /** Never quote the value: somebody may have pasted a secret. */
  readonly unquoted?: boolean;
  readonly maxLength?: number;
}

/** Text, with a pattern and the words for it. */
export function string(about: string, { pattern, format, unquoted, maxLength = 1024 }: Text): Field<string> {
  return {
    about,
    json: { type: 'string', description: about, pattern: pattern.source, maxLength },
    read: (node, path, report) => {
      if (node.type === 'scalar' && (typeof node.value === 'number' || typeof node.value === 'boolean')) {
        const what = typeof node.value === 'number' ? 'a number' : 'true or false';
        report(node.place, path, `${node.text} is read as ${what}; write it in quotes: "${node.text}"`);
      } else if (node.type !== 'scalar' || typeof node.value !== 'string') {
        report(node.place, path, `${show(node)} is not ${format}`);
      } else if (node.value.length > maxLength) {
        report(node.place, path, `has ${node.value.length} characters; at most ${maxLength} are legal`);
      } else if (!pattern.test(node.value)) {
        report(node.place, path, `${unquoted ? 'the text here' : show(node)} is not ${format}`);
      } else {
        return node.value;
      }
    },
  };
}

interface Range {
  readonly min?: number;
  readonly max?: number;
  /** The value must be above this. */
  readonly above?: number;
}

/** A number within bounds. */
export function number(about: string, range: Range): Field<number> {
  return numeric('number', 'a number', Number.isFinite, about, range);
}

/** A whole number within bounds. */
export function integer(about: string, range: Range): Field<number> {
  return numeric('integer', 'a whole number', Number.isSafeInteger, about, range);
}

function numeric(
  type: string,
  noun: string,
  legal: (value: number) => boolean,
  about: string,
  { min, max, above }: Range,
): Field<number> {
  const bounds = {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
    ...(above === undefined ? {} : { exclusiveMinimum: above }),
  };
  return {
    about,
    json: { type, description: about, ...bounds },
    read: (node, path, report) => {
      const value = node.type === 'scalar' ? node.value : undefined;
      const fault = (message: string) => report(node.place, path, `${show(node)} ${message}`);
      if (typeof value === 'string' && value.trim() !== '' && legal(Number(value))) {
        fault('is text; write it without quotes');
      } else if (typeof value !== 'number' || !legal(value)) fault(`is not ${noun}`);
      else if (above !== undefined && value <= above) fault(`is not above ${above}`);
      else if (min !== undefined && value < min) fault(`is below the least, ${min}`);
      else if (max !== undefined && value > max) fault(`is above the most, ${max}`);
      else return value;
    },
  };
}

/** One of a few values. Those that are known but not built get an answer of their own. */
export function enumOf<const V extends string | number | boolean>(
  about: string,
  values: readonly V[],
  notBuilt: readonly string[] = [],
  refused: Readonly<Record<string, string>> = {},
): Field<V> {
  const list = values.map((value) => (notBuilt.length > 0 ? `'${value}'` : String(value))).join(', ');
  return {
    about,
    json: { description: about, enum: values },
    read: (node, path, report) => {
      const value = node.type === 'scalar' ? node.value : undefined;
      if (values.includes(value as V)) return value as V;
      if (Object.hasOwn(refused, String(value))) {
        report(node.place, path, `${show(node)} is not offered: ${refused[String(value)]}`);
      } else if (notBuilt.includes(String(value))) {
        report(node.place, path, `${show(node)} is not built yet; available: ${list}`);
      } else {
        const expected = values.length === 1 ? `is not ${list}` : `is not one of ${list}`;
        const hint = typeof value === 'string' ? didYouMean(value, values.map(String)) : '';
        report(node.place, path, `${show(node)} ${expected}${hint}`);
      }
      return undefined;
    },
  };
}

/** A field with words that we know and refuse, each with its reason and what to write. */
export function refusing<T>(field: Field<T>, words: Readonly<Record<string, string>>): Field<T> {
  return {
    ...field,
    read: (node, path, report) => {
      const said = node.type === 'scalar' ? String(node.value) : '';
      if (!Object.hasOwn(words, said)) return field.read(node, path, report);
      return void report(node.place, path, `'${said}' is not offered: ${words[said]}`);
    },
  };
}

/** True or false. */
export function boolean(about: string): Field<boolean> {
  return { ...enumOf(about, [true, false]), json: { type: 'boolean', description: about } };
}

/** The value as the reader wrote it, short enough for a line. */
export function show(node: Node): string {
  if (node.type !== 'scalar') return kindOf(node);
  if (typeof node.value !== 'string') return node.text || 'an empty value';
  const short = node.value.length > 60 ? `${node.value.slice(0, 60)}…` : node.value;
  return `'${JSON.stringify(short).slice(1, -1).replaceAll('\\"', '"')}'`;
}
