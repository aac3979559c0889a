import {
  type KubeObject,
  PHASES,
  type ReleaseFact,
  type RenderedLayer,
  toYaml,
  toYamlStream,
} from '../../core';
import { type Files, type GitSettings, holds, prunes, repositoryName, timeoutMinutes } from './delivery';
import { steeredIn } from './steered';

const NAMESPACE = 'flux-system';

/** The folder a fresh Flux installs the platform from: one Kustomization a layer, in phase order. */
export function flux(layers: readonly RenderedLayer[], git: GitSettings): Files {
  const files: Files = new Map();
  const used = PHASES.filter((phase) => layers.some((layer) => layer.phase === phase));
  const urls = [...new Set(layers.flatMap((layer) => layer.releases.map((release) => release.repository)))];
  files.set(
    'flux/kustomization.yaml',
    listing(['sources.yaml', ...used.map((phase) => `phases/${phase}.yaml`)]),
  );
  // Beside the phases: two layers that use one repository must not both own it.
  files.set('flux/sources.yaml', toYamlStream([gitRepository(git), ...urls.map(helmRepository)]));
  for (const phase of used) {
    const members = layers.filter((layer) => layer.phase === phase);
    files.set(
      `flux/phases/${phase}.yaml`,
      toYamlStream(members.map((layer) => kustomization(layer, layers, git))),
    );
  }
  for (const layer of layers) {
    const folder = `flux/layers/${layer.name}`;
    const objects = layer.units.flatMap((unit) => unit.objects.map((object) => object.json));
    const parts: string[] = [];
    if (objects.length) {
      files.set(`${folder}/objects.yaml`, toYamlStream(objects));
      parts.push('objects.yaml');
    }
    if (layer.releases.length) {
      files.set(`${folder}/releases.yaml`, toYamlStream(layer.releases.map(helmRelease)));
      parts.push('releases.yaml');
    }
    files.set(`${folder}/kustomization.yaml`, listing(parts));
  }
  return files;
}

/** A folder without such a file is applied whole, subfolders and all. */
function listing(resources: readonly string[]): string {
  return toYaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources });
}

function gitRepository(git: GitSettings): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: source(git), namespace: NAMESPACE },
    spec: {
      interval: '1m0s',
      url: git.url,
      ref: reference(git.revision),
      ...(git.secret ? { secretRef: { name: git.secret } } : {}),
    },
  };
}

const source = (git: GitSettings): string => `nexus-${git.environment}`;
const kustomizationName = (git: GitSettings, layer: string): string => `nexus-${git.environment}-${layer}`;

function reference(revision: string): Record<string, string> {
  if (/^[0-9a-f]{40}$/.test(revision)) return { commit: revision };
  return /^v?\d+\.\d+\.\d+/.test(revision) ? { tag: revision } : { branch: revision };
}

function kustomization(layer: RenderedLayer, layers: readonly RenderedLayer[], git: GitSettings): KubeObject {
  const patches = steeredIn(layer, layers).services.map(leftAlone);
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: kustomizationName(git, layer.name), namespace: NAMESPACE },
    spec: {
      interval: '10m0s',
      retryInterval: '1m0s',
      timeout: `${timeoutMinutes(layer)}m0s`,
      path: `./${git.path}/layers/${layer.name}`,
      prune: prunes(layer),
      wait: true,
      sourceRef: { kind: 'GitRepository', name: source(git) },
      ...(patches.length ? { patches } : {}),
      ...(holds(layer, 'Rollout') ? { healthCheckExprs: [ROLLOUT_HEALTH] } : {}),
      ...(layer.needs.length
        ? { dependsOn: layer.needs.map((name) => ({ name: kustomizationName(git, name) })) }
        : {}),
    },
  };
}

/**
 * A Service whose pods a Rollout chooses is made and never applied again: its selector is one value to the API server, and
 * with ours the Rollout would find its choice gone, and take the next version without asking anybody.
 */
function leftAlone({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): object {
  const annotations = { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' };
  return {
    target: { kind, name, namespace },
    patch: toYaml({ apiVersion, kind, metadata: { name, namespace, annotations } }),
  };
}

/**
 * A Rollout says which of its specs it has seen as a text, over which Flux would stumble. A canary takes longer than any
 * layer may: it is well while it goes on, and not when it was taken back.
 */
const ROLLOUT_HEALTH = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  current: "status.phase in ['Healthy', 'Progressing', 'Paused']",
  failed: "status.phase == 'Degraded'",
};

/** A chart repository. Kept in Flux's namespace with the releases, so that a locked-down Flux accepts both. */
export function helmRepository(url: string): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmRepository',
    metadata: { name: repositoryName(url), namespace: NAMESPACE },
    spec: { interval: '24h0m0s', ...(url.startsWith('oci://') ? { type: 'oci' } : {}), url },
  };
}

/** A release as Flux's own object. */
export function helmRelease(release: ReleaseFact): KubeObject {
  const crds = release.skipCrds ? 'Skip' : 'CreateReplace';
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: `${release.namespace}-${release.name}`, namespace: NAMESPACE },
    spec: {
      interval: '1h0m0s',
      timeout: '15m0s',
      releaseName: release.name,
      targetNamespace: release.namespace,
      storageNamespace: release.namespace,
      chart: {
        spec: {
          chart: release.chart,
          version: release.version,
          sourceRef: { kind: 'HelmRepository', name: repositoryName(release.repository) },
        },
      },
      install: { crds, remediation: { retries: 5 } },
      upgrade: { crds, remediation: { retries: 5 } },
      ...(Object.keys(release.values).length ? { values: release.values } : {}),
    },
  };
}
