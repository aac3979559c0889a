import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import { type KubeObject, render } from '../../lib/core';
import { LiteLlmGateway } from '../../lib/gateway';
import { until } from '../../lib/rehearsal/poll';
import { VllmService } from '../../lib/serving';
import { platform } from '../../stacks/platform';
import { suiteWith, tally } from './fixtures/needs';
import { answeredBy, ask, askSteadily, type Outcome } from './parts/chat-client';
import { ChatPath } from './parts/chat-path';
import { type Deployment, type GatewayObjects, secretValue } from './parts/gateway-process';
import { prepareGateway } from './parts/prepare-gateway';

/** The life of a pod passes so much faster: preStop hook, shutdown timeout, grace. */
const HURRY = 30;

suiteWith('chat-path', prepareGateway, (python) => {
  /** What was asked, and how much of it was answered whole. */
  const counted = <T extends Outcome>(outcomes: readonly T[]): readonly T[] => {
    tally('chat-path', outcomes.length, 'requests');
    tally('chat-path', outcomes.filter(({ whole }) => whole).length, 'answered whole');
    return outcomes;
  };
  const failures = (outcomes: readonly Outcome[]) => outcomes.filter(({ whole }) => !whole);
  const names = (outcomes: readonly Outcome[]) => [...new Set(outcomes.map(answeredBy))].sort();

  let generated: ChatPath;
  let hurried: ChatPath;
  let slow: Promise<readonly Outcome[]>;
  /** The longest answer that reasoning may give, but for what the clock of a busy machine is off. */
  let longest: number;

  beforeAll(async () => {
    const objects = changed({
      canary: '{ weight: 0, automatic: ~, mirror: true }',
      other: '{ profile: latency, weight: 50, sticky: true }',
    });
    const others = changed({ adapters: '{ legal: { model: example/qwen3-8b-legal } }', alias: 'quick' });
    longest = (0.95 * drainOf(others, 'reasoning')) / HURRY;
    [generated, hurried] = await Promise.all([
      ChatPath.start({ python, objects, hurry: HURRY, replicas: { chat: 3 } }),
      ChatPath.start({ python, objects: others, hurry: HURRY, idleHurry: HURRY, change: inAHurry }),
    ]);
    const orders = { seconds: longest, words: 10 };
    // They wait while the others are judged.
    slow = Promise.all([
      ask(hurried.gateway, 'reasoning', { ...orders, stream: true }),
      ask(hurried.gateway, 'reasoning', { ...orders, stream: true, silent: true }),
      ask(hurried.gateway, 'reasoning', { ...orders, stream: false }),
    ]);
  }, 180_000);
  afterAll(async () => {
    await Promise.all([generated?.stop(), hurried?.stop()]);
  }, 60_000);

  describe('prod, without pickers', () => {
    const both = (model: string) =>
      Promise.all([true, false].map((stream) => ask(generated.gateway, model, { stream }))).then(counted);

    test('each model answers under its Service name, with the key that it asks for, and nobody without it', async () => {
      for (const model of ['chat', 'reasoning', 'fast']) {
        for (const outcome of await both(model)) {
          expect(outcome, model).toMatchObject({
            whole: true,
            text: expect.stringMatching(`^${model}(-canary)?-\\d: 1 2 3 4$`),
          });
        }
      }
      const chat = generated.of('chat');
      expect(chat.key).toBe(secretValue('chat-api-key', 'apiKey'));
      const direct = { url: `http://127.0.0.1:${chat.port}`, key: 'sk-wrong' };
      expect((await ask(direct, 'chat', { stream: false })).error).toMatch(/^401 /);
      expect(await ask({ ...direct, key: chat.key ?? '' }, 'chat', { stream: true })).toMatchObject({
        whole: true,
      });
      expect(generated.of('fast').key).toBeUndefined();
    });

    test('a shadow reads a copy of each request, and nobody hears of it, nor of its end', async () => {
      const shadow = generated.of('fast-canary');
      const before = shadow.served(0).length;
      const heard = [...(await both('fast'))];
      await until('two copies', 10, async () => (shadow.served(0).length === before + 2 ? true : undefined));
      await shadow.kill(0);
      heard.push(...(await both('fast')));
      for (const { whole, text } of heard) {
        expect(whole).toBe(true);
        expect(text).toMatch(/^fast-\d: /);
      }
    });

    test('a session stays on its side, and sessions are on both', async () => {
      const sessions = Array.from({ length: 12 }, (_, index) => `session-${index}`);
      const sides = await Promise.all(
        sessions.map(async (session) => {
          const asked: Outcome[] = [];
          for (let turn = 0; turn < 3; turn++) {
            asked.push(await ask(generated.gateway, 'reasoning', { stream: turn % 2 === 0, session }));
          }
          return names(counted(asked));
        }),
      );
      expect(sides.filter((side) => side.length > 1)).toEqual([]);
      expect(new Set(sides.flat()).size).toBe(2);
    });

    test('a replica that is deleted finishes what it has begun, and no request is lost', async () => {
      const chat = generated.of('chat');
      const load = askSteadily(generated.gateway, 'chat', { times: 36, everyMs: 80, seconds: 2 });
      await sleep(1000);
      expect(await chat.retire(0)).toBe(0);
      const outcomes = counted(await load);
      expect(failures(outcomes)).toEqual([]);
      expect(names(outcomes)).toEqual(['chat-0', 'chat-1', 'chat-2']);
      expect(chat.begunAtStop(0)).toBeGreaterThan(0);
      expect(chat.served(0).filter(({ ended }) => ended === 'cut')).toEqual([]);
      tally('chat-path', chat.begunAtStop(0), 'finished while draining');
    }, 60_000);

    test('a replica that dies takes its streams along, which say so; everything else is answered', async () => {
      const chat = generated.of('chat');
      await chat.add(1);
      const load = askSteadily(generated.gateway, 'chat', { times: 36, everyMs: 80, seconds: 2 });
      await sleep(1200);
      const died = Date.now();
      await chat.kill(1);
      const gone = Date.now();
      const outcomes = counted(await load);
      const lost = outcomes.filter(({ whole }) => !whole);
      // Streams that it had begun, and those that LiteLLM cuts itself: see docs/conformance.md.
      expect(lost.filter(({ stream }) => !stream)).toEqual([]);
      expect(lost.filter(({ error }) => !error)).toEqual([]);
      expect(lost.filter(({ began }) => began > gone)).toEqual([]);
      expect(names(lost.filter(({ began }) => began < died))).toContain('chat-1');
      const later = outcomes.filter(({ began }) => began > gone);
      expect(later.length).toBeGreaterThan(0);
      expect(names(later).filter((name) => !['chat-2', 'chat-3'].includes(name))).toEqual([]);
      tally('chat-path', lost.length, 'streams lost with a dead replica');
    }, 60_000);

    test('without any replica the fallback answers, or an error where there is none, until one is back', async () => {
      const [chat, fast] = [generated.of('chat'), generated.of('fast')];
      await Promise.all([chat.retire(2), chat.retire(3), fast.retire(0)]);
      const [answered, failed] = await Promise.all([both('chat'), both('fast')]);
      expect(answered).toMatchObject([
        { whole: true, text: 'claude' },
        { whole: true, text: 'claude' },
      ]);
      const [hit] = generated.claude.hits.slice(-1);
      expect(hit).toMatchObject({ path: '/v1/messages', model: 'claude-sonnet-4-5' });
      expect(hit.headers['x-api-key']).toBe(secretValue('claude-api-key', 'apiKey'));
      for (const { error } of failed) expect(error).toMatch(/^500 .*no fallback model group was found/);
      // One Service is one endpoint to LiteLLM: what it remembers of failures must not outlast them.
      await Promise.all([chat.add(1), fast.add(1)]);
      expect(names(await both('chat'))).toEqual(['chat-4']);
      expect(names(await both('fast'))).toEqual(['fast-1']);
    }, 60_000);

    test('an endpoint that says nothing is asked whether it is still there', async () => {
      const silence = ask(generated.gateway, 'chat', { stream: true, silent: true, seconds: 2 });
      await sleep(1000);
      expect(probed(generated.of('chat').port)).toContain(true);
      expect(probed(generated.of('chat').port)).not.toContain(false);
      counted([await silence]);
    });

    test('a gateway that is deleted finishes what it has begun', async () => {
      const load = [true, false].map((stream) => ask(generated.gateway, 'reasoning', { stream, seconds: 3 }));
      await sleep(800);
      const ended = generated.stopGateway();
      const refused = await until('its door closed', 5, async () => {
        const { error } = await ask(generated.gateway, 'reasoning', { stream: false, seconds: 0 });
        return error;
      });
      expect(refused).toBe('fetch failed');
      expect(failures(counted(await Promise.all(load)))).toEqual([]);
      // It hands the signal on to itself once it is done.
      expect(await ended).toBe('SIGTERM');
    }, 60_000);
  });

  describe('prod with an adapter and an alias, in a hurry', () => {
    test('an adapter and an alias lead to the server of their model, under the name that it knows', async () => {
      const fast = hurried.of('fast');
      for (const [asked, served] of [
        ['legal', 'legal'],
        ['quick', 'fast'],
      ]) {
        const [outcome] = counted([await ask(hurried.gateway, asked, { stream: true })]);
        expect(outcome).toMatchObject({ whole: true, text: 'fast-0: 1 2 3 4' });
        expect(fast.served().at(-1)).toMatchObject({ model: served, ended: 'whole' });
      }
      expect((await ask(hurried.gateway, 'illegal', { stream: false })).error).toMatch(/^400 .*illegal/);
    });

    test('idle connections are closed by the gateway, before a replica would', async () => {
      const left = await until('an idle connection closed', 15, () => {
        const sides = hurried.of('fast').left(0);
        return sides.length > 0 ? sides : undefined;
      });
      expect([...new Set(left)]).toEqual(['by the caller']);
    });

    test('a replica refuses a wrong key, and the fallback answers for it', async () => {
      const outcomes = counted([await ask(hurried.gateway, 'chat', { stream: true })]);
      expect(hurried.of('chat').served().at(-1)).toMatchObject({ ended: 'unauthorized' });
      expect(names(outcomes)).toEqual(['claude']);
    });

    test('an answer that takes as long as it may is not cut; under a shorter limit it is', async () => {
      const cut = ask(hurried.gateway, 'impatient', { seconds: 3, stream: false });
      expect((await cut).error).toMatch(/^408 .*[Tt]imed? ?out/);
      const outcomes = counted(await slow);
      expect(failures(outcomes)).toEqual([]);
      for (const { seconds } of outcomes) expect(seconds).toBeGreaterThan(longest * 0.99);
      tally('chat-path', outcomes.length, 'answers of the longest kind');
    }, 60_000);
  });
});

/** No picker runs here, and a canary would answer by chance. */
const ROUTES = 'routing: { kind: service }';

interface Changes {
  readonly adapters?: string;
  readonly canary?: string;
  /** Of reasoning. */
  readonly other?: string;
  readonly alias?: string;
}

/** Prod, whose proxy calls its models by their Services; the fast one may have an adapter, a shadow and a second name. */
function changed({ adapters = '{}', canary = '~', other, alias }: Changes = {}): KubeObject[] {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-chat-path-'));
  try {
    for (const name of ['base', 'prod']) {
      copyFileSync(join(__dirname, '..', '..', 'environments', `${name}.yaml`), join(folder, `${name}.yaml`));
    }
    const file = join(folder, 'changed.yaml');
    const models = [
      `chat: { ${ROUTES} }`,
      `reasoning: { ${ROUTES}${other ? `, canary: ${other}` : ''} }`,
      `fast: { ${ROUTES}, canary: ${canary}, adapters: ${adapters} }`,
    ];
    writeFileSync(file, `extends: prod\nname: prod\nmodels:\n  ${models.join('\n  ')}\n`);
    const app = platform(loadEnvironment(file));
    const all = app.node.findAll();
    const gateway = all.find((each): each is LiteLlmGateway => each instanceof LiteLlmGateway);
    const fast = all.find(
      (each): each is VllmService => each instanceof VllmService && each.model === 'fast',
    );
    if (!gateway || !fast) throw new Error('prod has no gateway, or no fast model');
    if (alias) gateway.route(fast, { alias });
    return render(app).objects.map(({ json }) => json);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds of the longest answer of a model. */
function drainOf(objects: readonly KubeObject[], model: string): number {
  const text = JSON.stringify(
    objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === model),
  );
  return Number(/--shutdown-timeout=(\d+)/.exec(text)?.[1]);
}

/** Its limits pass as fast as the pods' lives; one more route is too short for its model, and one key is wrong. */
function inAHurry({ config, container }: GatewayObjects): GatewayObjects {
  const hurried = (settings: Record<string, unknown>, key: string) => ({
    ...settings,
    [key]: (settings[key] as number) / HURRY,
  });
  const reasoning = config.model_list.find(({ model_name }) => model_name === 'reasoning') as Deployment;
  const impatient = {
    model_name: 'impatient',
    litellm_params: { ...reasoning.litellm_params, timeout: 1 },
    model_info: { id: 'impatient' },
  };
  const env = (container.env ?? []).map((variable) => {
    if (variable.name === 'CHAT_API_KEY') return { name: variable.name, value: 'sk-wrong' };
    if (variable.name !== 'AIOHTTP_KEEPALIVE_TIMEOUT') return variable;
    return { name: variable.name, value: `${Math.floor(Number(variable.value) / HURRY)}` };
  });
  return {
    container: { ...container, env },
    config: {
      ...config,
      model_list: [...config.model_list, impatient],
      router_settings: hurried(config.router_settings, 'timeout'),
      litellm_settings: hurried(config.litellm_settings, 'request_timeout'),
    },
  };
}

/** For each connection to a port of this machine, whether the kernel probes it: timer 2 of what Linux tells of sockets. */
function probed(port: number): readonly boolean[] {
  const to = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , remote, state]) => remote?.endsWith(to) && state === '01')
    .map(([, , , , , timer]) => timer.startsWith('02:'));
}
