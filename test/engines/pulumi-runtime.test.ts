import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type BuiltOnAws, builtOnAws } from '../../stacks/program';
import { type PulumiRun, runPulumi } from './pulumi-engine';
import { fromPlan } from './read-back/plan';
import { fromRegistrations } from './read-back/pulumi';

const ROOT = join(__dirname, '../..');
let prod: PulumiRun;
let built: BuiltOnAws;

beforeAll(async () => {
  built = builtOnAws('prod', 'Pulumi', join(ROOT, 'environments'));
  prod = await runPulumi('stacks/pulumi.ts', 'prod', ROOT);
}, 60_000);

test('the program of Pulumi.yaml runs in the real runtime, and says where it must run', () => {
  expect(prod.output).toContain('prod: the API server is private, so this must run inside its VPC');
  expect(prod.exitCode).toBe(0);
});

test('its AWS resources are those of the plan', () => {
  expect(fromRegistrations(prod.resources)).toEqual(fromPlan(built.plan));
});
