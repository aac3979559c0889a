import { expect, test } from 'vitest';
import type { Environment } from '../../environments';
import type { INodePool } from '../../lib/contracts';
import { holdsOneMore, ofRoles, poolsOf, takingsOf } from '../../stacks/takings';

type Models = Environment['models'];

const MODELS = {
  chat: { engine: 'vllm', model: 'Qwen/Qwen3-32B', pool: 'h100', gpus: 4, replicas: { min: 1, max: 3 } },
  wide: { engine: 'vllm', model: 'deepseek-ai/DeepSeek-R1', pool: 'h200', gpus: 8, nodes: 2 },
  long: {
    engine: 'vllm',
    model: 'Qwen/Qwen3-32B',
    pool: 'h100',
    gpus: 1,
    disaggregated: {
      prefill: { gpus: 2, pool: 'h200', replicas: { min: 3, max: 3 } },
      decode: { gpus: 4 },
    },
  },
  bare: { engine: 'simulator', model: 'Qwen/Qwen3-8B' },
} as unknown as Models;
const environment = { tier: 'prod', models: MODELS } as unknown as Environment;

test('a model takes of a pool what its replicas take at their most, and of each role so', () => {
  const taken = Object.values(MODELS).map((model) =>
    takingsOf(model, 'prod').map(({ pool, gpus, most }) => `${pool} ${most}x${gpus}`),
  );
  expect(taken).toEqual([['h100 3x4'], ['h200 2x16'], ['h200 3x2', 'h100 2x4'], []]);
  expect(poolsOf(MODELS.long)).toEqual(['h200', 'h100']);
});

test('what roles keep of a pool is counted by role, and of other models by their replicas', () => {
  expect(ofRoles(MODELS.long, 'h200', environment)).toBe(6);
  expect(ofRoles(MODELS.long, 'h100', environment)).toBe(8);
  expect(ofRoles(MODELS.chat, 'h100', environment)).toBeUndefined();
});

test('a rollout adds a pod of a role where the pool holds everybody and that pod', () => {
  const pool = (limit: number) =>
    ({ limit, devices: [{ resource: 'nvidia.com/gpu', perNode: 8, limit }] }) as unknown as INodePool;
  const decode = takingsOf(MODELS.long, 'prod')[1];
  // 12 of chat and 8 of the answering pods.
  expect(holdsOneMore(decode, pool(24), environment)).toBe(true);
  expect(holdsOneMore(decode, pool(23), environment)).toBe(false);
});
