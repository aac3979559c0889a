import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, JsonPatch, Testing } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type AttachOptions,
  attachProofs,
  ExternalSecretsOperator,
  GpuNodePool,
  HelmRelease,
  Layer,
  LiteLlmGateway,
  needsOf,
  objectsOf,
  PlatformNamespace,
  POLICIES,
  Postgres,
  PROOFS,
  S3Store,
  setCluster,
  setPolicy,
  VllmService,
} from '../lib';
import { AWS } from './core/tree';

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'attach-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(outdir, { recursive: true, force: true });
});

const KARPENTER = { kinds: ['karpenter.sh/NodePool', 'karpenter.k8s.aws/EC2NodeClass'] };

function appOf(): App {
  const app = new App({ outdir });
  setCluster(app, AWS);
  return app;
}

/** A chart with a namespace of its own. */
function chartOf(app: App, id: string): Chart {
  const chart = new Chart(app, id, { namespace: id, disableResourceNameHashes: true });
  new PlatformNamespace(chart, 'namespace', { name: id });
  return chart;
}

function settings(scope: Chart, name: string): void {
  new k8s.KubeConfigMap(scope, name, { metadata: { name }, data: { color: 'blue' } });
}

/** A plain object with a fault. */
function faulty(scope: Chart, id = 'web'): void {
  new k8s.KubeConfigMap(scope, id, { metadata: { name: 'Not Legal' } });
}

function addRelease(
  scope: Chart,
  id = 'tool',
  repository = 'oci://registry.example.com/charts',
): HelmRelease {
  return new HelmRelease(scope, id, { name: id, chart: id, repository, version: '1.2.3', footprint: {} });
}

/** What synth says, with nothing written. */
function refusal(app: App): string {
  try {
    app.synth();
  } catch (error) {
    expect(readdirSync(outdir)).toEqual([]);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('faults', () => {
  test('a fault is told as our commands tell it, and nothing is written', () => {
    const app = appOf();
    const chart = chartOf(app, 'models');
    const pool = new GpuNodePool(chart, 'l4', { gpu: 'L4', limit: 2 });
    new VllmService(chart, 'chat', { model: 'Qwen/Qwen3-4B', pool });
    attachProofs(app, { existing: { kinds: KARPENTER.kinds.slice(1) } });
    expect(refusal(app)).toMatchInlineSnapshot(`
      "Validation failed with the following errors:
        [nexus-proofs] [references-resolve] NodePool/l4: is of kind karpenter.sh/NodePool, which no release and no CRD set brings
          why: the API server refuses it: "no matches for kind"
          fix: add the release that brings the kind, or name the kind in its provides"
    `);
  });

  test('what constructs say of themselves is told once', () => {
    const app = appOf();
    const chart = chartOf(app, 'gateway');
    new LiteLlmGateway(chart, 'gateway', {
      database: Postgres.fromAttributes(chart, 'postgres'),
      replicas: 1,
    });
    attachProofs(app, { needs: 'external' });
    expect(refusal(app)).toMatchInlineSnapshot(`
      "Validation failed with the following errors:
        [gateway/gateway] has no routes. Call route(endpoint) at least once"
    `);
  });

  test('a waiver accepts one, and a stale one is a fault itself', () => {
    const waivers = [{ proof: 'image-is-pinned', object: 'Pod/web/web', reason: 'demo follows its branch' }];
    const app = appOf();
    settings(chartOf(app, 'web'), 'settings');
    attachProofs(app, { waivers });
    expect(refusal(app)).toContain("a waiver of 'image-is-pinned' hides nothing");

    const other = appOf();
    faulty(chartOf(other, 'web'));
    const object = 'ConfigMap/web/Not Legal';
    attachProofs(other, {
      waivers: [{ proof: 'object-is-valid', object, reason: 'a test' }],
    });
    other.synth();
    expect(readdirSync(outdir)).toEqual(['web.k8s.yaml']);
  });

  test('a warning is told, and nothing waits for it', () => {
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const app = appOf();
    new ApiObject(chartOf(app, 'web'), 'flags', {
      apiVersion: 'flags.example.com/v1',
      kind: 'FlagServer',
      metadata: { name: 'flags' },
    });
    attachProofs(app, { existing: { kinds: ['flags.example.com/FlagServer'] } });
    app.synth();
    expect(readdirSync(outdir)).toEqual(['web.k8s.yaml']);
    expect(told.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining('warning: [object-is-valid] FlagServer/web/flags: is of kind'),
    ]);
  });

  test('layers in an impossible order are a fault, not a stack trace', () => {
    const app = appOf();
    const late = new Layer(app, 'late', { phase: 'apps' });
    new Layer(app, 'early', { phase: 'cluster', after: [late] });
    attachProofs(app);
    expect(refusal(app)).toContain('early: comes after layer');
  });

  test('prod, which is also what nobody chose, is asked more than dev', () => {
    const judge = vi.spyOn(PROOFS[0], 'check');
    for (const policy of [undefined, POLICIES.dev, { ...POLICIES.dev, replicas: 5 }]) {
      const app = appOf();
      if (policy) setPolicy(app, policy);
      settings(chartOf(app, 'web'), 'settings');
      attachProofs(app);
      app.synth();
    }
    expect(judge.mock.calls.map(([input]) => input.policy?.tier)).toEqual(['prod', 'dev', undefined]);
  });

  test('attaching twice is refused at once', () => {
    const app = appOf();
    attachProofs(app);
    expect(() => attachProofs(app)).toThrow("already a Construct with name 'nexus-proofs'");
  });
});

describe('one pass', () => {
  test('an app of 20 charts is judged once, not once for each chart', () => {
    const app = appOf();
    for (let i = 0; i < 20; i++) settings(chartOf(app, `team-${i}`), 'settings');
    const judge = vi.spyOn(PROOFS[0], 'check');
    attachProofs(app);
    app.synth();
    expect(readdirSync(outdir)).toHaveLength(20);
    expect(judge).toHaveBeenCalledTimes(1);
  });

  test('what is added after attachProofs counts, also after a first synth', () => {
    const app = appOf();
    attachProofs(app);
    const chart = chartOf(app, 'web');
    app.synth();
    faulty(chart);
    expect(() => app.synth()).toThrow('object-is-valid');
    expect(() => app.synthYaml()).toThrow('object-is-valid');
    expect(() => Testing.synth(chart)).toThrow('object-is-valid');
  });

  test('a patch between two calls of synth counts as well', async () => {
    const app = appOf();
    const chart = chartOf(app, 'web');
    settings(chart, 'settings');
    attachProofs(app);
    app.synth();
    await Promise.resolve();
    ApiObject.of(chart.node.findChild('settings')).addJsonPatch(
      JsonPatch.replace('/metadata/name', 'Not Legal'),
    );
    expect(() => app.synth()).toThrow('object-is-valid');
  });

  test('a bare App without faults writes what it writes without us', () => {
    const texts = [true, false].map((attached) => {
      const app = appOf();
      settings(chartOf(app, 'web'), 'settings');
      if (attached) attachProofs(app);
      return app.synthYaml();
    });
    expect(texts[0]).toBe(texts[1]);
  });
});

describe('releases', () => {
  const twoReleases = (options?: AttachOptions): App => {
    const app = appOf();
    const chart = chartOf(app, 'tools');
    addRelease(chart, 'first');
    attachProofs(app, options);
    addRelease(chart, 'second'); // later than attachProofs, and not forgotten
    return app;
  };
  const delivered = (app: App): string[] => {
    app.synth();
    return app.charts
      .flatMap((chart) => objectsOf(chart))
      .filter(({ kind }) => !['Namespace', 'NetworkPolicy'].includes(kind))
      .map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`);
  };

  test('without a choice they are refused', () => {
    expect(refusal(twoReleases())).toMatchInlineSnapshot(`
      "Validation failed with the following errors:
        [nexus-proofs] tools/first, tools/second: a Helm release that nothing installs
          why: a release is not an object; cdk8s would leave it out without a word
          fix: attachProofs(app, { releases: 'flux' }), or 'argocd', or 'external' to install what needsOf(app) lists"
    `);
  });

  test('flux: a release each, one repository for both', () => {
    expect(delivered(twoReleases({ releases: 'flux' }))).toEqual([
      'HelmRepository/flux-system/registry-example-com-charts',
      'HelmRelease/flux-system/tools-first',
      'HelmRelease/flux-system/tools-second',
    ]);
  });

  test('argocd: an Application each, and the repository that it reads OCI charts from', () => {
    expect(delivered(twoReleases({ releases: 'argocd' }))).toEqual([
      'Secret/argocd/repository-registry-example-com-charts',
      'Application/argocd/chart-first',
      'Application/argocd/chart-second',
    ]);
  });

  test('external: no object, and a list of what to install', () => {
    const app = twoReleases({ releases: 'external' });
    expect(delivered(app)).toEqual([]);
    expect(needsOf(app).releases).toMatchObject([
      { name: 'first', namespace: 'tools', chart: 'first', version: '1.2.3', values: {} },
      { name: 'second' },
    ]);
  });

  test('a second synth delivers again, the same and once', () => {
    const app = twoReleases({ releases: 'flux' });
    const first = app.synthYaml();
    expect(app.synthYaml()).toBe(first);
    addRelease(app.node.findChild('tools') as Chart, 'third');
    expect(delivered(app)).toHaveLength(4);
    expect(app.synthYaml().match(/kind: HelmRepository\n(?=metadata)/g)).toHaveLength(1);
  });
});

describe('what no object can be', () => {
  test('roles, buckets and secrets to fill are refused until somebody makes them', () => {
    const app = appOf();
    const chart = chartOf(app, 'apps');
    new S3Store(chart, 'objects').bucket('weights');
    new ExternalSecretsOperator(chart, 'external-secrets');
    Postgres.fromAttributes(chart, 'postgres').database(chart, { name: 'rag', pods: [] });
    attachProofs(app, { releases: 'external' });
    expect(refusal(app)).toMatchInlineSnapshot(`
      "Validation failed with the following errors:
        [nexus-proofs] bucket 'weights', role of 'apps-external-secrets', Secret/apps/rag-postgres: needed, and no object of this app
          why: pods would wait for them; cdk8s writes Kubernetes objects and nothing else
          fix: make what needsOf(app) lists, and say so: attachProofs(app, { needs: 'external' })"
    `);
  });

  test('needsOf lists them with rights and commands', () => {
    const app = appOf();
    const chart = chartOf(app, 'apps');
    new S3Store(chart, 'objects').bucket('weights');
    new ExternalSecretsOperator(chart, 'external-secrets');
    Postgres.fromAttributes(chart, 'postgres').database(chart, { name: 'rag', pods: [] });
    const { aws, identities, secrets } = needsOf(app);
    expect(aws).toMatchObject([{ kind: 'bucket', bucketName: 'nexus-prod-weights-111122223333-us-east-1' }]);
    expect(identities).toMatchObject([
      { namespace: 'apps', serviceAccount: 'external-secrets', via: 'pod-identity' },
    ]);
    expect(secrets.map(({ command }) => command)).toEqual([
      expect.stringContaining('--secret-id nexus/prod/postgres/rag'),
    ]);
  });
});

describe('a plain chart', () => {
  const models = (chart: Chart): Chart => {
    const pool = new GpuNodePool(chart, 'l4', { gpu: 'L4', limit: 3 });
    new VllmService(chart, 'chat', { model: 'Qwen/Qwen3-4B', pool });
    return chart;
  };

  test('holds the objects that a layer holds', () => {
    const plain = models(new Chart(appOf(), 'models', { namespace: 'serving' }));
    const layer = models(new Layer(appOf(), 'models', { phase: 'serving', namespace: 'serving' }));
    expect(objectsOf(plain).length).toBeGreaterThan(5);
    expect(objectsOf(plain)).toEqual(objectsOf(layer));
  });

  test('stands in a namespace that was there before, when somebody says so', () => {
    const app = appOf();
    models(new Chart(app, 'models', { namespace: 'serving' }));
    attachProofs(app, { existing: { ...KARPENTER, objects: [{ id: 'Namespace/serving' }] } });
    app.synth();
    expect(readdirSync(outdir)).toEqual(['models.k8s.yaml']);
  });

  test('may hold a release beside its namespace', () => {
    const app = appOf();
    addRelease(chartOf(app, 'tools'));
    attachProofs(app, { releases: 'external' });
    app.synth();
    expect(readdirSync(outdir)).toEqual(['tools.k8s.yaml']);
  });
});
