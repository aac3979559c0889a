import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { didYouMean } from '../lib/core/nearest';
import { checkAll } from './checks';
import { merge } from './merge';
import { Places } from './places';
import { EnvironmentError, type Found, positionOf, printedPath, type Report } from './problems';
import { type EnvironmentValues, EXTENDS, environmentSchema } from './schema';
import { type MapNode, readSource } from './source';

/** A validated environment: its values, and where each was written. */
export type Environment = EnvironmentValues & {
  /** Path of the file, as messages print it. */
  readonly file: string;
  /** `file:line:column` of the value at a path such as `models.chat.gpus`, or of the nearest value around it. */
  readonly locate: (path: string) => string | undefined;
};

/**
 * Read an environment file and the files it extends.
 * @throws EnvironmentError with every problem at once
 */
export function loadEnvironment(path: string): Environment {
  const found: Found[] = [];
  const report: Report = (place, at, message) => found.push({ place, path: at, message });
  const file = resolve(path);
  const chain = readChain(file, found);
  const files = chain.map((source) => source.place.file);

  let root: MapNode | undefined;
  for (const source of chain.toReversed()) root = merge(root, source, report);
  if (!root) throw new EnvironmentError(found, files);

  const places = new Places(root);
  const values = environmentSchema.read(root, '', report) ?? {};
  checkAll(values, {
    fault: (at, message) => report(places.near(at), at, message),
    written: (at) => places.exact(at) !== undefined,
  });
  if (found.length > 0) throw new EnvironmentError(found, files);
  return Object.freeze({
    ...(values as EnvironmentValues),
    file: printedPath(file),
    locate: (at: string) => positionOf(places.near(at)),
  });
}

/** The files from the named one to the last that it extends. Throws when one of them cannot be read. */
function readChain(file: string, found: Found[]): MapNode[] {
  const report: Report = (place, path, message) => found.push({ place, path, message });
  const chain: MapNode[] = [];
  const visited: string[] = [];
  for (let next: string | undefined = file; next !== undefined; ) {
    const source = readSource(next, report);
    if (!source) throw new EnvironmentError(found, []);
    chain.push(source);
    visited.push(realpathSync(next));
    next = extendedBy(source, next, visited, report);
    if (next === '') throw new EnvironmentError(found, []);
  }
  return chain;
}

/** The file that one extends; empty after a fault. */
function extendedBy(source: MapNode, file: string, visited: string[], report: Report): string | undefined {
  const node = source.entries.get('extends')?.node;
  if (node?.type !== 'scalar' || typeof node.value !== 'string' || !EXTENDS.pattern.test(node.value)) {
    return undefined; // the schema says what is wrong with it
  }
  const target = resolve(dirname(file), /\.ya?ml$/.test(node.value) ? node.value : `${node.value}.yaml`);
  if (!existsSync(target)) {
    const hint = didYouMean(basename(node.value), yamlFiles(dirname(target)));
    report(node.place, 'extends', `no such file ${printedPath(target)}${hint}`);
    return '';
  }
  const real = realpathSync(target);
  if (!visited.includes(real)) return target;
  const circle = [...visited.slice(visited.indexOf(real)), real].map((name) => basename(name));
  report(node.place, 'extends', `the files extend each other: ${circle.join(' -> ')}`);
  return '';
}

/** Names of the YAML files in a folder, without their ending. */
export function yamlFiles(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => basename(name, extname(name)))
    .sort();
}
