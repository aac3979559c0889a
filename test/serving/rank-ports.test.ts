import { describe, expect, test } from 'vitest';
import { type Layer, render } from '../../lib/core';
import {
  InferenceGateway,
  ModelAutoscaler,
  ModelSimulator,
  VllmService,
  type VllmServiceProps,
} from '../../lib/serving';
import { container, message, only, TestPool } from './pool';
import { ground } from './routing/doors';

const PORTS = [8000, 8001, 8002, 8003];

const large = (layer: Layer, more: Partial<VllmServiceProps> = {}) =>
  new VllmService(layer, 'large', {
    model: 'Qwen/Qwen3-30B-A3B',
    pool: new TestPool(layer, 'h100', { gpu: 'H100', gpusPerNode: 8 }),
    gpus: 8,
    context: 32768,
    dataParallel: 4,
    rankPorts: true,
    replicas: { min: 1, max: 1 },
    ...more,
  });

/** One replica, and the picker that chooses among its ranks. */
function picked(more?: Partial<VllmServiceProps>) {
  const { controller, layer } = ground('serving');
  const server = large(layer, more);
  new InferenceGateway(layer, 'models', { controller }).route(server);
  return { layer, server };
}

describe('ranks that answer for themselves', () => {
  test('have a process and a port each, and one that says that all are there', () => {
    const { layer } = picked();
    const { args, ports, readinessProbe, livenessProbe } = container(layer, 'large');
    expect(args).toEqual(
      expect.arrayContaining([
        '--data-parallel-size=4',
        '--data-parallel-size-local=4',
        '--data-parallel-multi-port-external-lb',
        '--data-parallel-supervisor-port=9256',
      ]),
    );
    expect(args?.join()).not.toContain('--api-server-count');
    expect(ports?.map(({ containerPort }) => containerPort)).toEqual([...PORTS, 9256]);
    for (const probe of [readinessProbe, livenessProbe]) {
      expect(probe?.httpGet).toEqual({ path: '/health', port: 'supervisor' });
    }
  });

  test('are what the picker chooses among, even of one replica', () => {
    const { spec } = only(picked().layer, 'InferencePool', 'large') as { spec?: { targetPorts?: unknown } };
    expect(spec?.targetPorts).toEqual(PORTS.map((number) => ({ number })));
  });

  test('are reached, and watched, at all of their ports', () => {
    const { layer, server } = picked();
    const { ingress } = only(layer, 'NetworkPolicy', 'large').spec as {
      ingress: readonly { ports: readonly { port: number }[] }[];
    };
    // By the picker, and by the proxies.
    expect(ingress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([PORTS, PORTS]);
    expect(server.metrics).toMatchObject([
      { port: 'http', portNumber: 8000, alsoAt: { 'rank-1': 8001, 'rank-2': 8002, 'rank-3': 8003 } },
    ]);
  });

  test('have a queue each, of which a picker tells the sum: a scaler allows for all', () => {
    const { layer, server } = picked({ replicas: { min: 1, max: 2 } });
    new ModelAutoscaler(layer, 'scaler', {
      server,
      on: 'picker',
      prometheus: 'http://prometheus.monitoring.svc:9090',
    });
    expect(only(layer, 'ScaledObject', 'large').spec).toMatchObject({
      triggers: [{ metadata: { threshold: '20' } }],
    });
  });

  test('are simulated so', () => {
    const { controller, layer } = ground('serving');
    const server = new ModelSimulator(layer, 'small', {
      model: 'a/b',
      rankPorts: 2,
      replicas: { min: 1, max: 1 },
    });
    new InferenceGateway(layer, 'models', { controller }).route(server);
    const { args, ports } = container(layer, 'small');
    expect(args).toContain('--data-parallel-size=2');
    expect(ports?.map(({ containerPort }) => containerPort)).toEqual([8000, 8001]);
  });

  test('have one door without it, and a picker that would be blind', () => {
    expect(message(() => picked({ rankPorts: false }))).toMatchInlineSnapshot(`
      "layer/models/Pool-large (EndpointPicker): picks among replicas of 'large', each of 4 ranks
        why: each rank has a queue and a cache of its own, of which the picker would read one
        fix: set rankPorts on a VllmService, or route to the Service of 'large': the replica chooses among its ranks"
    `);
  });

  test('are all but one in vain where nothing picks', () => {
    const { layer } = ground('serving');
    large(layer);
    expect(message(() => render(layer))).toContain('no picker chooses among them');
  });
});

test.each<[string, Partial<VllmServiceProps>, RegExp]>([
  ['no ranks', { dataParallel: undefined }, /has 'rankPorts' and no 'dataParallel'/],
  ['several nodes', { nodes: 2, dataParallel: 8, expertParallel: true }, /has 'rankPorts' and 'nodes' 2/],
  ['events of a cache', { kvEvents: true }, /has 'rankPorts' and 'kvEvents'/],
  ['processes of its own', { extraArgs: ['--api-server-count=2'] }, /each rank has one process/],
])('refuses ports of ranks with %s', (_, more, words) => {
  expect(message(() => picked(more))).toMatch(words);
  expect(() => large(ground('serving').layer, { ...more, rankPorts: false })).not.toThrow();
});
