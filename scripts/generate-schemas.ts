/**
 * Writes lib/schemas/data: schemas without descriptions, one file per CustomResourceDefinition and one for core kinds.
 *
 *   npx tsx scripts/generate-schemas.ts <folder with CRDs and core-openapi-*.json>
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

type Json = Record<string, unknown>;
interface Version {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  schema: { openAPIV3Schema: Json };
  subresources?: Json;
  selectableFields?: unknown[];
}
interface Crd {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: {
    group: string;
    scope: string;
    names: { kind: string; plural: string };
    versions: Version[];
  };
}

/** Plurals wanted, by group. */
const CUSTOM: Record<string, readonly string[]> = {
  'agentgateway.dev': ['agentgatewayparameters', 'agentgatewaypolicies'],
  'aigateway.envoyproxy.io': ['aigatewayroutes', 'gatewayconfigs'],
  'argoproj.io': ['analysistemplates', 'applications', 'appprojects', 'clusteranalysistemplates', 'rollouts'],
  'autoscaling.k8s.io': ['verticalpodautoscalers'],
  'autoscaling.x-k8s.io': ['capacitybuffers'],
  'barmancloud.cnpg.io': ['objectstores'],
  'cert-manager.io': ['certificates', 'clusterissuers', 'issuers'],
  'clickhouse-keeper.altinity.com': ['clickhousekeeperinstallations'],
  'clickhouse.altinity.com': ['clickhouseinstallations'],
  'elbv2.k8s.aws': ['ingressclassparams', 'targetgroupbindings'],
  'external-secrets.io': [
    'clusterexternalsecrets',
    'clustersecretstores',
    'externalsecrets',
    'pushsecrets',
    'secretstores',
  ],
  'gateway.envoyproxy.io': [
    'backends',
    'backendtrafficpolicies',
    'clienttrafficpolicies',
    'envoyproxies',
    'httproutefilters',
  ],
  'gateway.networking.k8s.io': [
    'backendtlspolicies',
    'gatewayclasses',
    'gateways',
    'grpcroutes',
    'httproutes',
    'listenersets',
    'referencegrants',
    'tcproutes',
    'tlsroutes',
    'udproutes',
  ],
  'generators.external-secrets.io': ['ecrauthorizationtokens', 'passwords'],
  'helm.toolkit.fluxcd.io': ['helmreleases'],
  'inference.networking.k8s.io': ['inferencepools'],
  'kafka.strimzi.io': ['kafkanodepools', 'kafkas', 'kafkatopics', 'kafkausers'],
  'kagent.dev': [
    'agents',
    'mcpservers',
    'memories',
    'modelconfigs',
    'modelproviderconfigs',
    'remotemcpservers',
    'toolservers',
  ],
  'karpenter.k8s.aws': ['ec2nodeclasses'],
  'karpenter.sh': ['nodeclaims', 'nodeoverlays', 'nodepools'],
  'keda.sh': ['clustertriggerauthentications', 'scaledjobs', 'scaledobjects', 'triggerauthentications'],
  'kueue.x-k8s.io': ['clusterqueues', 'localqueues', 'resourceflavors', 'workloadpriorityclasses'],
  'kustomize.toolkit.fluxcd.io': ['kustomizations'],
  'leaderworkerset.x-k8s.io': ['leaderworkersets'],
  'llm-d.ai': ['inferencemodelrewrites', 'inferenceobjectives'],
  'milvus.io': ['milvuses'],
  'monitoring.coreos.com': [
    'alertmanagerconfigs',
    'podmonitors',
    'probes',
    'prometheusrules',
    'scrapeconfigs',
    'servicemonitors',
  ],
  'networking.istio.io': ['destinationrules', 'envoyfilters'],
  'nvidia.com': ['clusterpolicies', 'nvidiadrivers'],
  'postgresql.cnpg.io': [
    'backups',
    'clusterimagecatalogs',
    'clusters',
    'databaseroles',
    'databases',
    'imagecatalogs',
    'poolers',
    'scheduledbackups',
  ],
  'serving.kserve.io': ['llminferenceserviceconfigs', 'llminferenceservices'],
  'source.toolkit.fluxcd.io': [
    'buckets',
    'gitrepositories',
    'helmcharts',
    'helmrepositories',
    'ocirepositories',
  ],
};

/** What we never write of kinds that hold whole pods many times over, by group: fields of `spec`, and old versions. */
const LEFT_OUT: Record<string, { readonly spec: readonly string[]; readonly versions: readonly string[] }> = {
  'serving.kserve.io': { spec: ['prefill', 'router', 'worker'], versions: ['v1alpha1'] },
};

/** Core kinds by apiVersion; a trailing `*` marks a kind that has no namespace, which OpenAPI definitions do not say. */
const CORE: Record<string, string> = {
  v1:
    'ConfigMap Endpoints Event LimitRange Namespace* Node* PersistentVolume* PersistentVolumeClaim Pod PodTemplate ' +
    'ReplicationController ResourceQuota Secret Service ServiceAccount',
  'admissionregistration.k8s.io/v1':
    'MutatingAdmissionPolicy* MutatingAdmissionPolicyBinding* MutatingWebhookConfiguration* ' +
    'ValidatingAdmissionPolicy* ValidatingAdmissionPolicyBinding* ValidatingWebhookConfiguration*',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition*',
  'apiregistration.k8s.io/v1': 'APIService*',
  'apps/v1': 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet',
  'autoscaling/v2': 'HorizontalPodAutoscaler',
  'batch/v1': 'CronJob Job',
  'coordination.k8s.io/v1': 'Lease',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'networking.k8s.io/v1': 'Ingress IngressClass* NetworkPolicy',
  'node.k8s.io/v1': 'RuntimeClass*',
  'policy/v1': 'PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1': 'ClusterRole* ClusterRoleBinding* Role RoleBinding',
  'resource.k8s.io/v1': 'DeviceClass* ResourceClaim ResourceClaimTemplate',
  'scheduling.k8s.io/v1': 'PriorityClass*',
  'storage.k8s.io/v1': 'CSIDriver* StorageClass* VolumeAttributesClass*',
};

/** What a schema says for readers and not for the API server. */
const PROSE = new Set(['description', 'title', 'example', 'externalDocs']);

/** Annotations without which the API server refuses a CRD of a protected group, or a controller its bundle. */
const KEPT_ANNOTATION = /^api-approved\.kubernetes\.io$|\/(bundle-version|channel)$/;

const DATA = join(__dirname, '../lib/schemas/data');

/** Keys in one order everywhere, so that generating again changes nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}

/** A schema without its prose; a property that happens to be called `description` stays. */
function bare(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  const out: Json = {};
  for (const [key, value] of Object.entries(schema)) {
    if (PROSE.has(key)) continue;
    if (key === 'properties') out[key] = mapValues(value as Json, bare);
    else if (key === 'items' || key === 'additionalProperties' || key === 'not') out[key] = bare(value);
    else if (key === 'oneOf' || key === 'anyOf' || key === 'allOf') out[key] = (value as unknown[]).map(bare);
    else out[key] = value;
  }
  return out;
}

const mapValues = (object: Json, f: (value: unknown) => unknown): Json =>
  Object.fromEntries(Object.entries(object).map(([k, v]) => [k, f(v)]));

/** What is needed to install the CRD again. Versions that are neither served nor stored, and conversion, are dropped. */
function slim(crd: Crd): Json {
  const leftOut = LEFT_OUT[crd.spec.group] ?? { spec: [], versions: [] };
  const annotations = Object.entries(crd.metadata.annotations ?? {}).filter(([k]) => KEPT_ANNOTATION.test(k));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: crd.metadata.name,
      ...(annotations.length > 0 ? { annotations: Object.fromEntries(annotations) } : {}),
    },
    spec: {
      group: crd.spec.group,
      names: crd.spec.names,
      scope: crd.spec.scope,
      versions: crd.spec.versions
        .filter((version) => version.served || version.storage)
        .filter(({ name }) => !leftOut.versions.includes(name))
        .map(({ name, served, storage, deprecated, subresources, selectableFields, schema }) => ({
          name,
          served,
          storage,
          deprecated,
          subresources,
          selectableFields,
          schema: { openAPIV3Schema: without(bare(schema.openAPIV3Schema) as Json, leftOut.spec) },
        })),
    },
  };
}

/** A schema whose `spec` lacks some fields. */
function without(schema: Json, fields: readonly string[]): Json {
  const { spec } = (schema.properties ?? {}) as { spec?: { properties?: Json } };
  for (const field of fields) delete spec?.properties?.[field];
  return schema;
}

/** Definitions that the wanted ones lead to. */
function reachable(definitions: Json, roots: readonly string[]): Json {
  const found: Json = {};
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (key === '$ref' && typeof child === 'string') add(child.replace('#/definitions/', ''));
      else visit(child);
    }
  };
  const add = (name: string): void => {
    if (found[name]) return;
    found[name] = bare(definitions[name]);
    visit(found[name]);
  };
  for (const root of roots) add(root);
  return found;
}

/** `repository` and `ref` of each CRD, from the tables in the folder. */
function sources(folder: string): Map<string, string> {
  const rows = new Map<string, string>();
  for (const file of readdirSync(folder).filter((f) => /^INDEX.*\.md$/.test(f))) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const cells = line.split('|').map((cell) => cell.trim().replaceAll('`', ''));
      if (cells[1]?.endsWith('.yaml'))
        rows.set(cells[1], `| ${cells[5]} | ${cells[6]?.replace(/ \(.*/, '')} |`);
    }
  }
  return rows;
}

function main(folder: string): void {
  rmSync(DATA, { recursive: true, force: true });
  mkdirSync(DATA, { recursive: true });
  const write = (file: string, value: unknown) =>
    writeFileSync(join(DATA, file), `${JSON.stringify(sorted(value))}\n`);

  const index: Json = {};
  const origins = sources(folder);
  const table: string[] = [];

  for (const [group, plurals] of Object.entries(CUSTOM)) {
    for (const plural of plurals) {
      const from = `${group}_${plural}.yaml`;
      const crd = parse(readFileSync(join(folder, from), 'utf8')) as Crd;
      const file = `${group}_${plural}.json`;
      write(file, slim(crd));
      table.push(`| ${file} ${origins.get(from) ?? '| unknown | unknown |'}`);
      const leftOut = LEFT_OUT[group]?.versions ?? [];
      for (const version of crd.spec.versions.filter((v) => v.served && !leftOut.includes(v.name))) {
        index[`${group}/${version.name}/${crd.spec.names.kind}`] = { file, scope: crd.spec.scope };
      }
    }
  }

  const coreFile = readdirSync(folder).find((file) => /^core-openapi-.*\.json$/.test(file));
  if (!coreFile) throw new Error(`no core-openapi-*.json in ${folder}`);
  const openapi = JSON.parse(readFileSync(join(folder, coreFile), 'utf8')) as {
    kubernetes: string;
    definitions: Record<
      string,
      { 'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[] }
    >;
  };
  const byKind = new Map<string, string>();
  for (const [name, definition] of Object.entries(openapi.definitions)) {
    const gvk = definition['x-kubernetes-group-version-kind'];
    if (gvk?.length !== 1) continue;
    const [{ group, version, kind }] = gvk as [{ group: string; version: string; kind: string }];
    byKind.set(`${group ? `${group}/` : ''}${version}/${kind}`, name);
  }
  const roots: string[] = [];
  for (const [apiVersion, kinds] of Object.entries(CORE)) {
    for (const marked of kinds.split(' ')) {
      const key = `${apiVersion}/${marked.replace('*', '')}`;
      const definition = byKind.get(key);
      if (!definition) throw new Error(`${coreFile} has no ${key}`);
      roots.push(definition);
      index[key] = { file: 'core.json', scope: marked.endsWith('*') ? 'Cluster' : 'Namespaced', definition };
    }
  }
  write('core.json', { kubernetes: openapi.kubernetes, definitions: reachable(openapi.definitions, roots) });
  write('index.json', index);

  const header = [
    '# Sources',
    '',
    'Generated by `scripts/generate-schemas.ts`; descriptions are left out.',
    '',
  ];
  const head = ['| file | repository | ref |', '|---|---|---|'];
  const core = `| core.json | kubernetes/kubernetes | ${openapi.kubernetes} |`;
  writeFileSync(join(DATA, 'SOURCES.md'), `${[...header, ...head, core, ...table].join('\n')}\n`);
}

const folder = process.argv[2];
if (!folder) {
  console.error('usage: npx tsx scripts/generate-schemas.ts <folder with CRDs and core-openapi-*.json>');
  process.exitCode = 2;
} else {
  main(folder);
}
