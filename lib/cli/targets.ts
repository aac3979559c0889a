import { join } from 'node:path';
import {
  EnvironmentError,
  listEnvironments,
  loadEnvironment,
  resolveEnvironmentFile,
  UnknownEnvironmentError,
} from '../../environments';
import { type Built, build } from '../../stacks/build';
import type { Finding } from '../core';
import type { Io } from './command';

/** What came of one environment: built, refused while building, or not readable. */
export type Outcome =
  | { readonly name: string; readonly built: Built }
  | { readonly name: string; readonly unreadable: string; readonly findings: readonly Finding[] };

/** Build each named environment, or all of the folder; a bad one does not hide the next. */
export function outcomes(names: readonly string[], io: Io): Outcome[] {
  const folder = join(io.cwd, 'environments');
  const wanted = names.length ? names : listEnvironments(folder);
  if (!wanted.length) {
    const text = `no environments in ${folder}: name one, such as 'nexus check path/to/prod.yaml'`;
    return [{ name: folder, unreadable: text, findings: [] }];
  }
  return wanted.map((name) => {
    if (io.terminal) io.err(`\r\x1b[K${name} …`);
    const outcome = outcomeOf(name, folder);
    if (io.terminal) io.err('\r\x1b[K');
    return outcome;
  });
}

function outcomeOf(name: string, folder: string): Outcome {
  try {
    return { name, built: build(loadEnvironment(resolveEnvironmentFile(name, folder))) };
  } catch (error) {
    if (error instanceof EnvironmentError) {
      return { name, unreadable: error.message, findings: error.problems.map(asFinding) };
    }
    if (error instanceof UnknownEnvironmentError) return { name, unreadable: error.message, findings: [] };
    throw error;
  }
}

const asFinding = (problem: EnvironmentError['problems'][number]): Finding => ({
  proof: 'environment-file',
  severity: 'error',
  object: problem.path,
  what: problem.message,
  why: 'the file is judged whole before anything is built from it',
  fix: 'change the value at this line',
  at: problem.at,
});

/** What `--json` prints: one object, or a list of them for several environments. */
export const jsonOf = (reports: readonly object[]): string =>
  `${JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)}\n`;
