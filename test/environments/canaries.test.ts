import { expect, test } from 'vitest';
import { canariesOf, type EnvironmentValues, entryOf, withCanaries } from '../../environments';

type Models = EnvironmentValues['models'];

const models: Models = {
  chat: {
    engine: 'vllm',
    model: 'a/b',
    revision: 'v1',
    pool: 'l4',
    gpus: 1,
    task: 'generate',
    adapters: { sql: { model: 'a/sql' } },
    canary: { weight: 5, context: 4096, worse: { p99Seconds: 3 }, replicas: { min: 1, max: 1 } },
  },
  embed: { engine: 'simulator', model: 'c/d' },
};

test('a canary is a model of its own behind its model, with what it does not change', () => {
  const all = withCanaries(models);
  expect(Object.keys(all)).toEqual(['chat', 'chat-canary', 'embed']);
  expect(all['chat-canary']).toEqual({
    engine: 'vllm',
    model: 'a/b',
    revision: 'v1',
    pool: 'l4',
    gpus: 1,
    task: 'generate',
    context: 4096,
    replicas: { min: 1, max: 1 },
  });
  expect(all.chat).toBe(models.chat);
});

test('another model inherits nothing that was said of the first', () => {
  const { canary } = { canary: { weight: 0 as const, model: 'a/c' } };
  const all = withCanaries({ chat: { ...models.chat, canary } as Models[string] });
  expect(all['chat-canary']).toEqual({
    engine: 'vllm',
    model: 'a/c',
    pool: 'l4',
    gpus: 1,
    task: 'generate',
  });
});

test('it is spoken of where it stands', () => {
  expect(canariesOf(models)).toEqual(
    new Map([['chat-canary', { of: 'chat', weight: 5, worse: { p99Seconds: 3 } }]]),
  );
  expect(entryOf(models, 'chat-canary')).toBe('models.chat.canary');
  expect(entryOf(models, 'embed')).toBe('models.embed');
});
