import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../lib/core';
import {
  type ControlPlane,
  definitionsFor,
  installDefinitions,
  type LiveObject,
  startControlPlane,
} from '../../lib/rehearsal';
import { ApiTransport } from '../../lib/rehearsal/api-transport';
import { builtEnvironment } from './fixtures/environments';
import { programs, suite } from './fixtures/needs';

const NAME = 'fast-canary-pilot';
const ROUTE = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'fast-canary', namespace: 'serving' },
};

interface Rule {
  readonly name?: string;
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly health?: string;
  readonly sign: string;
  readonly canary?: string;
}

/** The pilot of prod's canary, as its objects say, with a token of its own account, against a Prometheus of ours. */
suite('canary-pilot', ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'], () => {
  let plane: ControlPlane;
  let folder: string;
  let prometheus: Server;
  let rules: readonly Rule[] | undefined;
  let requests = 0;
  const asked: string[] = [];
  const all = builtEnvironment('prod').rendered.objects.map(({ json }) => json);
  const find = (kind: string, name: string) => {
    const found = all.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`prod has no ${kind} ${name}`);
    return found;
  };
  const route = find('HTTPRoute', ROUTE.metadata.name);
  const files = find('ConfigMap', `${NAME}-opt-pilot`).data as Record<string, string>;

  beforeAll(async () => {
    plane = await startControlPlane(programs);
    await installDefinitions(plane.api, definitionsFor([route]));
    const ours = ['ServiceAccount', 'Role', 'RoleBinding'].map((kind) => find(kind, NAME));
    const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'serving' } };
    for (const object of [home, ...ours, route]) await plane.api.apply(object);

    prometheus = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://prometheus');
      asked.push(searchParams.get('query') ?? searchParams.get('rule_name[]') ?? '');
      if (!rules) return void response.writeHead(503).end('not there');
      const written = rules.map(
        ({ name = 'CanaryIsWorse', state, health = 'ok', sign, canary = 'fast-canary' }) => ({
          name,
          state,
          health,
          labels: { model: 'fast', canary, sign },
        }),
      );
      const data = pathname.endsWith('/rules')
        ? { groups: [{ rules: written }] }
        : { result: requests ? [{ value: [0, `${requests}`] }] : [] };
      response.end(JSON.stringify({ status: 'success', data }));
    });
    await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));

    folder = mkdtempSync(join(tmpdir(), 'nexus-pilot-'));
    const { server, certificate } = accessOf(plane);
    mkdirSync(join(folder, 'account'));
    writeFileSync(join(folder, 'account', 'ca.crt'), certificate);
    writeFileSync(join(folder, 'account', 'token'), await tokenOf(plane));
    writeFileSync(join(folder, 'pilot.py'), files['pilot.py']);
    Object.assign(env, { KUBERNETES_SERVICE_HOST: server.hostname, KUBERNETES_SERVICE_PORT: server.port });
  }, 400_000);
  afterAll(async () => {
    prometheus?.close();
    await plane?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOSTNAME: 'pilot' };
  const FINE: readonly Rule[] = ['errors', 'success', 'latency'].map((sign) => ({ sign, state: 'inactive' }));

  /** One minute: the program as the container starts it, with this changed in what it holds. */
  async function minute(change: object = {}) {
    const { port } = prometheus.address() as AddressInfo;
    const held = { ...JSON.parse(files['hold.json']), prometheus: `http://127.0.0.1:${port}`, ...change };
    const file = join(folder, 'hold.json');
    writeFileSync(file, JSON.stringify(held));
    const { code, text } = await new Promise<{ code: number | null; text: string }>((resolve) => {
      const child = spawn('python3', [join(folder, 'pilot.py'), file, join(folder, 'account')], { env });
      let text = '';
      child.stdout.on('data', (data) => (text += data));
      child.stderr.on('data', (data) => (text += data));
      child.on('close', (code) =>
        resolve({ code, text: text.replaceAll(/http:\/\/127[^/ ]*/g, '<prometheus>').trim() }),
      );
    });
    return { code, text, ...(await state()) };
  }

  async function state() {
    const live = await plane.api.get(ROUTE);
    const [rule] =
      ((live?.spec ?? {}) as { rules?: { backendRefs?: { name: string; weight: number }[] }[] }).rules ?? [];
    return { live, weights: rule?.backendRefs?.map(({ name, weight }) => [name, weight]) };
  }

  /** The step was begun so long ago. */
  async function later(minutes: number) {
    const since = new Date(Date.now() - minutes * 60_000).toISOString().replace('Z', '+00:00');
    await plane.api.patch(ROUTE, { metadata: { annotations: { 'nexus.dev/canary-since': since } } });
  }

  beforeEach(() => {
    rules = FINE;
    requests = 0;
    asked.length = 0;
  });

  test('begins with the weight of the file, before whatever anybody says', async () => {
    expect((await state()).weights).toBeUndefined();
    const { code, text, weights, live } = await minute();
    expect(text).toBe('CanaryHeld: fast-canary gets 5 % of the requests, as the file says');
    expect(code).toBe(0);
    expect(weights).toEqual([
      ['fast', 95],
      ['fast-canary', 5],
    ]);
    expect(live?.spec).toMatchObject({ parentRefs: [{ name: 'inference-gateway' }] });
    expect((live as LiveObject).metadata.annotations).toMatchObject({ 'nexus.dev/canary-weight': '5' });
  });

  test('an engine that applies its objects again changes nothing', async () => {
    const before = (await state()).live;
    await plane.api.apply(route);
    expect((await state()).live?.spec).toEqual(before?.spec);
    expect((await state()).live?.metadata.annotations).toEqual(before?.metadata.annotations);
  });

  test('holds while nothing is wrong, and raises nothing that it may not raise', async () => {
    requests = 10_000;
    await later(60);
    const { code, text, weights } = await minute();
    expect([code, text]).toEqual([0, 'fast-canary keeps 5 %']);
    expect(weights?.[1]).toEqual(['fast-canary', 5]);
    expect(asked).toEqual(['CanaryIsWorse']);
  });

  test('another canary that fails, or a doubt, takes nothing back', async () => {
    rules = [
      { sign: 'errors', state: 'firing', canary: 'chat-canary' },
      { sign: 'latency', state: 'pending' },
    ];
    const { code, weights } = await minute();
    expect(code).toBe(0);
    expect(weights?.[1]).toEqual(['fast-canary', 5]);
  });

  test('a Prometheus that is away, knows no rule or cannot compute one is no reason to act, and is told', async () => {
    rules = undefined;
    expect(await minute()).toMatchObject({ code: 1, text: expect.stringContaining('answers 503') });
    rules = [];
    expect(await minute()).toMatchObject({ code: 1, text: expect.stringContaining('nobody judges it') });
    rules = [{ sign: 'errors', state: 'inactive', health: 'err' }];
    expect(await minute()).toMatchObject({
      code: 1,
      text: 'Prometheus cannot compute errors of fast-canary',
    });
    expect((await state()).weights?.[1]).toEqual(['fast-canary', 5]);
  });

  test('with steps: after its minutes and requests it gets more, one step at a time', async () => {
    const steps = { minutes: 10 };
    requests = 99;
    await later(11);
    expect((await minute(steps)).text).toBe(
      'fast-canary keeps 5 %: it answered 99 requests, and 100 are needed to judge it',
    );
    requests = 0;
    expect((await minute(steps)).text).toContain('answered 0 requests');
    requests = 100;
    rules = [{ sign: 'errors', state: 'pending' }, ...FINE.slice(1)];
    expect((await minute(steps)).text).toBe('fast-canary keeps 5 %: there are doubts about its errors');
    rules = FINE;
    const { text, weights } = await minute(steps);
    expect(text).toBe('CanaryStepped: fast-canary did as well as fast in 100 requests: 5 % becomes 10 %');
    expect(weights?.[1]).toEqual(['fast-canary', 10]);
    expect((await minute(steps)).text).toBe('fast-canary keeps 10 %: of 10 minutes 0 are over');
  });

  test('what somebody changes by hand does not stay', async () => {
    await plane.api.patch(ROUTE, {
      spec: { rules: [{ backendRefs: [{ name: 'fast', port: 8000, weight: 1 }] }] },
    });
    expect((await minute()).weights?.[1]).toEqual(['fast-canary', 10]);
  });

  test('worse is taken back at once, is seen, and stays so', async () => {
    rules = [
      { sign: 'errors', state: 'firing' },
      { sign: 'latency', state: 'firing' },
    ];
    const { code, text, weights, live } = await minute();
    expect([code, text]).toEqual([
      0,
      'CanaryTakenBack: fast-canary had 10 % and is worse in errors, latency: it gets nothing',
    ]);
    expect(weights).toEqual([
      ['fast', 100],
      ['fast-canary', 0],
    ]);
    expect(live?.metadata.annotations).toMatchObject({ 'nexus.dev/canary-worse': 'errors, latency' });
    const events = await plane.api.list('events.k8s.io/v1', 'Event', 'serving');
    expect(events.map(({ type, reason }) => [type, reason])).toContainEqual(['Warning', 'CanaryTakenBack']);

    // Without requests the alert ends; that is no reason to try again.
    rules = FINE;
    requests = 1000;
    await later(60);
    await plane.api.apply(route);
    expect((await minute({ minutes: 10 })).weights?.[1]).toEqual(['fast-canary', 0]);
  });

  test('another weight in the file, or another canary, is a new beginning', async () => {
    const { weights, live } = await minute({ file: '25-changed', weight: 25 });
    expect(weights?.[1]).toEqual(['fast-canary', 25]);
    expect(live?.metadata.annotations?.['nexus.dev/canary-worse']).toBe('');
    expect((await minute({ file: '0-changed', weight: 0 })).weights?.[1]).toEqual(['fast-canary', 0]);
    expect((await minute({ file: '0-changed', weight: 0, minutes: 10 })).text).toContain('as the file says');
  });

  test('its account may write this route and no other', async () => {
    await plane.api.apply({ ...route, metadata: { ...route.metadata, name: 'fast' } } as KubeObject);
    expect(await minute({ route: 'fast' })).toMatchObject({ code: 1, text: expect.stringContaining('403') });
  });
});

function accessOf({ kubeconfig }: ControlPlane) {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const { server, 'certificate-authority': certificate } = clusters[0].cluster;
  return {
    server: new URL(server),
    certificate: readFileSync(certificate, 'utf8'),
    admin: users[0].user.token,
  };
}

/** A token of the pilot's account, as the kubelet would mount one. */
async function tokenOf(plane: ControlPlane): Promise<string> {
  const { server, certificate, admin } = accessOf(plane);
  const transport = new ApiTransport({ url: server.href, token: admin, ca: certificate });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const path = `/api/v1/namespaces/serving/serviceaccounts/${NAME}/token`;
  const { body } = await transport.call('POST', path, request);
  transport.close();
  return (body as { status: { token: string } }).status.token;
}
