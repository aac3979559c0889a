import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT = join(__dirname, '../..');
const COMPILER = join(ROOT, 'node_modules/typescript-native/bin/tsc');

/** What `npm pack` says of the tarball it wrote. */
export interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Build and pack as a publisher does, lifecycle scripts included; `.npmrc` switches those off for installs. */
export function pack(folder: string): Packed {
  const args = ['pack', '--json', '--ignore-scripts=false', '--offline', `--pack-destination=${folder}`];
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }));
  return packed as Packed;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder as after `npm install`: the unpacked package, and links to what stands for the registry's packages. */
export class Project {
  constructor(
    public readonly folder: string,
    tarball: string,
    links: readonly string[],
  ) {
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, 'nexus-eks'), { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', join(modules, 'nexus-eks'), '--strip-components=1']);
    for (const name of links) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name), 'dir');
    }
    writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n');
    cpSync(join(ROOT, 'test/examples/environments'), join(folder, 'environments'), { recursive: true });
  }

  /** Compile the programs as strictly as a compiler can, declarations of libraries included. */
  public compile(...programs: string[]): Ran {
    for (const name of programs) {
      cpSync(join(ROOT, 'test/consumer/programs', `${name}.ts`), join(this.folder, `${name}.ts`));
    }
    const compilerOptions = {
      target: 'ES2022',
      module: 'node16',
      strict: true,
      skipLibCheck: false,
      types: ['node'],
      rootDir: '.',
    };
    const files = programs.map((name) => `${name}.ts`);
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    return this.node([COMPILER, '-p', 'tsconfig.json']);
  }

  public node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: undefined, ...env },
    });
    return { code: status, out: stdout, err: stderr };
  }
}
