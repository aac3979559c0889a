import { App } from 'cdk8s';
import { Construct } from 'constructs';
import type { DatabaseProps, ICache, IModelEndpoint, IPostgres, ITraceSink } from '../../lib/contracts';
import {
  ConnectionSecret,
  type ISecret,
  type KubeObject,
  Layer,
  objectsOf,
  POLICIES,
  PodGroup,
  setPolicy,
  type Tier,
} from '../../lib/core';

interface Client {
  readonly name: string;
  readonly pods: readonly PodGroup[];
}

/** A secret of a store that AWS runs, with the way there for its clients. */
function connection(consumer: Construct, { name, pods }: Client, keys: readonly string[]): ISecret {
  for (const group of pods) group.reach('database', { port: 5432, why: name });
  const sources = [
    { from: { path: `nexus/test/${name}` }, keys: Object.fromEntries(keys.map((k) => [k, k])) },
  ];
  return new ConnectionSecret(consumer, `Connection-${name}`, { name, sources });
}

export class FakePostgres extends Construct implements IPostgres {
  public database(consumer: Construct, props: DatabaseProps): ISecret {
    return connection(consumer, props, ['host', 'port', 'username', 'password', 'dbname', 'uri']);
  }
}

export class FakeCache extends Construct implements ICache {
  public readonly port = 6379;

  constructor(
    scope: Construct,
    public readonly role: 'cache' | 'queue',
    public readonly tls = false,
  ) {
    super(scope, role);
  }

  public connect(consumer: Construct, props: Client): ISecret {
    return connection(consumer, props, ['host', 'port', 'username', 'password', 'uri']);
  }
}

export class FakeTraces extends Construct implements ITraceSink {
  public readonly url = 'http://langfuse-web.langfuse.svc:3000';

  public connect(consumer: Construct, props: Client): ISecret {
    return connection(consumer, props, ['publicKey', 'secretKey']);
  }
}

/** A server of a model in another namespace. */
export class FakeModel extends Construct implements IModelEndpoint {
  public readonly model: string;
  public readonly baseUrl: string;
  public readonly provider: string;
  public readonly pods: PodGroup;
  public readonly port = 8000;

  constructor(
    scope: Construct,
    id: string,
    public readonly longestSeconds = 120,
  ) {
    super(scope, id);
    this.model = id;
    this.baseUrl = `http://${id}.serving.svc:8000/v1`;
    this.provider = `hosted_vllm/${id}`;
    this.pods = new PodGroup(this, 'Pods', {
      name: id,
      namespace: 'serving',
      labels: { 'app.kubernetes.io/name': id },
    });
  }
}

export function gatewayLayer(tier: Tier = 'prod'): Layer {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  return new Layer(app, 'gateway', { phase: 'apps', namespace: 'gateway' });
}

export function named(layer: Layer, kind: string, name: string): KubeObject {
  const found = objectsOf(layer).find((o) => o.kind === kind && o.metadata.name === name);
  if (!found) throw new Error(`no ${kind} '${name}'`);
  return found;
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
