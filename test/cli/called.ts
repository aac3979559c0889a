import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExitCode } from '../../lib/cli/command';
import { main } from '../../lib/cli/main';

export interface Called {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** A folder with `environments/`: one that is good, and what the test writes beside it. */
export class Folder {
  public readonly path = mkdtempSync(join(tmpdir(), 'cli-'));

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(this.path, 'environments'));
    cpSync(
      join(__dirname, '../examples/environments/first.yaml'),
      join(this.path, 'environments/first.yaml'),
    );
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  public write(name: string, text: string): void {
    writeFileSync(join(this.path, 'environments', `${name}.yaml`), text);
  }

  /** Call the command as the shell would, here and not in a process; paths of this machine are cut out. */
  public async call(line: string): Promise<Called> {
    const said = { out: '', err: '' };
    const code = await main(line.split(' ').filter(Boolean), {
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
      terminal: false,
      cwd: this.path,
    });
    return { code, out: this.plain(said.out), err: this.plain(said.err) };
  }

  private plain(text: string): string {
    return text.replaceAll(`${this.path}/`, '');
  }
}
