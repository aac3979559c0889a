import { Construct } from 'constructs';
import type { IBucket, ICache, IObjectStore, IPostgres } from '../../lib/contracts';
import { GeneratedSecret, type ISecret, type PodGroup, type WorkloadIdentity } from '../../lib/core';

type Asked = { readonly name: string; readonly pods: readonly PodGroup[] };

/** A server that hands out secrets with the keys of its contract. */
export class FakePostgres extends Construct implements IPostgres {
  public asked: Asked[] = [];

  public database(consumer: Construct, props: Asked): ISecret {
    this.asked.push(props);
    return new GeneratedSecret(consumer, 'Database', { name: `${props.name}-db`, generate: { uri: {} } });
  }
}

export class FakeCache extends Construct implements ICache {
  public readonly port = 6379;
  public asked: Asked[] = [];

  constructor(
    scope: Construct,
    id: string,
    public readonly role: 'cache' | 'queue',
    public readonly tls = true,
  ) {
    super(scope, id);
  }

  public connect(consumer: Construct, props: Asked): ISecret {
    this.asked.push(props);
    return new GeneratedSecret(consumer, 'Queue', { name: props.name, generate: { host: {}, password: {} } });
  }
}

/** Buckets of S3, or of a stand-in when it has an endpoint. */
export class FakeObjects extends Construct implements IObjectStore {
  public readonly expire: Record<string, number | undefined> = {};
  public readonly granted: string[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly endpoint?: string,
  ) {
    super(scope, id);
  }

  public bucket(name: string, props: { readonly expireDays?: number } = {}): IBucket {
    this.expire[name] = props.expireDays;
    const { endpoint, granted } = this;
    return {
      name: `nexus-test-${name}`,
      region: 'us-east-1',
      ...(endpoint ? { endpoint } : {}),
      hostPort: 'objects:8333',
      tls: !endpoint,
      grantRead: () => {},
      grantReadWrite: (identity: WorkloadIdentity) => granted.push(`${name} to ${identity.serviceAccount}`),
      credentials: (consumer, { name: secret }) =>
        endpoint
          ? new GeneratedSecret(consumer, `Keys-${name}`, {
              name: secret,
              generate: { accessKey: {}, secretKey: {} },
            })
          : undefined,
    };
  }
}

/** The message of what a call throws. */
export function message(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
