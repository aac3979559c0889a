import { expect, test } from 'vitest';
import { awsPlus, awsWith, localPlus } from '../files';

test('a budget and quotas load', () => {
  expect(awsPlus('budgetUsd: 1200.50\n')).toBe('(loads)');
  expect(awsWith(['endpoint: private', 'endpoint: private\n  quotas: { on-demand-g: 384, spot-p: 0 }'])).toBe(
    '(loads)',
  );
});

test('a budget is money, for an environment that costs some', () => {
  expect(awsPlus('budgetUsd: 0\n')).toMatchInlineSnapshot(`
    "env.yaml
      23:12  budgetUsd: 0 is not above 0
    1 problem; nothing was synthesized"
  `);
  expect(awsPlus('budgetUsd: "1,000"\n')).toMatchInlineSnapshot(`
    "env.yaml
      23:12  budgetUsd: '1,000' is not a number
    1 problem; nothing was synthesized"
  `);
  expect(localPlus('budgetUsd: 1000\n')).toMatchInlineSnapshot(`
    "env.yaml
      11:12  budgetUsd: nothing reads this in an environment without 'aws'; drop it
    1 problem; nothing was synthesized"
  `);
});

test('quotas are those that are counted', () => {
  expect(
    awsWith(['endpoint: private', 'endpoint: private\n  quotas: { ondemand-g: 384, spot-g: -1, trn: 8 }']),
  ).toMatchInlineSnapshot(`
    "env.yaml
      9:13  aws.quotas.ondemand-g: unknown key; did you mean 'on-demand-g'?
      9:38  aws.quotas.spot-g: -1 is below the least, 0
      9:42  aws.quotas.trn: unknown key; known here: on-demand-standard, on-demand-g, on-demand-p, spot-standard, spot-g, spot-p
    3 problems; nothing was synthesized"
  `);
});

test('tokens a second are of a server with weights', () => {
  const models = (more: string) => localPlus(`models:\n  chat: { model: Qwen/Qwen3-8B, ${more} }\n`);
  expect(models('engine: simulator')).toBe('(loads)');
  expect(models('engine: simulator, tokensPerSecond: 100')).toMatchInlineSnapshot(`
    "env.yaml
      12:52  models.chat.tokensPerSecond: is not read with engine 'simulator', only with 'vllm', 'kserve'
    1 problem; nothing was synthesized"
  `);
});
