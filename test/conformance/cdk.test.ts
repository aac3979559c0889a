import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { stacks } from '../../stacks/cdk';
import { type BuiltOnAws, builtOnAws } from '../../stacks/program';
import { builtEnvironment, ENVIRONMENTS } from './fixtures/environments';
import { suite, tally } from './fixtures/needs';
import { acknowledged, type CdkFinding, findingsOf } from './parts/cdk-findings';
import { type CfnTemplate, eksFaults } from './parts/eks-checks';
import { ACKNOWLEDGEMENTS } from './parts/nag-acknowledgements';

const ROOT = join(__dirname, '..', '..');
const ON_AWS = ENVIRONMENTS.filter((name) => builtEnvironment(name).plan);
const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: object };

suite('cdk', [], () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nexus-cdk-'));
    vi.stubEnv('CDK_VALIDATION', 'true');
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });
  const strictApp = (name: string) =>
    new App({
      analyticsReporting: false,
      outdir: join(folder, name),
      builtinCloudFormationValidation: true,
      context: { ...context, '@aws-cdk/core:validateAgainstDefaultRules': true },
    });
  const needed = new Set<object>();

  describe.each(ON_AWS)('%s', (environment) => {
    let built: BuiltOnAws;
    let found: readonly CdkFinding[];
    let foundation: CfnTemplate;

    beforeAll(() => {
      built = builtOnAws(environment, 'CDK', join(ROOT, 'environments'));
      const app = strictApp(environment);
      const made = stacks(app, built);
      found = findingsOf(app);
      const file = join(app.outdir, made.foundation.templateFile);
      foundation = JSON.parse(readFileSync(file, 'utf8')) as CfnTemplate;
      const resources = [made.foundation, made.platform].map(
        ({ templateFile }) =>
          Object.keys(
            (JSON.parse(readFileSync(join(app.outdir, templateFile), 'utf8')) as CfnTemplate).Resources,
          ).length,
      );
      tally('cdk', resources[0] + resources[1], 'resources');
    }, 120_000);

    test("CloudFormation's rules and cdk-nag find what we acknowledge with a reason, and nothing else", () => {
      const rows = found.map((finding) => acknowledged(finding, built.environment.tier));
      for (const row of rows) if (row) needed.add(row);
      expect(found.filter((_, index) => !rows[index])).toEqual([]);
      expect(found.filter(({ rule, severity }) => /^[WE]\d/.test(rule) && severity === 'error')).toEqual([]);
      tally('cdk', found.length, 'findings acknowledged');
    });

    test('its API server answers only networks that the environment names, and everything it does is logged', () => {
      const endpoint = built.environment.aws?.endpoint;
      expect(eksFaults(foundation, typeof endpoint === 'object' ? endpoint.public : [])).toEqual([]);
    });

    test('an open or unlogged cluster would be found', () => {
      const broken = (change: (properties: Record<string, unknown>) => void) => {
        const copy = structuredClone(foundation);
        const cluster = Object.values(copy.Resources).find(({ Type }) => Type === 'AWS::EKS::Cluster');
        change(cluster?.Properties as Record<string, unknown>);
        return eksFaults(copy, ['203.0.113.0/24']).map((fault) => fault.replace(/^\w+: /, ''));
      };
      const open = (cidrs?: readonly string[]) =>
        broken((properties) => {
          properties.ResourcesVpcConfig = { EndpointPublicAccess: true, PublicAccessCidrs: cidrs };
        });
      expect(open()).toEqual(['the API server answers 0.0.0.0/0, which the environment does not name']);
      expect(open(['198.51.100.0/24', '203.0.113.0/24'])).toEqual([
        'the API server answers 198.51.100.0/24, which the environment does not name',
      ]);
      expect(broken((properties) => delete properties.Logging)).toEqual([
        'the control plane does not log api, audit, authenticator, controllerManager, scheduler',
      ]);
      tally('cdk', 3, 'broken templates refused');
    });
  });

  test('no row of the table is about nothing', () => {
    expect(ACKNOWLEDGEMENTS.filter((row) => !needed.has(row))).toEqual([]);
  });

  test('a property that does not exist and an unencrypted queue would be found', () => {
    const app = strictApp('broken');
    const stack = new Stack(app, 'nexus-broken-foundation');
    new CfnResource(stack, 'Bucket', { type: 'AWS::S3::Bucket', properties: { BucketNme: 'x' } });
    new CfnQueue(stack, 'Queue', { sqsManagedSseEnabled: false });
    const found = findingsOf(app).filter((finding) => !acknowledged(finding, 'prod'));
    expect(found.map(({ rule, at }) => `${rule} ${at}`).sort()).toEqual([
      'AwsSolutions-SQS2 foundation/Queue',
      'AwsSolutions-SQS3 foundation/Queue',
      'AwsSolutions-SQS4 foundation/Queue',
      'F3002 foundation/Bucket',
    ]);
    tally('cdk', 1, 'broken templates refused');
  });

  describe('the command line', () => {
    /** `cdk synth`, with no way out of this machine. */
    const synth = (environment: string) => {
      const { CDK_VALIDATION: _, ...env } = process.env;
      const nowhere = 'http://127.0.0.1:9';
      const cdk = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [cdk, 'synth', '-c', `env=${environment}`, '-q', '-o', join(folder, `cli-${environment}`)],
        { cwd: ROOT, env: { ...env, HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere }, encoding: 'utf8' },
      );
      return { status, said: `${stdout}${stderr}` };
    };

    test('synthesizes prod offline', () => {
      const { status, said } = synth('prod');
      expect(status, said).toBe(0);
      expect(said).toContain('Successfully synthesized');
    }, 120_000);

    test('says in one line why it has nothing to build for local', () => {
      const { status, said } = synth('local');
      expect(status).not.toBe(0);
      const [line, cli] = said.trim().split('\n');
      expect(line).toBe('local has no AWS: CDK has nothing to build, its GitOps files are all there is');
      expect(cli).toContain('Subprocess exited with error 1');
      expect(said).not.toMatch(/^\s+at /m);
    }, 60_000);
  });
});
