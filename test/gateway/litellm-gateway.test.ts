import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { images, type Layer, objectsOf, type PodSpec, render } from '../../lib/core';
import { HostedProvider, LiteLlmGateway, type LiteLlmGatewayProps } from '../../lib/gateway';
import { unknownKeys } from '../../lib/gateway/litellm-keys';
import { validateObject } from '../../lib/schemas';
import { FakeCache, FakeModel, FakePostgres, FakeTraces, gatewayLayer, message, named } from './fakes';

const gateway = (layer: Layer, props: Partial<LiteLlmGatewayProps> = {}) =>
  new LiteLlmGateway(layer, 'litellm', {
    database: new FakePostgres(layer, 'Postgres'),
    coordination: new FakeCache(layer, 'queue'),
    ...props,
  });

const configOf = (layer: Layer) => {
  const { data } = named(layer, 'ConfigMap', 'litellm-etc-litellm') as unknown as {
    data: Record<string, string>;
  };
  return parse(data['config.yaml']);
};

interface PodOwner {
  readonly replicas: number;
  readonly template: { readonly spec: PodSpec };
}
const proxy = (layer: Layer) => named(layer, 'Deployment', 'litellm').spec as PodOwner;
const container = (layer: Layer) => proxy(layer).template.spec.containers[0];
const job = (layer: Layer) => {
  const found = objectsOf(layer).find((o) => o.kind === 'Job');
  return { name: found?.metadata.name, spec: found?.spec as PodOwner };
};
const problems = (layer: Layer) => message(() => render(layer.node.root));

test('the whole configuration of two models, a hosted one, a fallback, caches and traces', () => {
  const layer = gatewayLayer();
  const door = gateway(layer, { cache: new FakeCache(layer, 'cache', true) });
  door.route(new FakeModel(layer, 'chat'));
  door.route(new FakeModel(layer, 'embed'));
  door.route(
    new HostedProvider(layer, 'claude', { provider: 'anthropic/claude-sonnet-4-5', secret: 'p/anthropic' }),
  );
  door.fallback('chat', ['claude']);
  door.traceTo(new FakeTraces(layer, 'Langfuse'));

  expect(configOf(layer)).toEqual({
    model_list: [
      {
        model_name: 'chat',
        litellm_params: { model: 'hosted_vllm/chat', api_base: 'http://chat.serving.svc:8000/v1' },
        model_info: { id: 'chat/chat' },
      },
      {
        model_name: 'embed',
        litellm_params: { model: 'hosted_vllm/embed', api_base: 'http://embed.serving.svc:8000/v1' },
        model_info: { id: 'embed/embed' },
      },
      {
        model_name: 'claude',
        litellm_params: { model: 'anthropic/claude-sonnet-4-5', api_key: 'os.environ/CLAUDE_API_KEY' },
        model_info: { id: 'claude/claude' },
      },
    ],
    router_settings: {
      routing_strategy: 'simple-shuffle',
      num_retries: 2,
      cooldown_time: 30,
      timeout: 135,
      fallbacks: [{ chat: ['claude'] }],
    },
    litellm_settings: {
      request_timeout: 135,
      drop_params: true,
      json_logs: true,
      callbacks: ['prometheus', 'langfuse_otel'],
      require_auth_for_metrics_endpoint: false,
      cache: true,
      cache_params: {
        type: 'redis',
        host: 'os.environ/CACHE_HOST',
        port: 6379,
        password: 'os.environ/CACHE_PASSWORD',
        namespace: 'litellm',
        ttl: 600,
      },
    },
    general_settings: {
      master_key: 'os.environ/LITELLM_MASTER_KEY',
      database_url: 'os.environ/DATABASE_URL',
      database_connection_pool_limit: 10,
      maximum_spend_logs_retention_period: '30d',
      coordination_redis: {
        host: 'os.environ/COORDINATION_HOST',
        port: 6379,
        password: 'os.environ/COORDINATION_PASSWORD',
        ssl: false,
      },
    },
  });
  expect(unknownKeys(configOf(layer))).toEqual([]);
  const env = container(layer).env?.map(({ name, valueFrom }) => [name, valueFrom?.secretKeyRef?.name]) ?? [];
  expect(Object.fromEntries(env.filter(([, secret]) => secret))).toEqual({
    DATABASE_URL: 'litellm',
    LITELLM_MASTER_KEY: 'litellm-keys',
    LITELLM_SALT_KEY: 'litellm-keys',
    COORDINATION_HOST: 'litellm-coordination',
    COORDINATION_PASSWORD: 'litellm-coordination',
    CACHE_HOST: 'litellm-cache',
    CACHE_PASSWORD: 'litellm-cache',
    CLAUDE_API_KEY: 'claude-api-key',
    LANGFUSE_PUBLIC_KEY: 'litellm-tracing',
    LANGFUSE_SECRET_KEY: 'litellm-tracing',
  });
  expect(container(layer).env).toContainEqual({ name: 'REDIS_SSL', value: 'true' });
  // Every variable that the file names is set.
  const set = new Set(env.map(([name]) => name));
  const text = JSON.stringify(configOf(layer));
  for (const [, name] of text.matchAll(/os\.environ\/(\w+)/g)) expect(set).toContain(name);
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  expect(() => render(layer.node.root)).not.toThrow();
});

describe('defaults', () => {
  test('two replicas in prod, one in dev, each one worker with a core and 4Gi', () => {
    const [prod, dev] = [gatewayLayer(), gatewayLayer('dev')];
    gateway(prod);
    gateway(dev, { coordination: undefined });
    expect([proxy(prod).replicas, proxy(dev).replicas]).toEqual([2, 1]);
    expect(container(prod).args).toContain('--num_workers=1');
    expect(container(prod).resources).toEqual({
      requests: { cpu: '1', memory: '4Gi' },
      limits: { memory: '4Gi' },
    });
    expect(configOf(dev).general_settings.coordination_redis).toBeUndefined();
    expect(configOf(dev).general_settings.maximum_spend_logs_retention_period).toBe('7d');
  });

  test('probes that cost nothing, and a drain of 180 s', () => {
    const layer = gatewayLayer();
    gateway(layer);
    const { readinessProbe, livenessProbe, env, securityContext } = container(layer);
    expect(readinessProbe?.httpGet?.path).toBe('/health/readiness');
    expect(livenessProbe?.httpGet?.path).toBe('/health/liveliness');
    expect(env).toContainEqual({ name: 'GRACEFUL_SHUTDOWN_TIMEOUT', value: '180' });
    expect(env).toContainEqual({ name: 'AIOHTTP_KEEPALIVE_TIMEOUT', value: '50' });
    expect(proxy(layer).template.spec.terminationGracePeriodSeconds).toBe(210);
    expect(securityContext?.readOnlyRootFilesystem).toBe(true);
  });

  test('an endpoint that is gone without a word is found in a minute', () => {
    const layer = gatewayLayer();
    gateway(layer);
    const said = (name: string) => container(layer).env?.find((one) => one.name === name)?.value;
    expect(said('AIOHTTP_SO_KEEPALIVE')).toBe('true');
    const [idle, interval, count] = ['KEEPIDLE', 'KEEPINTVL', 'KEEPCNT'].map((name) =>
      Number(said(`AIOHTTP_TCP_${name}`)),
    );
    expect(idle + interval * count).toBe(60);
  });

  test('equal requests are answered again only with a cache, and traces go nowhere by themselves', () => {
    const layer = gatewayLayer();
    gateway(layer);
    expect(configOf(layer).litellm_settings).not.toHaveProperty('cache');
    expect(configOf(layer).litellm_settings.callbacks).toEqual(['prometheus']);
  });
});

test('the keys are generated once and begin as LiteLLM wants', () => {
  const layer = gatewayLayer();
  gateway(layer);
  expect(named(layer, 'ExternalSecret', 'litellm-keys').spec).toMatchObject({
    refreshPolicy: 'CreatedOnce',
    target: {
      template: {
        data: { masterKey: 'sk-{{ index . "masterKey" }}', saltKey: 'sk-{{ index . "saltKey" }}' },
      },
    },
  });
});

test('one Job changes the schema, another one for another image; the proxy never does', () => {
  const layer = gatewayLayer();
  gateway(layer);
  const { name, spec } = job(layer);
  expect(name).toMatch(/^litellm-migrate-[0-9a-f]{8}$/);
  const [migrate] = spec.template.spec.containers;
  expect(migrate.image).toBe(images.litellm);
  expect(migrate.env).toContainEqual({ name: 'DISABLE_SCHEMA_UPDATE', value: 'false' });
  expect(container(layer).env).toContainEqual({ name: 'DISABLE_SCHEMA_UPDATE', value: 'true' });
});

test('the way to a model is open on both sides, to a provider outward, and in for nobody', () => {
  const layer = gatewayLayer();
  const door = gateway(layer);
  door.route(new FakeModel(layer, 'chat'));
  door.route(
    new HostedProvider(layer, 'claude', { provider: 'anthropic/claude-sonnet-4-5', secret: 'p/anthropic' }),
  );
  expect(named(layer, 'NetworkPolicy', 'chat').spec).toMatchObject({
    ingress: [
      {
        from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'litellm' } } }],
        ports: [{ port: 8000 }],
      },
    ],
  });
  const { ingress, egress } = named(layer, 'NetworkPolicy', 'litellm').spec as {
    ingress: unknown[];
    egress: unknown[];
  };
  expect(ingress).toBeUndefined();
  expect(egress).toContainEqual(
    expect.objectContaining({
      to: [expect.objectContaining({ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'chat' } } })],
    }),
  );
  const reasons = render(layer.node.root).facts.of('edge');
  expect(reasons).toContainEqual(
    expect.objectContaining({ to: { outside: 'internet' }, why: "requests for 'claude'" }),
  );
  expect(door.metrics).toMatchObject([{ name: 'litellm', path: '/metrics/', portNumber: 4000 }]);
  expect(door.url).toBe('http://litellm.gateway.svc:4000');
});

test('the same alias twice balances, by weight where all have one', () => {
  const layer = gatewayLayer();
  const door = gateway(layer);
  door.route(new FakeModel(layer, 'a'), { alias: 'chat', weight: 9 });
  door.route(new FakeModel(layer, 'b'), { alias: 'chat', weight: 1 });
  const list = configOf(layer).model_list as { model_name: string; litellm_params: { weight: number } }[];
  expect(list.map((d) => [d.model_name, d.litellm_params.weight])).toEqual([
    ['chat', 9],
    ['chat', 1],
  ]);
  expect(JSON.stringify(list)).not.toMatch(/"(rpm|tpm)"/);
});

test('names at both ends are facts', () => {
  const layer = gatewayLayer();
  const door = gateway(layer);
  door.route(new FakeModel(layer, 'chat-v2'), { alias: 'chat' });
  door.route(new FakeModel(layer, 'small'));
  door.fallback('chat', ['small']);
  const facts = render(layer.node.root).facts.of('join');
  expect(facts.map(({ scope, uses, defines }) => [scope, uses, defines])).toEqual([
    ['model alias', 'chat-v2', undefined],
    ['model alias', 'small', undefined],
    ['gateway alias', undefined, 'chat'],
    ['gateway alias', undefined, 'small'],
    ['gateway alias', 'chat', undefined],
    ['gateway alias', 'small', undefined],
  ]);
});

test('settings of the user win', () => {
  const layer = gatewayLayer();
  gateway(layer, { settings: { router_settings: { num_retries: 5 } } });
  expect(configOf(layer).router_settings).toMatchObject({ num_retries: 5, cooldown_time: 30 });
});

describe('refuses', () => {
  const refused = (props: Partial<LiteLlmGatewayProps>) => message(() => gateway(gatewayLayer(), props));

  test('a worker that will be killed', () => {
    expect(refused({ memoryGiB: 2 })).toMatchInlineSnapshot(`
      "gateway/litellm (LiteLlmGateway): 'memoryGiB' is 2, below 4
        why: one worker of LiteLLM grows to that under load, and is killed with every request it holds
        fix: raise memoryGiB to 4"
    `);
  });
  test('replicas that count each for itself', () => {
    expect(refused({ coordination: undefined })).toMatchInlineSnapshot(`
      "gateway/litellm (LiteLlmGateway): runs 2 replicas without 'coordination'
        why: each would count limits, budgets and cooldowns by itself, so that all of them are exceeded
        fix: pass coordination: a cache of role 'queue', or set replicas to 1"
    `);
  });
  test('counting in a store that forgets', () => {
    expect(refused({ coordination: new FakeCache(gatewayLayer(), 'cache') })).toMatchInlineSnapshot(`
      "gateway/litellm (LiteLlmGateway): 'coordination' is a cache of role 'cache'
        why: it may evict what limits and budgets are counted in
        fix: pass one of role 'queue'"
    `);
  });
  test('caching in a store that never forgets', () => {
    expect(refused({ cache: new FakeCache(gatewayLayer(), 'queue') })).toMatchInlineSnapshot(`
      "gateway/litellm (LiteLlmGateway): 'cache' is a cache of role 'queue'
        why: it never evicts: cached answers would fill it until writes fail for all that share it
        fix: pass one of role 'cache'"
    `);
  });
  test('a setting that LiteLLM would pass over', () => {
    expect(refused({ settings: { router_settings: { num_retry: 3 } } })).toMatchInlineSnapshot(`
      "gateway/litellm (LiteLlmGateway): 'settings' has router_settings.num_retry, which LiteLLM 1.106.2 does not know; did you mean 'num_retries'?
        why: LiteLLM boots in silence with a name that it does not know, and nothing is set
        fix: write the name as its documentation does, or delete it"
    `);
  });
  test('a callback that does not exist', () => {
    const callbacks = ['prometheus', 'langfuse-otel'];
    expect(refused({ settings: { litellm_settings: { callbacks } } })).toMatchInlineSnapshot(`
      "gateway/litellm (LiteLlmGateway): 'settings' has litellm_settings.callbacks langfuse-otel, which LiteLLM 1.106.2 does not know; did you mean 'langfuse_otel'?
        why: LiteLLM boots in silence with a name that it does not know, and nothing is set
        fix: write the name as its documentation does, or delete it"
    `);
  });
  test('two places for traces', () => {
    const layer = gatewayLayer();
    const door = gateway(layer);
    door.traceTo(new FakeTraces(layer, 'One'));
    expect(message(() => door.traceTo(new FakeTraces(layer, 'Two')))).toMatchInlineSnapshot(`
      "gateway/litellm (LiteLlmGateway): is to send its traces to two places
        why: LiteLLM reads one Langfuse project from its environment
        fix: call traceTo(sink) once"
    `);
  });

  test('a gateway to nowhere', () => {
    const layer = gatewayLayer();
    gateway(layer);
    expect(problems(layer)).toMatchInlineSnapshot(`
      "gateway/litellm: has no routes. Call route(endpoint) at least once
        why: the construct says so of itself
        fix: make the call it asks for"
    `);
  });
  test('two providers whose keys would share a variable', () => {
    const layer = gatewayLayer();
    const proxy = gateway(layer);
    for (const name of ['gpt-4.1', 'gpt-4-1']) {
      proxy.route(
        new HostedProvider(layer, name, { provider: 'openai/gpt-4.1', secret: 'providers/openai' }),
      );
    }
    expect(problems(layer)).toMatchInlineSnapshot(`
      "gateway/litellm: reads the keys of 'gpt-4.1' and 'gpt-4-1' from one variable. Rename one of them
        why: the construct says so of itself
        fix: make the call it asks for"
    `);
  });
  test('a route that outlasts the drain', () => {
    const layer = gatewayLayer();
    gateway(layer).route(new FakeModel(layer, 'chat', 300));
    expect(problems(layer)).toMatchInlineSnapshot(`
      "gateway/litellm: drains for 180 s, but its longest route answers for up to 300 s. Raise drainSeconds to 300
        why: the construct says so of itself
        fix: make the call it asks for"
    `);
  });
  test('a fallback to nobody', () => {
    const layer = gatewayLayer();
    const door = gateway(layer);
    door.route(new FakeModel(layer, 'chat'));
    door.route(new FakeModel(layer, 'claude'));
    door.fallback('chat', ['cluade']);
    door.fallback('chat', ['gpt']);
    expect(problems(layer)).toMatchInlineSnapshot(`
      "gateway/litellm: fallback of 'chat' names 'cluade', which is no route here; did you mean 'claude'? Routes are chat, claude
        and: fallback of 'chat' names 'gpt', which is no route here. Routes are chat, claude
        why: the construct says so of itself
        fix: make the call it asks for"
    `);
  });
  test('a shadow of nobody, and of itself', () => {
    const layer = gatewayLayer();
    const door = gateway(layer);
    door.route(new FakeModel(layer, 'chat'));
    door.mirror('chat', 'chat-canray');
    door.mirror('chta', 'chat');
    expect(problems(layer)).toMatchInlineSnapshot(`
      "gateway/litellm: mirror of 'chat' names 'chat-canray', which is no route here. Routes are chat
        and: mirror of 'chta' names 'chta', which is no route here; did you mean 'chat'? Routes are chat
        why: the construct says so of itself
        fix: make the call it asks for"
    `);
    door.mirror('chat', 'chat');
    expect(problems(layer)).toContain("mirror of 'chat' names itself");
  });

  test('a weight on some endpoints of an alias', () => {
    const layer = gatewayLayer();
    const door = gateway(layer);
    door.route(new FakeModel(layer, 'a'), { alias: 'chat', weight: 3 });
    door.route(new FakeModel(layer, 'b'), { alias: 'chat' });
    expect(problems(layer)).toMatchInlineSnapshot(`
      "gateway/litellm: route 'chat' has a weight for some of its endpoints and none for 'b', which would get no request. Give all of them a weight, or none
        why: the construct says so of itself
        fix: make the call it asks for"
    `);
  });
  test('one endpoint twice under an alias', () => {
    const layer = gatewayLayer();
    const door = gateway(layer);
    const chat = new FakeModel(layer, 'chat');
    door.route(chat);
    door.route(chat);
    expect(problems(layer)).toMatchInlineSnapshot(`
      "gateway/litellm: route 'chat' leads to 'chat' twice. Route it once, with a weight
        why: the construct says so of itself
        fix: make the call it asks for"
    `);
  });
});
