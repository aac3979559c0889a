import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../lib/core/nearest';
import { yamlFiles } from './load';

/** Name of the file that others extend; no environment of its own. */
const BASE = 'base';

/** Somebody asked for an environment that is not there. */
export class UnknownEnvironmentError extends Error {
  public override readonly name = 'UnknownEnvironmentError';
}

/** The environments of a folder, by name. */
export function listEnvironments(dir: string): string[] {
  return yamlFiles(dir).filter((name) => name !== BASE);
}

/**
 * The file of an environment: `prod` is `prod.yaml` in the folder, and a path is itself.
 * @throws UnknownEnvironmentError with the nearest name
 */
export function resolveEnvironmentFile(nameOrPath: string, dir: string): string {
  const named = ['.yaml', '.yml']
    .map((ending) => join(dir, `${nameOrPath}${ending}`))
    .find((file) => existsSync(file));
  if (named) return named;
  if (/[/\\]|\.ya?ml$/.test(nameOrPath)) return nameOrPath;
  const known = listEnvironments(dir);
  const list = known.length > 0 ? `known: ${known.join(', ')}` : `${dir} holds none`;
  throw new UnknownEnvironmentError(
    `no environment '${nameOrPath}'${didYouMean(nameOrPath, known) || `; ${list}`}`,
  );
}
