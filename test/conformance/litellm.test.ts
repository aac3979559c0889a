import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type KubeObject, objectsOf } from '../../lib/core';
import { LiteLlmGateway } from '../../lib/gateway';
import { until } from '../../lib/rehearsal/poll';
import { ProcessGroup } from '../../lib/rehearsal/process-group';
import { FakeCache, FakeModel, FakePostgres, gatewayLayer } from '../gateway/fakes';
import { builtEnvironment, ENVIRONMENTS } from './fixtures/environments';
import { suiteWith, tally } from './fixtures/needs';
import { FakeBackend } from './parts/fake-backend';
import {
  type Deployment,
  type GatewayObjects,
  GatewayProcess,
  gatewayObjects,
  secretOf,
  secretValue,
} from './parts/gateway-process';
import { prepareGateway } from './parts/prepare-gateway';
import { RedisServer, selfSigned } from './parts/redis-server';

const PARTS = join(__dirname, 'parts');

const objectsOfEnvironment = (name: string) =>
  builtEnvironment(name).rendered.objects.map(({ json }) => json);

suiteWith('litellm', prepareGateway, (python) => {
  /** Keys of each configuration that the classes of the installed LiteLLM do not declare. */
  const undeclared = (configs: readonly object[]): string[][] => {
    const { stdout, stderr } = spawnSync(python, [join(PARTS, 'accepted-keys.py')], {
      input: configs.map((config) => stringify(config)).join('---\n'),
      env: { PATH: process.env.PATH, HOME: PARTS, LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
      encoding: 'utf8',
    });
    if (!stdout) throw new Error(stderr.trim().split('\n').at(-1));
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string[][];
  };

  test('every key of every environment is one that the installed LiteLLM declares; one misspelt is found', () => {
    const misspelt = {
      model_list: [{ model_name: 'a', litellm_params: { model: 'x', api_bse: 'y' } }],
      router_settings: { num_retry: 3 },
      litellm_settings: { cache_params: { prot: 1 }, drop_param: true },
      general_settings: { coordination_redis: { tls: true }, masterkey: 'x' },
    };
    // One process for all: it takes seconds to import LiteLLM.
    const configs = ENVIRONMENTS.map((name) => gatewayObjects(objectsOfEnvironment(name)).config);
    const [found, ...ours] = undeclared([misspelt, ...configs]);
    expect(ours).toEqual(ENVIRONMENTS.map(() => []));
    expect(found.sort()).toEqual([
      'general_settings.coordination_redis.tls',
      'general_settings.masterkey',
      'litellm_params.api_bse',
      'litellm_settings.cache_params.prot',
      'litellm_settings.drop_param',
      'router_settings.num_retry',
    ]);
  });

  describe.each(ENVIRONMENTS)('%s', (environment) => {
    let objects: readonly KubeObject[];
    let door: GatewayObjects;
    let group: ProcessGroup;
    let proxy: GatewayProcess;
    let queue: RedisServer;
    let cache: RedisServer;
    const backends = new Map<string, FakeBackend>();
    const idOfAlias = (alias: string) =>
      (door.config.model_list.find(({ model_name }) => model_name === alias) as Deployment).model_info.id;
    const backendOf = (alias: string) => backends.get(idOfAlias(alias)) as FakeBackend;

    beforeAll(async () => {
      objects = objectsOfEnvironment(environment);
      door = gatewayObjects(objects);
      group = new ProcessGroup();
      const certificate = selfSigned(group.folder);
      const ssl = (door.config.general_settings.coordination_redis as { ssl: boolean }).ssl;
      queue = await RedisServer.start(group, 'queue', {
        password: secretOf(door.container, 'COORDINATION_PASSWORD'),
        ...(ssl ? { tls: certificate } : {}),
      });
      cache = await RedisServer.start(group, 'cache', {
        password: secretOf(door.container, 'CACHE_PASSWORD'),
        ...(door.container.env?.some(({ name }) => name === 'REDIS_SSL') ? { tls: certificate } : {}),
      });
      for (const { model_info } of door.config.model_list) {
        backends.set(model_info.id, await FakeBackend.start(model_info.id));
      }
      backends.set('traces', await FakeBackend.start('traces'));
      proxy = await GatewayProcess.start(group, 'proxy', door, {
        python,
        queue,
        cache,
        backends: Object.fromEntries([...backends].map(([id, { url }]) => [id, url])),
        traces: backends.get('traces')?.url,
        certificate: certificate.cert,
      });
    }, 120_000);
    afterAll(async () => {
      for (const backend of backends.values()) backend.stop();
      await group?.stop();
    }, 60_000);

    test('it boots, and answers the probes as they expect, and nobody without a key', async () => {
      tally('litellm', 1, 'configurations booted');
      for (const kind of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        expect(await proxy.probe(kind), kind).toBe(200);
      }
      // 401 with a database; without one, LiteLLM cannot even ask whose key is missing.
      expect((await fetch(`${proxy.url}/v1/models`)).ok).toBe(false);
    });

    test('it knows each alias, and sends it to its own endpoint under its own name and key', async () => {
      const { json } = await proxy.call('/v1/models');
      const aliases = [...new Set(door.config.model_list.map(({ model_name }) => model_name))];
      expect(json.data.map(({ id }: { id: string }) => id).sort()).toEqual([...aliases].sort());
      for (const { model_name, litellm_params, model_info } of door.config.model_list) {
        const backend = backends.get(model_info.id) as FakeBackend;
        // A canary answers its part of the requests for an alias: ask until it was its turn.
        for (let turn = 0; turn < 200 && !backend.hits.at(-1)?.model; turn++) {
          if (model_name === 'embed') {
            const answer = await proxy.call('/v1/embeddings', { model: model_name, input: [`word ${turn}`] });
            expect(answer).toMatchObject({ status: 200, json: { data: [{ embedding: [0.25, 0.5] }] } });
          } else {
            expect(await proxy.chat(model_name)).toBe(model_info.id);
          }
        }
        const hit = backend.hits.at(-1);
        expect(hit?.model).toBe(litellm_params.model.slice(litellm_params.model.indexOf('/') + 1));
        if (model_name === 'claude') expect(hit?.headers['x-api-key']).toBe('claude-api-key.apiKey');
        tally('litellm', 1, 'routes');
      }
    });

    test('equal requests are answered from the cache, and what replicas share lies in the queue', async () => {
      const backend = backendOf('chat');
      const before = backend.hits.length;
      await proxy.chat('chat', 'the same question');
      await until('an answer in the cache', 10, async () =>
        (await cache.keys()).length > 0 ? true : undefined,
      );
      await proxy.chat('chat', 'the same question');
      expect(backend.hits.length).toBe(before + 1);
      const shared = await until('counters in the queue', 10, async () => {
        const keys = await queue.keys();
        return keys.length > 0 ? keys : undefined;
      });
      expect(shared.filter((key) => key.startsWith('litellm:'))).toEqual([]);
    });

    test('an endpoint that fails is answered for by its fallback', async () => {
      const [fallback] = door.config.router_settings.fallbacks as Record<string, string[]>[];
      const [[from, [to]]] = Object.entries(fallback);
      backendOf(from).status = 500;
      expect(await proxy.chat(from)).toBe(idOfAlias(to));
      backendOf(from).status = 200;
    });

    test('Prometheus reads its metrics without a key, and those that we ask for are there', async () => {
      const monitor = objects.find(
        ({ kind, metadata }) => kind === 'PodMonitor' && metadata.name === 'gateway',
      )?.spec as { podMetricsEndpoints: { path: string }[] };
      const response = await fetch(`${proxy.url}${monitor.podMetricsEndpoints[0].path}`);
      expect(response.status).toBe(200);
      const exposed = await response.text();
      const asked = objects
        .filter(({ kind }) => kind === 'PrometheusRule' || kind === 'ConfigMap')
        .flatMap((object) => JSON.stringify(object).match(/\blitellm_[a-z_]+(?=[{[ )])/g) ?? []);
      const names = [...new Set(asked)].map((name) => name.replace(/_bucket$/, ''));
      expect(names.length).toBeGreaterThan(3);
      expect(names.filter((name) => !exposed.includes(name))).toEqual([]);
      tally('litellm', names.length, 'metrics');
    });

    test('its spans reach Langfuse, with the key of its project', async () => {
      const traces = backends.get('traces') as FakeBackend;
      const span = await until('a span', 20, () => traces.hits.find(({ path }) => path.includes('otel')));
      expect(span.path).toBe('/api/public/otel/v1/traces');
      const [scheme, sent] = (span.headers.authorization ?? '').split(' ');
      expect(scheme).toBe('Basic');
      expect(atob(sent)).toMatch(/^gateway-tracing\.publicKey:gateway-tracing\.secretKey$/);
    });
  });

  describe('shares and replicas', () => {
    let group: ProcessGroup;
    let queue: RedisServer;
    let door: GatewayObjects;
    const backends = new Map<string, FakeBackend>();
    const start = (name: string, objects: GatewayObjects) =>
      GatewayProcess.start(group, name, objects, {
        python,
        queue,
        backends: Object.fromEntries(
          objects.config.model_list.map(({ model_info: { id } }) => [
            id,
            (backends.get(id.split('/')[1]) as FakeBackend).url,
          ]),
        ),
      });

    beforeAll(async () => {
      const layer = gatewayLayer();
      const gateway = new LiteLlmGateway(layer, 'litellm', {
        database: new FakePostgres(layer, 'Postgres'),
        coordination: new FakeCache(layer, 'queue'),
      });
      for (const name of ['even-a', 'even-b', 'most', 'least', 'bad', 'good']) {
        const model = new FakeModel(layer, name);
        if (name.startsWith('even')) gateway.route(model, { alias: 'even' });
        else if (['bad', 'good'].includes(name)) gateway.route(model, { alias: 'flaky' });
        else gateway.route(model, { alias: 'shared', weight: name === 'most' ? 9 : 1 });
        backends.set(name, await FakeBackend.start(name));
      }
      door = gatewayObjects(objectsOf(layer));
      group = new ProcessGroup();
      queue = await RedisServer.start(group, 'queue', {
        password: secretValue('litellm-coordination', 'password'),
      });
    }, 60_000);
    afterAll(async () => {
      for (const backend of backends.values()) backend.stop();
      await group?.stop();
    }, 60_000);

    /** Who answered how often. */
    const asked = async (proxy: GatewayProcess, alias: string, times: number) => {
      const answers = await Promise.all(Array.from({ length: times }, () => proxy.chat(alias)));
      const counts: Record<string, number> = {};
      for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
      tally('litellm', times, 'requests shared out');
      return counts;
    };

    test('two processes share requests as weights say, and tell each other what fails', async () => {
      const [one, two, alone] = await Promise.all([
        start('one', door),
        start('two', door),
        start('alone', brokenTwin(door)),
      ]);
      const even = await asked(one, 'even', 100);
      expect(even['even-a']).toBeGreaterThan(25);
      expect(even['even-b']).toBeGreaterThan(25);
      const shared = await asked(two, 'shared', 100);
      expect(shared.most).toBeGreaterThan(70);
      expect(shared.least).toBeGreaterThan(0);

      const bad = backends.get('bad') as FakeBackend;
      bad.status = 500;
      await until('the failing endpoint is avoided', 20, async () => {
        await one.chat('flaky');
        return (await queue.keys()).includes('deployment:flaky/bad:cooldown') || undefined;
      });
      // Of requests at once, the first alone looks into Redis.
      await two.chat('flaky');
      bad.hits.length = 0;
      expect(await asked(two, 'flaky', 20)).toEqual({ good: 20 });
      expect(bad.hits.length).toBe(0);

      // What the two above would do as well, were the configuration not as it is.
      await alone.chat('flaky');
      await asked(alone, 'flaky', 20);
      expect(bad.hits.length).toBeGreaterThan(0);
      expect(await asked(alone, 'shared', 50)).toEqual({ most: 50 });
    }, 180_000);
  });
});

/** Without its queue, and with a weight on one of two endpoints alone: LiteLLM takes both without a word. */
function brokenTwin({ container, config }: GatewayObjects): GatewayObjects {
  const { coordination_redis: _, ...general_settings } = config.general_settings;
  const model_list = config.model_list.map((deployment) => {
    const { weight, ...litellm_params } = deployment.litellm_params;
    return weight === 1 ? { ...deployment, litellm_params } : deployment;
  });
  return { container, config: { ...config, model_list, general_settings } };
}
