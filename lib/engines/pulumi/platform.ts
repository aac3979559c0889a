import type { Cluster } from '@pulumi/aws/eks';
import * as k8s from '@pulumi/kubernetes';
import {
  all,
  ComponentResource,
  type CustomResource,
  type CustomResourceOptions,
  type Resource,
} from '@pulumi/pulumi';
import { holdsData, type KubeObject, type ReleaseFact, type RenderedLayer } from '../../core';

/** The API server of the cluster, with a token from the AWS CLI of whoever deploys. */
export function clusterProvider(cluster: Cluster, region: string): k8s.Provider {
  const kubeconfig = all([cluster.name, cluster.endpoint, cluster.certificateAuthority]).apply(
    ([name, server, certificate]) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name, cluster: { server, 'certificate-authority-data': certificate.data } }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        'current-context': name,
        users: [
          {
            name,
            user: {
              exec: {
                apiVersion: 'client.authentication.k8s.io/v1beta1',
                command: 'aws',
                args: ['eks', 'get-token', '--region', region, '--cluster-name', name],
              },
            },
          },
        ],
      }),
  );
  return new k8s.Provider('cluster', {
    kubeconfig,
    enableServerSideApply: true,
    // Else a changed file or key replaces the object under running pods.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
}

/** All layers: one resource an object or a release; a layer depends on the layers it needs. */
export function realizePlatform(
  layers: readonly RenderedLayer[],
  provider: k8s.Provider,
  after: readonly Resource[],
): void {
  const done = new Map<string, ComponentResource>();
  for (const layer of layers) {
    const component = new ComponentResource('nexus:platform:Layer', layer.name, {});
    const needs = layer.needs.map((name) => done.get(name)).filter((needed) => needed !== undefined);
    const options = { parent: component, provider, dependsOn: [...(needs.length ? needs : after)] };
    for (const release of layer.releases) chart(release, options);
    for (const unit of layer.units) for (const { id, json } of unit.objects) resource(id, json, options);
    done.set(layer.name, component);
  }
}

type KubeClass = new (name: string, args: object, options: CustomResourceOptions) => CustomResource;

/** The SDK's class of a built-in kind: with it come waiting for rollouts and the right replacements. */
function builtIn(apiVersion: string, kind: string): KubeClass | undefined {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const modules = k8s as unknown as Record<string, Record<string, Record<string, KubeClass>> | undefined>;
  return modules[MODULES[group] ?? '']?.[version]?.[kind];
}

const MODULES: Readonly<Record<string, string>> = {
  core: 'core',
  apps: 'apps',
  batch: 'batch',
  autoscaling: 'autoscaling',
  policy: 'policy',
  'networking.k8s.io': 'networking',
  'rbac.authorization.k8s.io': 'rbac',
  'storage.k8s.io': 'storage',
  'scheduling.k8s.io': 'scheduling',
  'admissionregistration.k8s.io': 'admissionregistration',
  'apiextensions.k8s.io': 'apiextensions',
};

function resource(id: string, json: KubeObject, options: CustomResourceOptions): void {
  const kept = { ...options, ...(holdsData(json) ? { retainOnDelete: true } : {}) };
  const Kind =
    builtIn(json.apiVersion, json.kind) ?? (k8s.apiextensions.CustomResource as unknown as KubeClass);
  new Kind(id, structuredClone(json), kept);
}

function chart(release: ReleaseFact, options: CustomResourceOptions): void {
  const oci = release.repository.startsWith('oci://');
  new k8s.helm.v3.Release(
    `release/${release.namespace}/${release.name}`,
    {
      name: release.name,
      namespace: release.namespace,
      createNamespace: false,
      ...(oci
        ? { chart: `${release.repository}/${release.chart}` }
        : { chart: release.chart, repositoryOpts: { repo: release.repository } }),
      version: release.version,
      values: structuredClone(release.values) as Record<string, unknown>,
      skipCrds: release.skipCrds,
      timeout: 900,
    },
    options,
  );
}
