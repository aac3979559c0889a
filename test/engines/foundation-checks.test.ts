import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, expect, test, vi } from 'vitest';
import { realizeFoundation } from '../../lib/engines/cdk/foundation';
import { planOf } from '../aws/fixture';
import { acknowledged, findingsOf } from '../conformance/parts/cdk-findings';

const outdir = mkdtempSync(join(tmpdir(), 'nexus-checks-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(outdir, { recursive: true });
});

function check() {
  vi.stubEnv('CDK_VALIDATION', 'true');
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const app = new App({
    analyticsReporting: false,
    outdir,
    builtinCloudFormationValidation: true,
    context: { '@aws-cdk/core:validateAgainstDefaultRules': true },
  });
  const plan = planOf('prod');
  const stack = new Stack(app, `${plan.name}-foundation`, {
    env: { account: plan.account, region: plan.region },
  });
  realizeFoundation(stack, plan);
  return findingsOf(app);
}

const found = check();

test('what the checkers find of the foundation, the table acknowledges with a reason', () => {
  expect(found.filter((finding) => !acknowledged(finding, 'prod'))).toEqual([]);
});

test('wildcards stand behind a name, never alone', () => {
  const wildcards = found.filter(({ rule }) => rule === 'AwsSolutions-IAM5');
  expect(wildcards.length).toBeGreaterThan(0);
  for (const { finding } of wildcards) {
    expect(finding).toMatch(/^Resource::arn:aws:(s3|secretsmanager|logs):.+[/:]\*$/);
  }
});
