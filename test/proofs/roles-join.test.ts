import { ApiObject, App } from 'cdk8s';
import { expect, test } from 'vitest';
import { declare, Layer, type PoolFact, render, Workload, type WorkloadProps } from '../../lib/core';
import { proofInput } from '../../lib/proofs';
import { rolesJoin } from '../../lib/proofs/roles-join';
import { POOLS } from './platform';

interface Hand {
  /** Draw the edge on which prompts go. */
  readonly edge?: boolean;
  readonly args?: readonly string[];
  readonly reads?: Partial<WorkloadProps>;
  readonly answers?: Partial<WorkloadProps>;
  readonly pools?: readonly PoolFact[];
}

/** Two roles as somebody would write them by hand. */
function check({ edge = true, args = ['--secure-proxy=false'], reads, answers, pools = [] }: Hand = {}) {
  const app = new App();
  for (const pool of pools) declare(new Layer(app, pool.name, { phase: 'capacity' }), 'pool', pool);
  const layer = new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
  const half = (name: string, role: string, props: Partial<WorkloadProps> = {}) =>
    new Workload(layer, name, {
      image: 'vllm/vllm-openai:v0.33.0',
      resources: { cpu: '1', memory: '1Gi' },
      ports: { http: 8000 },
      ready: { path: '/health' },
      startupSeconds: 60,
      podLabels: { model: 'chat', 'llm-d.ai/role': role },
      ...props,
    });
  const reader = half('reads', 'prefill', reads);
  const router = {
    image: 'ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.10.0',
    args,
    resources: { cpu: '100m', memory: '128Mi' },
    ports: { http: 8000 },
    ready: '/health',
  };
  const answerer = half('answers', 'decode', { ports: { engine: 8200 }, sidecars: { router }, ...answers });
  if (edge) reader.pods.allowFrom(answerer.pods, { port: 8000, why: 'prompts' });
  new ApiObject(layer, 'pool', {
    apiVersion: 'inference.networking.k8s.io/v1',
    kind: 'InferencePool',
    metadata: { name: 'chat', namespace: 'serving' },
    spec: { selector: { matchLabels: { model: 'chat' } }, targetPorts: [{ number: 8000 }] },
  });
  return rolesJoin.check(proofInput(render(app)));
}
const whats = (hand: Hand) => check(hand).findings.map(({ object, what }) => `${object} ${what}`);

test('two roles that join are passed, and a platform without roles is not judged', () => {
  expect(check()).toEqual({ findings: [], checked: 1 });
  expect(rolesJoin.check(proofInput(render(new App())))).toMatchObject({ skipped: 'no model of two roles' });
});

test('pods that answer reach those that read: requests, and what says where a cache lies', () => {
  expect(whats({ edge: false })).toEqual([
    'Deployment/serving/answers sends prompts to Deployment/serving/reads, and there is no edge to its port 8000',
  ]);
  expect(whats({ reads: { env: { VLLM_NIXL_SIDE_CHANNEL_PORT: '5600' } } })).toEqual([
    'Deployment/serving/answers sends prompts to Deployment/serving/reads, and there is no edge to its port 5600',
  ]);
});

test('flags are read in both spellings', () => {
  expect(whats({ args: ['--secure-proxy', 'false', '--model-server-port', '8200'] })).toEqual([]);
  expect(whats({ args: ['--secure-proxy'] })).toHaveLength(1);
});

test('the sidecar listens where the pool sends', () => {
  expect(whats({ args: ['--secure-proxy=false', '--port=8001'] })).toEqual([
    'Deployment/serving/answers has its sidecar on port 8001, and InferencePool/serving/chat sends to 8000',
  ]);
});

test('the pool that a sidecar names is there', () => {
  expect(whats({ args: ['--secure-proxy=false', '--inference-pool=serving/chap'] })).toContain(
    "Deployment/serving/answers has a sidecar for the pool 'serving/chap', which does not exist in namespace 'serving'",
  );
});

test.each([
  [['--kv-cache-dtype=fp8'], 'says --kv-cache-dtype fp8, and Deployment/serving/reads says nothing'],
  [
    ['--kv-transfer-config={"kv_connector":"NixlConnector"}'],
    'moves caches by NixlConnector, and Deployment/serving/reads by nothing',
  ],
])('engines are told alike: %o', (args, said) => {
  expect(whats({ answers: { args } })).toEqual([`Deployment/serving/answers ${said}`]);
});

test('different numbers of GPUs are no difference', () => {
  const own = (size: number) => ({ args: [`--tensor-parallel-size=${size}`] });
  expect(whats({ answers: own(4), reads: own(2) })).toEqual([]);
});

test('what caches cross is a zone, where nothing holds them together', () => {
  const gpus = { cpu: '1', memory: '1Gi', gpus: 1 };
  const tolerations = [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }];
  const on = (pool: string, zoneOf?: Readonly<Record<string, string>>) => ({
    resources: gpus,
    placement: { pool, nodeSelector: { 'nexus.dev/pool': pool }, tolerations, ...(zoneOf ? { zoneOf } : {}) },
  });
  const [, l40s] = POOLS;
  const near = { ...l40s, zones: ['us-east-1a'] };
  const far = { ...l40s, name: 'far', labels: { 'nexus.dev/pool': 'far' }, zones: ['us-east-1b'] };
  expect(whats({ pools: [l40s], answers: on('l40s'), reads: on('l40s') })).toEqual([
    'Deployment/serving/answers and Deployment/serving/reads may run in us-east-1a, us-east-1b, and nothing keeps them in one zone',
  ]);
  const together = on('l40s', { model: 'chat' });
  expect(whats({ pools: [l40s], answers: together, reads: together })).toEqual([]);
  expect(whats({ pools: [near], answers: on('l40s'), reads: on('l40s') })).toEqual([]);
  expect(whats({ pools: [near, far], answers: together, reads: on('far', { model: 'chat' }) })).toEqual([
    'Deployment/serving/answers runs in us-east-1a, and Deployment/serving/reads in us-east-1b',
  ]);
});
