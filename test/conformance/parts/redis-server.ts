import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { until } from '../../../lib/rehearsal/poll';
import { freePorts } from '../../../lib/rehearsal/ports';
import type { ProcessGroup } from '../../../lib/rehearsal/process-group';

const onPath = (name: string) =>
  (process.env.PATH ?? '').split(':').find((folder) => existsSync(join(folder, name)));

/** Redis or Valkey of this machine. CI gets Debian's, where it may; nobody else's machine is changed. */
export function redisProgram(): string {
  const found = () => ['valkey-server', 'redis-server'].find(onPath);
  if (!found() && process.env.CI === 'true' && process.getuid?.() === 0 && onPath('apt-get')) {
    try {
      for (const words of [['update'], ['install', '--yes', '--no-install-recommends', 'redis-server']]) {
        execFileSync('apt-get', words, { stdio: 'ignore', timeout: 120_000 });
      }
    } catch {}
  }
  const name = found();
  if (!name) throw new Error('neither valkey-server nor redis-server is installed');
  return name;
}

/** A certificate for loopback, and for other names that lead there, which is its own authority. */
export function selfSigned(folder: string, names: readonly string[] = []): { cert: string; key: string } {
  const files = { cert: join(folder, 'redis.crt'), key: join(folder, 'redis.key') };
  const all = ['IP:127.0.0.1', ...names.map((name) => `DNS:${name}`)];
  const name = ['-subj', '/CN=127.0.0.1', '-addext', `subjectAltName=${all}`];
  const out = ['-keyout', files.key, '-out', files.cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...name, ...out], {
    stdio: 'ignore',
  });
  return files;
}

export interface RedisProps {
  readonly password: string;
  /** Encrypted alone, as ElastiCache is. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A real server on loopback that keeps nothing on disk. */
export class RedisServer {
  public static async start(group: ProcessGroup, name: string, props: RedisProps): Promise<RedisServer> {
    const [port] = await freePorts(1);
    const { password, tls } = props;
    const files = tls ? ['--tls-cert-file', tls.cert, '--tls-key-file', tls.key] : [];
    const doors = tls
      ? ['--port', '0', '--tls-port', `${port}`, ...files, '--tls-auth-clients', 'no']
      : ['--port', `${port}`];
    const rest = ['--bind', '127.0.0.1', '--requirepass', password, '--save', '', '--appendonly', 'no'];
    group.start(name, redisProgram(), [...doors, ...rest], { PATH: process.env.PATH ?? '' });
    const server = new RedisServer(port, props);
    await until(`${name} up`, 15, async () => {
      group.check();
      return (await server.call('PING').catch(() => '')).includes('+PONG') || undefined;
    });
    return server;
  }

  private constructor(
    public readonly port: number,
    private readonly props: RedisProps,
  ) {}

  /** Names of all keys. */
  public async keys(): Promise<string[]> {
    const answer = await this.call('KEYS *');
    return answer.split('\r\n').filter((line) => line && !/^[+*$]/.test(line));
  }

  /** The raw answer to one command; a connection each, since this is asked a few times a run. */
  private call(command: string): Promise<string> {
    const { password, tls } = this.props;
    return new Promise((resolve, reject) => {
      const to = { port: this.port, host: '127.0.0.1' };
      const socket = tls ? connectTls({ ...to, ca: readFileSync(tls.cert) }) : connect(to);
      let text = '';
      socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
      socket.on('error', reject);
      socket.on('data', (data) => (text += data));
      socket.on('end', () => resolve(text));
      socket.write(`AUTH ${password}\r\n${command}\r\nQUIT\r\n`);
    });
  }
}
