import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { KubeObject, PodSpec } from '../../../lib/core';
import { until } from '../../../lib/rehearsal/poll';
import { freePorts } from '../../../lib/rehearsal/ports';
import type { ProcessGroup } from '../../../lib/rehearsal/process-group';
import type { RedisServer } from './redis-server';

export interface Deployment {
  readonly model_name: string;
  readonly litellm_params: { readonly model: string; readonly api_base?: string; readonly weight?: number };
  readonly model_info: { readonly id: string };
}
type Settings = Record<string, unknown>;

/** A configuration as it is written into the ConfigMap. */
export interface GatewayConfig {
  readonly model_list: readonly Deployment[];
  readonly router_settings: Settings;
  readonly litellm_settings: Settings;
  readonly general_settings: Settings;
}

/** The proxy's container and configuration, as the cluster would get them. */
export interface GatewayObjects {
  readonly container: PodSpec['containers'][number];
  readonly config: GatewayConfig;
}

export function gatewayObjects(objects: readonly KubeObject[]): GatewayObjects {
  for (const { kind, metadata, spec } of objects) {
    if (kind !== 'Deployment') continue;
    const pod = (spec as { template: { spec: PodSpec } }).template.spec;
    const container = pod.containers.find(({ args }) => args?.some((arg) => arg === `--config=${CONFIG}`));
    if (!container) continue;
    const named = objects.find(
      (object) => object.kind === 'ConfigMap' && object.metadata.name === `${metadata.name}-etc-litellm`,
    ) as { data: Record<string, string> } | undefined;
    if (named) return { container, config: parse(named.data['config.yaml']) as GatewayConfig };
  }
  throw new Error('there is no proxy of LiteLLM among the objects');
}

const CONFIG = '/etc/litellm/config.yaml';

/** What stands in for what the cluster has. */
export interface Surroundings {
  readonly python: string;
  readonly queue: RedisServer;
  readonly cache?: RedisServer;
  /** Address that answers for a deployment, by the id of its `model_info`; for all of them, unless there are `names`. */
  readonly backends?: Readonly<Record<string, string>>;
  /** Ports on loopback by what the process asks for, such as `chat.serving.svc:8000`; then every address stays as it is. */
  readonly names?: Readonly<Record<string, number>>;
  readonly traces?: string;
  readonly certificate?: string;
}

/** Value of a secret's key: its own name, so that it is recognized where it arrives. */
export const secretValue = (name: string, key: string) =>
  `${/^(masterKey|saltKey)$/.test(key) ? 'sk-' : ''}${name}.${key}`;

/** Value that a variable of the container gets from a secret. */
export function secretOf({ env }: GatewayObjects['container'], variable: string): string {
  const from = env?.find(({ name }) => name === variable)?.valueFrom?.secretKeyRef;
  if (!from) throw new Error(`${variable} comes from no secret`);
  const { name, key } = from as { name: string; key: string };
  return secretValue(name, key);
}

/** The configuration with other addresses and without a database, which needs a program that PyPI does not have. */
export function adapted(config: GatewayConfig, around: Surroundings): GatewayConfig {
  const { backends, names, queue, cache } = around;
  const { database_url: _, database_connection_pool_limit: __, ...general } = config.general_settings;
  const at = (settings: unknown, server: RedisServer | undefined) =>
    settings && server ? { ...(settings as Settings), port: server.port } : settings;
  const within = (settings: Settings, key: string, server: RedisServer | undefined) =>
    key in settings ? { ...settings, [key]: at(settings[key], server) } : settings;
  return {
    ...config,
    model_list: config.model_list.map((deployment) => {
      if (names) return deployment;
      const { api_base: ours } = deployment.litellm_params;
      const address = backends?.[deployment.model_info.id];
      if (!address) throw new Error(`nothing stands in for ${deployment.model_info.id}`);
      const api_base = ours ? `${address}${new URL(ours).pathname}` : address;
      return { ...deployment, litellm_params: { ...deployment.litellm_params, api_base } };
    }),
    litellm_settings: within(config.litellm_settings, 'cache_params', cache),
    general_settings: within(general, 'coordination_redis', queue),
  };
}

/** LiteLLM's proxy, run as its container says. */
export class GatewayProcess {
  public static async start(
    group: ProcessGroup,
    name: string,
    { container, config }: GatewayObjects,
    around: Surroundings,
  ): Promise<GatewayProcess> {
    const [port] = await freePorts(1);
    const file = join(group.folder, `${name}.yaml`);
    writeFileSync(file, stringify(adapted(config, around)));
    const args = (container.args ?? []).map((arg) =>
      arg.replace(CONFIG, file).replace(/^--port=\d+$/, `--port=${port}`),
    );
    const resolver = around.names ? 'import cluster_names; ' : '';
    const main = `${resolver}from litellm import run_server; run_server()`;
    group.start(name, around.python, ['-c', main, '--host=127.0.0.1', ...args], {
      ...variables(container, around, group.folder),
      ...(around.names
        ? {
            PYTHONPATH: __dirname,
            PYTHONDONTWRITEBYTECODE: '1',
            CLUSTER_NAMES: JSON.stringify(around.names),
          }
        : {}),
      ...(around.certificate ? { SSL_CERT_FILE: around.certificate } : {}),
    });
    const gateway = new GatewayProcess(`http://127.0.0.1:${port}`, container);
    await until(`${name} alive`, 90, async () => {
      group.check();
      return (await gateway.probe('livenessProbe').catch(() => 0)) === 200 || undefined;
    });
    return gateway;
  }

  /** Its master key, which every client here uses. */
  public readonly key: string;

  private constructor(
    public readonly url: string,
    private readonly container: GatewayObjects['container'],
  ) {
    this.key = secretOf(container, 'LITELLM_MASTER_KEY');
  }

  /** Status that the kubelet would see. */
  public async probe(kind: 'livenessProbe' | 'readinessProbe' | 'startupProbe'): Promise<number> {
    const probe = this.container[kind] as { httpGet: { path: string }; timeoutSeconds: number };
    const signal = AbortSignal.timeout(probe.timeoutSeconds * 1000);
    return (await fetch(`${this.url}${probe.httpGet.path}`, { signal })).status;
  }

  /** A client's request, with the gateway's own key. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are JSON of any shape
  public async call(path: string, body?: object): Promise<{ status: number; json: any }> {
    const response = await fetch(`${this.url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(30_000),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, json: await response.json() };
  }

  /** Who answered a chat. Asked in new words each time, lest a cache answers. */
  public async chat(model: string, words = `question ${GatewayProcess.asked++}`): Promise<string> {
    const { status, json } = await this.call('/v1/chat/completions', {
      model,
      messages: [{ role: 'user', content: words }],
    });
    return status === 200 ? json.choices[0].message.content : `${status} ${JSON.stringify(json)}`;
  }

  private static asked = 0;
}

function variables(container: GatewayObjects['container'], around: Surroundings, folder: string) {
  const own: Record<string, string> = {
    COORDINATION_HOST: '127.0.0.1',
    CACHE_HOST: '127.0.0.1',
    ...(around.traces ? { LANGFUSE_HOST: around.traces } : {}),
  };
  const pairs = (container.env ?? []).flatMap(({ name, value, valueFrom }) => {
    if (name === 'DATABASE_URL') return [];
    const secret = valueFrom?.secretKeyRef as { name: string; key: string } | undefined;
    const given = secret ? secretValue(secret.name, secret.key) : (value ?? '').replace(/^\/tmp/, folder);
    return [[name, own[name] ?? given]];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}
