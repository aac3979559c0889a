import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The pins were resolved for the first; the others that LiteLLM allows are tried after it. */
const PYTHONS = ['python3.11', 'python3.12', 'python3.13'];

/** Python with the packages of a requirements file: built once, into a cache outside the tree that the pins name. */
export class PythonVenv {
  constructor(private readonly requirements: string) {}

  /** Path of its interpreter; the error of what cannot be had is one line. */
  public async python(): Promise<string> {
    const base = await interpreter();
    const python = join(this.home(base), 'bin', 'python');
    if (!existsSync(python)) await this.build(base, this.home(base));
    return python;
  }

  /** Whether it lies in the cache already. */
  public async built(): Promise<boolean> {
    return interpreter().then(
      (base) => existsSync(join(this.home(base), 'bin', 'python')),
      () => false,
    );
  }

  private home(base: string): string {
    const pins = readFileSync(this.requirements, 'utf8');
    const key = createHash('sha256').update(base).update(pins).digest('hex').slice(0, 16);
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
    return join(cache, 'nexus-eks', 'conformance', `python-${key}`);
  }

  /** In a folder of its own until it is whole, so that what lies in the cache can be trusted. */
  private async build(base: string, home: string): Promise<void> {
    const draft = `${home}.${process.pid}.tmp`;
    mkdirSync(join(draft, '..'), { recursive: true });
    try {
      await run(base, ['-m', 'venv', draft], { timeout: 60_000 });
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
      await run(join(draft, 'bin', 'python'), [...pip, '-r', this.requirements], { timeout: 900_000 });
      rmSync(home, { recursive: true, force: true });
      renameSync(draft, home);
    } catch (error) {
      const words = String((error as { stderr?: string }).stderr || (error as Error).message);
      throw new Error(`pip: ${words.trim().split('\n').at(-1)}`);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
}

async function interpreter(): Promise<string> {
  for (const name of PYTHONS) {
    try {
      const { stdout } = await run(name, ['-c', 'import sys, venv, ensurepip; print(sys.executable)']);
      return stdout.trim();
    } catch {}
  }
  throw new Error(`none of ${PYTHONS.join(', ')} is installed`);
}
