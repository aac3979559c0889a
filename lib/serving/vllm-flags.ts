import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import { didYouMean, nearest, PlatformError } from '../core';
import { REMOVED_FLAGS } from './removed-flags';

/** One option of `vllm serve`, as its parser knows it. */
interface Option {
  readonly flags: readonly string[];
  readonly kind: 'value' | 'boolean' | 'list';
  readonly type?: string;
  readonly choices?: readonly string[];
}

interface FlagList {
  /** Version of vLLM it was read from. */
  readonly version: string;
  readonly options: readonly Option[];
}

let list: FlagList | undefined;
let byName: ReadonlyMap<string, Option> | undefined;

/** The options of the vLLM in `versions.ts`. */
export function vllmFlags(): FlagList {
  list ??= JSON.parse(readFileSync(join(__dirname, 'data', 'vllm-flags.json'), 'utf8')) as FlagList;
  return list;
}

function options(): ReadonlyMap<string, Option> {
  byName ??= new Map(
    vllmFlags().options.flatMap((option) => accepted(option).map((flag) => [flag, option] as const)),
  );
  return byName;
}

/** A switch with two forms also takes the older `--no-enable-x`, which the help no longer shows. */
function accepted({ flags, kind }: Option): readonly string[] {
  return kind === 'boolean' && flags.length > 1 ? [...flags, `--no-${flags[0].slice(2)}`] : flags;
}

/** Refuse a word that the engine does not know for an option. */
export function checkWord(at: IConstruct, prop: string, flag: string, word: string): void {
  const choices = options().get(flag)?.choices ?? [];
  if (choices.includes(word)) return;
  const near = nearest(word, choices);
  throw new PlatformError(at, {
    what: `'${prop}' is '${word}', which vLLM ${vllmFlags().version} does not know${didYouMean(word, choices)}`,
    why: `its parser takes any word, and the engine does not: ${ENDS}`,
    fix: near ? `write '${near}'` : `write one of ${choices.join(', ')}`,
  });
}

interface Argument {
  readonly flag: string;
  readonly values: readonly string[];
}

/** Why an option must not be there, and what to do instead. */
export type Flags = Readonly<Record<string, { readonly why: string; readonly fix: string }>>;

const ENDS = 'the server ends at its start, after its node has been launched';

/**
 * Refuse arguments that the server would not take, that the construct writes itself (`owned`: flag to repair), or that
 * do harm.
 */
export function checkFlags(
  at: IConstruct,
  args: readonly string[],
  owned: Readonly<Record<string, string>>,
  refused: Flags = {},
): void {
  if (!args.length) return;
  const known = options();
  const { version } = vllmFlags();
  for (const { flag, values } of parsed(at, args)) {
    // `--compilation-config.mode 3` sets one field of a JSON option.
    const [name] = flag.split('.');
    const option = known.get(name);
    const [written] = known.get(name)?.flags ?? [name];
    if (owned[written]) {
      throw new PlatformError(at, {
        what: `'extraArgs' has '${name}', which the construct writes itself`,
        why: 'written twice, the last one wins in the server while checks here read the first',
        fix: owned[written],
      });
    }
    if (!option) throw unknown(at, name, version, known);
    if (refused[written]) {
      throw new PlatformError(at, { what: `'extraArgs' has '${name}'`, ...refused[written] });
    }
    const fault = name === flag ? misuse(option, values) : json(option);
    if (fault) {
      throw new PlatformError(at, {
        what: `'extraArgs' has '${[flag, ...values].join(' ')}': ${fault.what}`,
        why: `vLLM ${version} does not accept it: ${ENDS}`,
        fix: fault.fix,
      });
    }
  }
}

/** Flags with the values that follow them: `--x=1`, or `--x`, `1`. */
function parsed(at: IConstruct, args: readonly string[]): Argument[] {
  const found: { flag: string; values: string[] }[] = [];
  for (const arg of args) {
    if (arg.startsWith('-') && !/^-\d/.test(arg)) {
      const cut = arg.indexOf('=');
      found.push(
        cut < 0 ? { flag: arg, values: [] } : { flag: arg.slice(0, cut), values: [arg.slice(cut + 1)] },
      );
      continue;
    }
    const last = found.at(-1);
    if (!last) {
      throw new PlatformError(at, {
        what: `'extraArgs' begins with '${arg}', which is no flag`,
        why: "vLLM would read it as the model, which is the prop 'model'",
        fix: 'put the flag it belongs to in front of it, or delete it',
      });
    }
    last.values.push(arg);
  }
  return found;
}

function unknown(at: IConstruct, flag: string, version: string, known: ReadonlyMap<string, Option>) {
  if (!flag.startsWith('--')) {
    return new PlatformError(at, {
      what: `'extraArgs' has the short '${flag}'`,
      why: `only whole names can be compared with those of vLLM ${version}`,
      fix: 'write the long name',
    });
  }
  const repair = REMOVED_FLAGS[flag];
  if (repair) {
    return new PlatformError(at, {
      what: `'extraArgs' has '${flag}', which vLLM ${version} no longer takes`,
      why: `the option was removed, and with an unknown one ${ENDS}`,
      fix: repair,
    });
  }
  const longer = [...known.keys()].filter((name) => name.startsWith(flag));
  if (flag.length > 4 && longer.length > 0) {
    return new PlatformError(at, {
      what: `'extraArgs' has '${flag}', which is only the beginning of ${longer.map((l) => `'${l}'`).join(', ')}`,
      why: 'the parser takes a beginning while it is unique, so that the next version may refuse or misread it',
      fix: `write '${longer[0]}'`,
    });
  }
  const near = nearest(flag, known.keys());
  return new PlatformError(at, {
    what: `'extraArgs' has '${flag}', which vLLM ${version} does not know${didYouMean(flag, known.keys())}`,
    why: `with an unknown option ${ENDS}`,
    fix: near ? `write '${near}'` : 'delete it, or write it as `vllm serve --help=all` of that version does',
  });
}

interface Misuse {
  readonly what: string;
  readonly fix: string;
}

function json(option: Option): Misuse | undefined {
  if (option.kind === 'value' && !option.type) return undefined;
  return {
    what: 'it has no fields',
    fix: `write '${option.flags[0]}' alone; only options that take JSON have fields`,
  };
}

function misuse({ flags, kind, type, choices }: Option, values: readonly string[]): Misuse | undefined {
  const flag = flags[0];
  if (kind === 'boolean') {
    if (values.length === 0) return undefined;
    return {
      what: 'it is a switch and takes no value',
      fix: `write ${flags.map((f) => `'${f}'`).join(' or ')}`,
    };
  }
  if (values.length === 0) return { what: 'its value is missing', fix: `write '${flag}=<value>'` };
  if (kind === 'value' && values.length > 1) {
    return { what: `it takes one value, not ${values.length}`, fix: `write '${flag}=<value>'` };
  }
  for (const value of values) {
    if (choices && !choices.includes(value)) {
      const all = choices.join(', ');
      return {
        what: `'${value}' is not one of ${all}${didYouMean(value, choices)}`,
        fix: `write one of ${all}`,
      };
    }
    if ((type === 'int' && !/^-?\d+$/.test(value)) || (type === 'float' && !Number.isFinite(Number(value)))) {
      return {
        what: `'${value}' is no ${type === 'int' ? 'whole number' : 'number'}`,
        fix: 'write a number',
      };
    }
  }
  return undefined;
}
