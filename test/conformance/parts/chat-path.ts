import type { KubeObject } from '../../../lib/core';
import { ProcessGroup } from '../../../lib/rehearsal/process-group';
import { FakeBackend } from './fake-backend';
import { type GatewayObjects, GatewayProcess, gatewayObjects, secretOf } from './gateway-process';
import { RedisServer, selfSigned } from './redis-server';
import { ReplicaSet } from './replica-set';

/** Where LiteLLM finds Anthropic. */
const ANTHROPIC = 'api.anthropic.com';

export interface ChatPathProps {
  readonly python: string;
  /** Of the whole environment. */
  readonly objects: readonly KubeObject[];
  /** Replicas by model; one of each other. */
  readonly replicas?: Readonly<Record<string, number>>;
  /** How much faster than in a cluster the life of a pod passes. */
  readonly hurry: number;
  /** The same for when a replica closes an idle connection. @default 1 */
  readonly idleHurry?: number;
  /** A change of the gateway before it starts. @default - as it was generated */
  readonly change?: (objects: GatewayObjects) => GatewayObjects;
}

/** From the door to the models: the real proxy, two real Redis, fake replicas behind each Service, and a fake Anthropic. */
export class ChatPath {
  public static async start(props: ChatPathProps): Promise<ChatPath> {
    const path = new ChatPath(new ProcessGroup());
    try {
      await path.begin(props);
      return path;
    } catch (error) {
      await path.stop();
      throw error;
    }
  }

  public gateway!: GatewayProcess;
  public claude!: FakeBackend;
  private traces!: FakeBackend;
  private readonly sets: ReplicaSet[] = [];

  private constructor(private readonly group: ProcessGroup) {}

  /** The replicas of a model. */
  public of(model: string): ReplicaSet {
    const found = this.sets.find(({ name }) => name === model);
    if (!found) throw new Error(`nothing serves ${model}`);
    return found;
  }

  /** Tell the proxy to stop; resolves with how it ended. */
  public stopGateway(): Promise<number | NodeJS.Signals | null> {
    return this.group.dismiss('proxy', 'SIGTERM');
  }

  public async stop(): Promise<void> {
    for (const { service } of this.sets) service.stop();
    this.claude?.stop();
    this.traces?.stop();
    await this.group.stop();
  }

  private async begin(props: ChatPathProps): Promise<void> {
    const { python, objects, replicas = {}, hurry, idleHurry, change } = props;
    const { group } = this;
    const generated = gatewayObjects(objects);
    const door = change?.(generated) ?? generated;
    const certificate = selfSigned(group.folder, [ANTHROPIC]);
    this.claude = await FakeBackend.start('claude', certificate);
    this.traces = await FakeBackend.start('traces');
    for (const deployment of modelsAmong(objects, door)) {
      const count = replicas[deployment.metadata.name] ?? 1;
      this.sets.push(await ReplicaSet.start(group, deployment, { replicas: count, hurry, idleHurry }));
    }
    const redis = (name: string, variable: string) =>
      RedisServer.start(group, name, { password: secretOf(door.container, variable), tls: certificate });
    const traces = new URL(door.container.env?.find(({ name }) => name === 'LANGFUSE_HOST')?.value ?? '')
      .host;
    this.gateway = await GatewayProcess.start(group, 'proxy', door, {
      python,
      queue: await redis('queue', 'COORDINATION_PASSWORD'),
      cache: await redis('cache', 'CACHE_PASSWORD'),
      names: {
        ...Object.fromEntries(this.sets.map(({ address, port }) => [address, port])),
        [`${ANTHROPIC}:443`]: this.claude.port,
        [traces]: this.traces.port,
      },
      certificate: certificate.cert,
    });
  }
}

/** Deployments that the proxy sends requests to. */
function modelsAmong(objects: readonly KubeObject[], { config }: GatewayObjects): KubeObject[] {
  const hosts = config.model_list.flatMap(({ litellm_params: { api_base } }) =>
    api_base ? [new URL(api_base).hostname] : [],
  );
  return objects.filter(
    ({ kind, metadata }) =>
      kind === 'Deployment' && hosts.includes(`${metadata.name}.${metadata.namespace}.svc`),
  );
}
