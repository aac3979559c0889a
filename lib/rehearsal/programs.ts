import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a rehearsal runs. */
export const REHEARSAL_PROGRAMS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'karpenter',
] as const;

/** Programs that `conformance:build` makes. */
export type Program = (typeof REHEARSAL_PROGRAMS)[number] | 'promtool' | 'amtool';

/** A program is not on this machine; the message is one line that says how to get it. */
export class MissingProgramsError extends Error {
  public override readonly name = 'MissingProgramsError';
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Finds the programs that were built into the cache, or that KUBEBUILDER_ASSETS brings. */
export class Programs {
  private readonly folders: readonly string[];

  constructor(variables: Variables = process.env) {
    const cache = variables.XDG_CACHE_HOME || join(homedir(), '.cache');
    const assets = variables.KUBEBUILDER_ASSETS;
    const built = join(cache, 'nexus-eks', 'conformance', 'current', 'bin');
    this.folders = assets ? [assets, built] : [built];
  }

  /** Those of the names that are not here. */
  public missing(names: readonly Program[]): Program[] {
    return names.filter((name) => this.find(name) === undefined);
  }

  /** @throws MissingProgramsError, naming all of them, when one is not here */
  public require(names: readonly Program[]): void {
    const missing = this.missing(names);
    if (missing.length === 0) return;
    throw new MissingProgramsError(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not built yet; run: ${buildCommand()}`,
    );
  }

  /** Path of one. */
  public path(name: Program): string {
    this.require([name]);
    return this.find(name) ?? name;
  }

  private find(name: Program): string | undefined {
    const folder = this.folders.find((candidate) => existsSync(join(candidate, name)));
    // The real path: a build that finishes meanwhile moves the link, not what we run.
    return folder && realpathSync(join(folder, name));
  }
}

/** The script lies beside the library, in a clone as in a package. */
function buildCommand(): string {
  for (let at = __dirname; dirname(at) !== at; at = dirname(at)) {
    const script = join(at, 'scripts', 'conformance-build.mjs');
    if (existsSync(script)) return at === process.cwd() ? 'npm run conformance:build' : `node ${script}`;
  }
  return 'npm run conformance:build';
}
