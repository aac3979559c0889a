import { posix } from 'node:path';
import { type KubeObject, type ReleaseFact, type RenderedLayer, toYaml, toYamlStream } from '../../core';
import { type Files, type GitSettings, prunes, repositoryName } from './delivery';
import { steeredIn } from './steered';

const NAMESPACE = 'argocd';

/** The folder a fresh Argo CD installs the platform from: one Application a layer and one a release. */
export function argocd(layers: readonly RenderedLayer[], git: GitSettings): Files {
  const files: Files = new Map();
  const folder = posix.join(posix.dirname(git.path), 'argocd');
  const applications: KubeObject[] = [];
  layers.forEach((layer, wave) => {
    for (const release of layer.releases)
      applications.push(argoRelease(release, name(git, `chart-${release.name}`), wave));
    const objects = layer.units.flatMap((unit) => unit.objects.map((object) => object.json));
    if (!objects.length) return;
    files.set(`argocd/layers/${layer.name}/objects.yaml`, toYamlStream(objects));
    applications.push(steered(layerApplication(layer, wave, git, folder), layer, layers));
  });
  files.set('argocd/applications.yaml', toYamlStream(applications));
  const registries = [...new Set(layers.flatMap((layer) => layer.releases.map((r) => r.repository)))];
  files.set('argocd/repositories.yaml', toYamlStream(registries.map(argoRepository)));
  files.set('argocd/bootstrap/root.yaml', toYaml(root(git, folder)));
  files.set('argocd/bootstrap/application-health.yaml', HEALTH);
  return files;
}

const name = (git: GitSettings, suffix: string): string => `nexus-${git.environment}-${suffix}`;

/** Waves of an app of apps do not wait by themselves; correctness rests on these retries. */
const RETRY = { limit: 60, backoff: { duration: '10s', factor: 2, maxDuration: '3m0s' } };
const OPTIONS = ['ServerSideApply=true', 'SkipDryRunOnMissingResource=true', 'CreateNamespace=false'];

function application(
  id: string,
  wave: number,
  source: object,
  namespace: string,
  prune: boolean,
): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: id,
      namespace: NAMESPACE,
      annotations: { 'argocd.argoproj.io/sync-wave': `${wave}` },
    },
    spec: {
      project: 'default',
      destination: { server: 'https://kubernetes.default.svc', namespace },
      source,
      syncPolicy: { automated: { prune, selfHeal: true }, syncOptions: OPTIONS, retry: RETRY },
    },
  };
}

function layerApplication(layer: RenderedLayer, wave: number, git: GitSettings, folder: string): KubeObject {
  const source = { repoURL: git.url, targetRevision: git.revision, path: `${folder}/layers/${layer.name}` };
  return application(name(git, layer.name), wave, source, 'default', prunes(layer));
}

/** What a Rollout writes of our objects is the Rollout's: a sync leaves it as it is. */
function steered(app: KubeObject, layer: RenderedLayer, layers: readonly RenderedLayer[]): KubeObject {
  const { routes, services } = steeredIn(layer, layers);
  const left = (
    group: string,
    kind: string,
    { metadata: { name, namespace } }: KubeObject,
    field: object,
  ) => ({
    group,
    kind,
    name,
    namespace,
    ...field,
  });
  const weights = { jqPathExpressions: ['.spec.rules[]?.backendRefs[]?.weight'] };
  const ignoreDifferences = [
    ...routes.map((route) => left('gateway.networking.k8s.io', 'HTTPRoute', route, weights)),
    ...services.map((service) => left('', 'Service', service, { jsonPointers: ['/spec/selector'] })),
  ];
  if (!ignoreDifferences.length) return app;
  const spec = app.spec as { readonly syncPolicy: { readonly syncOptions: readonly string[] } };
  const syncOptions = [...spec.syncPolicy.syncOptions, 'RespectIgnoreDifferences=true'];
  return { ...app, spec: { ...spec, ignoreDifferences, syncPolicy: { ...spec.syncPolicy, syncOptions } } };
}

/** A release as an Application of its own. */
export function argoRelease(release: ReleaseFact, id = `chart-${release.name}`, wave = 0): KubeObject {
  const source = {
    repoURL: release.repository.replace(/^oci:\/\//, ''),
    chart: release.chart,
    targetRevision: release.version,
    helm: {
      releaseName: release.name,
      skipCrds: release.skipCrds,
      ...(Object.keys(release.values).length ? { valuesObject: release.values } : {}),
    },
  };
  // Deleting a controller's Application would delete its CRDs, and with them every object of their kinds.
  return application(id, wave, source, release.namespace, false);
}

/** Argo CD reads OCI charts only from registered repositories; these hold no credentials. */
export function argoRepository(url: string): KubeObject {
  const plain = url.replace(/^oci:\/\//, '');
  const id = repositoryName(url);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `repository-${id}`,
      namespace: NAMESPACE,
      labels: { 'argocd.argoproj.io/secret-type': 'repository' },
      annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
    },
    stringData: {
      name: id,
      type: 'helm',
      url: plain,
      ...(url.startsWith('oci://') ? { enableOCI: 'true' } : {}),
    },
  };
}

function root(git: GitSettings, folder: string): KubeObject {
  const app = application(
    `nexus-${git.environment}`,
    0,
    { repoURL: git.url, targetRevision: git.revision, path: folder },
    NAMESPACE,
    true,
  );
  const { annotations: _, ...metadata } = app.metadata;
  return { ...app, metadata };
}

const HEALTH = `# Optional: merge into the argocd-cm ConfigMap of your Argo CD.
# With it an Application counts as healthy only when everything in it is, so that the waves of the root Application
# wait for one another. Without it the platform still comes up: every Application retries until what it needs is there;
# it only looks degraded for longer.
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
data:
  resource.customizations.health.argoproj.io_Application: |
    hs = { status = "Progressing", message = "" }
    if obj.status ~= nil and obj.status.health ~= nil then
      hs.status = obj.status.health.status
      hs.message = obj.status.health.message or ""
    end
    return hs
`;
