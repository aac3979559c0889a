import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { listEnvironments, loadEnvironment } from '../../environments';
import type { KubeObject } from '../../lib/core';
import { gitops } from '../../lib/engines/gitops';
import {
  clusterProvider,
  foundationProvider,
  realizeFoundation,
  realizePlatform,
} from '../../lib/engines/pulumi';
import { type Built, build } from '../../stacks/build';
import { stacks } from '../../stacks/cdk';
import { type BuiltOnAws, builtOnAws } from '../../stacks/program';
import { type Carried, canonical, objectsOf, releasesOf, sortReleases } from './delivered';
import { platformOf } from './read-back/pulumi-platform';
import { type Registered, record } from './read-back/pulumi-recorder';

const FOLDER = join(__dirname, '../../environments');
const all = listEnvironments(FOLDER).map((name) => build(loadEnvironment(join(FOLDER, `${name}.yaml`))));
const name = (built: Built) => built.environment.name;

function fromGitOps(built: Built, tool: 'flux' | 'argocd'): Carried {
  const files = gitops(built.rendered.layers, { environment: name(built), ...built.environment.gitops });
  const documents = (wanted: RegExp) =>
    [...files]
      .filter(([path]) => wanted.test(path))
      .flatMap(([, text]) => parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS()));
  const objects = documents(new RegExp(`^${tool}/layers/.*/objects\\.yaml$`));
  if (tool === 'flux') {
    const urls = new Map(
      documents(/^flux\/sources\.yaml$/).map((source) => [source.metadata.name, source.spec.url]),
    );
    const releases = documents(/^flux\/layers\/.*\/releases\.yaml$/).map(({ spec }) => ({
      name: spec.releaseName,
      namespace: spec.targetNamespace,
      chart: spec.chart.spec.chart,
      repository: urls.get(spec.chart.spec.sourceRef.name),
      version: spec.chart.spec.version,
      values: spec.values ?? {},
      skipCrds: spec.install.crds === 'Skip',
    }));
    return { objects, releases };
  }
  const oci = new Set(
    documents(/repositories\.yaml$/)
      .filter((r) => r.stringData.enableOCI)
      .map((r) => r.stringData.url),
  );
  const releases = documents(/^argocd\/applications\.yaml$/)
    .filter(({ spec }) => spec.source.chart)
    .map(({ spec: { source, destination } }) => ({
      name: source.helm.releaseName,
      namespace: destination.namespace,
      chart: source.chart,
      repository: oci.has(source.repoURL) ? `oci://${source.repoURL}` : source.repoURL,
      version: source.targetRevision,
      values: source.helm.valuesObject ?? {},
      skipCrds: source.helm.skipCrds,
    }));
  return { objects, releases };
}

/** CloudFormation joins JSON text only where a token is inside; ours has none. */
function fromCdk(built: BuiltOnAws): Carried {
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { 'aws:cdk:disable-asset-staging': true },
  });
  const template = Template.fromStack(stacks(app, built).platform).toJSON();
  const of = (type: string) =>
    Object.values(template.Resources as Record<string, { Type: string; Properties: Record<string, never> }>)
      .filter((resource) => resource.Type === type)
      .map((resource) => resource.Properties);
  const objects = of('Custom::AWSCDK-EKS-KubernetesResource').flatMap(
    (p) => JSON.parse(p.Manifest) as KubeObject[],
  );
  const releases = of('Custom::AWSCDK-EKS-HelmChart').map((p) => {
    const repository = p.Repository as string;
    const chart = p.Chart as string;
    return {
      name: p.Release as string,
      namespace: p.Namespace as string,
      chart,
      repository: repository.startsWith('oci://') ? repository.slice(0, -chart.length - 1) : repository,
      version: p.Version as string,
      values: p.Values ? JSON.parse(p.Values) : {},
      skipCrds: Boolean(p.SkipCrds),
    };
  });
  return { objects, releases };
}

async function pulumiRegistrations({ plan, rendered }: BuiltOnAws): Promise<Registered[]> {
  const registered = await record(() => {
    const foundation = realizeFoundation(plan, { provider: foundationProvider(plan) });
    realizePlatform(rendered.layers, clusterProvider(foundation.cluster, plan.region), foundation.ready);
  });
  return registered;
}

async function fromPulumi(built: BuiltOnAws): Promise<Carried> {
  return platformOf(await pulumiRegistrations(built));
}

function expectEqual(carried: Carried, { rendered }: Built): void {
  expect(canonical(carried.objects)).toEqual(canonical(objectsOf(rendered)));
  expect(sortReleases(carried.releases)).toEqual(releasesOf(rendered));
}

test('all four environments are proven', () => {
  expect(all.map((built) => [name(built), built.ok])).toEqual([
    ['dev', true],
    ['local', true],
    ['prod', true],
    ['stg', true],
  ]);
});

describe.each(all.map((built) => [name(built), built] as const))('%s', (_, built) => {
  test('Flux carries what was rendered', () => expectEqual(fromGitOps(built, 'flux'), built));
  test('Argo CD carries what was rendered', () => expectEqual(fromGitOps(built, 'argocd'), built));

  if (!built.plan) return;
  const onAws = builtOnAws(name(built), 'test', FOLDER);
  test('CDK carries what was rendered', () => expectEqual(fromCdk(onAws), built));
  test('Pulumi carries what was rendered', async () => expectEqual(await fromPulumi(onAws), built));
});
