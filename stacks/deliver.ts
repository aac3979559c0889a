import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gitops } from '../lib/engines/gitops';
import type { Built } from './build';
import { platformJson } from './platform-json';

/** Every file of an environment, by its path below `out/<environment>/`. */
export function filesOf(built: Built): Map<string, string> {
  const { environment, rendered, plan } = built;
  const files = new Map<string, string>();
  for (const [path, text] of gitops(rendered.layers, {
    environment: environment.name,
    ...environment.gitops,
  })) {
    files.set(`gitops/${path}`, text);
  }
  if (plan) files.set('foundation.json', `${JSON.stringify(plan, null, 2)}\n`);
  files.set('platform.json', `${JSON.stringify(platformJson(built), null, 2)}\n`);
  return files;
}

/** Replace `out/<environment>/` whole: what is there is never half of one version and half of another. */
export function deliver(built: Built, out: string): string[] {
  const files = filesOf(built);
  const target = join(out, built.environment.name);
  const fresh = `${target}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const folders = new Set<string>();
  for (const [path, text] of files) {
    const file = join(fresh, path);
    if (!folders.has(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    folders.add(dirname(file));
    writeFileSync(file, text);
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
  return [...files.keys()];
}
