import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program that should run on ended; the message ends in its own last words. */
export class ProgramEndedError extends Error {
  public override readonly name = 'ProgramEndedError';
}

interface Running {
  readonly name: string;
  readonly child: ChildProcess;
  readonly log: string;
  readonly ended: Promise<void>;
  /** It is to end. */
  dismissed?: boolean;
}

/** Asked to stop, etcd and the API server need up to nine seconds. */
const STOP_MS = 12_000;

/**
 * Waits for the end of its input, which comes also when we are killed outright, and then ends what we left behind. A
 * last line says that nothing was.
 */
const WATCHER = `
while read -r line; do
  [ "$line" = done ] && exit 0
  pids="$pids $line"
done
kill $pids 2>/dev/null; sleep 5; kill -9 $pids 2>/dev/null; rm -rf "$1"`;

/** Programs that live and die together, in a folder of their own. */
export class ProcessGroup {
  /** For their files; gone after `stop`. */
  public readonly folder = mkdtempSync(join(tmpdir(), 'nexus-rehearsal-'));
  private readonly running: Running[] = [];
  private readonly watcher: ChildProcess;
  private stopping: Promise<void> | undefined;

  constructor() {
    mkdirSync(join(this.folder, 'logs'));
    this.watcher = spawn('/bin/sh', ['-c', WATCHER, 'sh', this.folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.watcher.unref();
    // It may be gone before we say that we are done.
    this.watcher.stdin?.on('error', () => undefined);
  }

  /** Start a program; what it prints goes to a log. */
  public start(
    name: string,
    file: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): void {
    const log = join(this.folder, 'logs', `${name}.log`);
    const sink = openSync(log, 'w');
    const env = { PATH: process.env.PATH, HOME: this.folder, ...variables };
    // A group of its own, so that Ctrl-C reaches us first and the order of stopping is ours.
    const child = spawn(file, args, {
      cwd: this.folder,
      detached: true,
      stdio: ['ignore', sink, sink],
      env,
    });
    closeSync(sink);
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    if (child.pid) this.watcher.stdin?.write(`${child.pid}\n`);
    this.running.push({ name, child, log, ended });
  }

  /** @throws ProgramEndedError when one of them is gone */
  public check(): void {
    const gone = this.running.find(
      ({ child, dismissed }) =>
        !dismissed && (!child.pid || child.exitCode !== null || Boolean(child.signalCode)),
    );
    if (!gone || this.stopping) return;
    const words = readFileSync(gone.log, 'utf8').trimEnd().split('\n').slice(-5).join('\n  ');
    throw new ProgramEndedError(
      `${gone.name} ended (${gone.child.signalCode ?? `exit code ${gone.child.exitCode}`}):\n  ${words}`,
    );
  }

  /** What one of them printed. */
  public logOf(name: string): string {
    const found = this.running.find((one) => one.name === name);
    return found ? readFileSync(found.log, 'utf8') : '';
  }

  /** Signal one of them, which is to end; resolves with its exit code, or with the signal that ended it. */
  public async dismiss(name: string, signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const one = this.running.find((each) => each.name === name);
    if (!one) throw new Error(`${name} was never started`);
    one.dismissed = true;
    one.child.kill(signal);
    await one.ended;
    return one.child.exitCode ?? one.child.signalCode;
  }

  /** End all of them, last started first, and wait until they are gone. */
  public stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    for (const one of [...this.running].reverse()) await endOf(one);
    this.watcher.stdin?.end('done\n');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function endOf({ child, ended }: Running): Promise<void> {
  if (!child.pid || child.exitCode !== null || child.signalCode) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
