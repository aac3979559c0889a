import { Construct } from 'constructs';
import type { ICache } from '../contracts';
import {
  ConnectionSecret,
  GeneratedSecret,
  type ISecret,
  images,
  PlatformError,
  type PodGroup,
  Workload,
} from '../core';

export interface ValkeyCacheProps {
  /** A cache evicts what was not used for longest; a queue refuses writes instead, and keeps its data on disk. */
  readonly role: 'cache' | 'queue';
  /**
   * Memory for data; the container gets a third more, for buffers and for the fork that rewrites the log.
   * @default 1
   */
  readonly memoryGiB?: number;
  /**
   * CPU request.
   * @default '250m'
   */
  readonly cpu?: string;
}

const PORT = 6379;
const CONFIG = '/etc/valkey/config';
const AUTH = '/etc/valkey/auth';

/** One Valkey in the cluster; the id is its name. It has no standby: an outage lasts as long as a restart. */
export class ValkeyCache extends Construct implements ICache {
  public readonly role: 'cache' | 'queue';
  public readonly port = PORT;
  public readonly tls = false;
  private readonly auth: GeneratedSecret;
  private readonly server: Workload;

  constructor(scope: Construct, id: string, props: ValkeyCacheProps) {
    super(scope, id);
    const { role, memoryGiB = 1, cpu = '250m' } = props;
    this.role = role;
    const dataMiB = Math.floor(memoryGiB * 1024);
    if (!(dataMiB >= 64)) {
      throw new PlatformError(this, {
        what: `'memoryGiB' is ${memoryGiB}`,
        why: 'below 64 MiB the connections of a few clients leave no room for data',
        fix: 'set memoryGiB to 0.0625 or more',
      });
    }
    const durable = role === 'queue';
    this.auth = new GeneratedSecret(this, 'Auth', {
      name: `${id}-auth`,
      generate: { password: {} },
      // A line of the configuration: no password in arguments, where every process can read it.
      literals: { 'auth.conf': 'requirepass {{ .password }}' },
    });
    const ping = { command: ['sh', '-c', 'valkey-cli ping | grep -q PONG'], timeoutSeconds: 5 };
    this.server = new Workload(this, 'Server', {
      name: id,
      kind: 'StatefulSet',
      replicas: 1,
      image: images.valkey,
      command: ['valkey-server', `${CONFIG}/valkey.conf`],
      // The name that valkey-cli of every version reads.
      env: { REDISCLI_AUTH: this.auth.key('password') },
      config: {
        [CONFIG]: {
          'valkey.conf': [
            `port ${PORT}`,
            'dir /data',
            `maxmemory ${dataMiB}mb`,
            `maxmemory-policy ${durable ? 'noeviction' : 'allkeys-lru'}`,
            `appendonly ${durable ? 'yes' : 'no'}`,
            'save ""',
            `include ${AUTH}/auth.conf`,
            '',
          ].join('\n'),
        },
      },
      secretFiles: { [AUTH]: this.auth },
      ...(durable
        ? { claims: { data: { path: '/data', size: `${Math.max(4, Math.ceil(memoryGiB * 4))}Gi` } } }
        : { writable: { '/data': '256Mi' } }),
      ports: { valkey: PORT },
      ready: ping,
      alive: ping,
      // A queue reads its whole log first.
      startupSeconds: durable ? 300 : 60,
      resources: { cpu, memory: `${Math.ceil(dataMiB / 0.75)}Mi` },
    });
  }

  public connect(
    consumer: Construct,
    { name, pods }: { readonly name: string; readonly pods: readonly PodGroup[] },
  ): ISecret {
    const secret = `${name}-${this.role}`;
    for (const group of pods)
      this.server.pods.allowFrom(group, { port: PORT, why: `${this.role} of ${name}` });
    return new ConnectionSecret(consumer, secret, {
      name: secret,
      sources: [{ from: this.auth, keys: { password: 'password' } }],
      compose: {
        host: this.server.host,
        port: `${PORT}`,
        username: 'default',
        uri: `redis://default:{{ .password }}@${this.server.host}:${PORT}`,
      },
    });
  }
}
