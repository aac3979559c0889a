import { type KubeObject, kserveDeployment, type PodSpec, type PodsFact, type Rendered } from '../core';

/** On pods that stand in for those of a chart or an operator: who would make the real ones. */
export const STANDS_FOR = 'nexus.dev/stands-for';
const STAND_IN = 'nexus.dev/stand-in';

/** Objects that make the pods which charts and operators would make, by the layer that they come with. */
export function standIns(rendered: Rendered): ReadonlyMap<string, readonly KubeObject[]> {
  const byLayer = new Map<string, KubeObject[]>();
  const accounts = new Set(
    rendered.objects.filter(({ json }) => json.kind === 'ServiceAccount').map(({ id }) => id),
  );
  const objectsOf = (layer: string) => {
    const objects = byLayer.get(layer) ?? [];
    byLayer.set(layer, objects);
    return objects;
  };
  for (const { layer, json, id } of rendered.objects) {
    if (json.kind === 'LeaderWorkerSet') objectsOf(layer).push(...groupStandIns(id, rendered));
    if (json.kind === 'LLMInferenceService') objectsOf(layer).push(...kserveStandIns(json, rendered));
  }
  for (const pods of rendered.facts.of('pods')) {
    if (pods.maker === 'object') continue;
    const objects = objectsOf(layerOf(pods, rendered));
    const account = serviceAccount(pods);
    if (account && !accounts.has(account.id)) {
      accounts.add(account.id);
      objects.push(account.json);
    }
    objects.push(standIn(pods));
  }
  return byLayer;
}

const GROUP_INDEX = 'leaderworkerset.sigs.k8s.io/group-index';

/** The pods of a LeaderWorkerSet: for each group its leader and its workers, told apart as the controller does. */
function groupStandIns(id: string, { facts }: Rendered): KubeObject[] {
  const of = (role: string) => facts.of('pods').find(({ owner }) => owner === `${id}#${role}`);
  const [leader, worker] = [of('leader'), of('worker')];
  if (!leader || !worker) return [];
  const groups = Number(leader.replicas);
  return [...Array(groups).keys()].flatMap((group) =>
    [leader, worker].map((pods) => {
      const { metadata, spec } = pods.template;
      const labels = { ...metadata.labels, [GROUP_INDEX]: `${group}` };
      return standIn({
        ...pods,
        owner: `${pods.owner}-${group}`,
        replicas: Number(pods.replicas) / groups,
        template: { metadata: { ...metadata, labels }, spec },
      });
    }),
  );
}

/** The Deployment that KServe's controller would make, by its own name: scalers know it by that. */
function kserveStandIns({ metadata }: KubeObject, { facts }: Rendered): KubeObject[] {
  const name = kserveDeployment(metadata.name);
  const pods = facts.of('pods').find(({ owner }) => owner === `Deployment/${metadata.namespace}/${name}`);
  if (!pods) return [];
  const made = standIn(pods);
  return [{ ...made, metadata: { ...made.metadata, name } }];
}

/** Runs what a CronJob would run at its hour, once and now. */
export function firstRun(cronJob: KubeObject): KubeObject {
  const { jobTemplate } = cronJob.spec as { jobTemplate: { metadata?: object; spec: object } };
  const { namespace } = cronJob.metadata;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...jobTemplate.metadata, name: `${cronJob.metadata.name}-rehearsal`, namespace },
    spec: jobTemplate.spec,
  };
}

/** A workload whose pods have the labels, requests, placement and security that were declared. */
export function standIn(pods: PodsFact): KubeObject {
  const { owner, namespace, replicas, template } = pods;
  const name = nameOf(owner);
  const own = { [STAND_IN]: name };
  const metadata = { name, namespace, annotations: { [STANDS_FOR]: owner } };
  const filled = {
    metadata: {
      labels: { ...template.metadata.labels, ...own },
      annotations: { ...template.metadata.annotations, [STANDS_FOR]: owner },
    },
    spec: specOf(template.spec, pods.job),
  };
  const selector = { matchLabels: own };
  if (pods.job) {
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: { parallelism: replicas, template: filled },
    };
  }
  if (replicas === 'node') {
    return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: { selector, template: filled } };
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas, selector, template: filled },
  };
}

/** No image is ever pulled, but every container must name one. */
const NO_IMAGE = 'stand-in:0';

function specOf(spec: PodSpec, job: boolean | undefined): PodSpec {
  const named = (containers: PodSpec['containers']) =>
    containers.map((container) => ({ ...container, image: container.image ?? NO_IMAGE }));
  return {
    ...spec,
    containers: named(spec.containers),
    ...(spec.initContainers ? { initContainers: named(spec.initContainers) } : {}),
    ...(job ? { restartPolicy: 'Never' } : {}),
  };
}

/** `release/monitoring/grafana#server` becomes `grafana-server`, unique among what has another maker by the kind. */
function nameOf(owner: string): string {
  const [maker, group] = owner.split('#');
  const [kind, ...rest] = maker.split('/');
  const parts = [...(kind === 'release' ? [] : [kind]), rest.at(-1) ?? maker, group ?? ''];
  const name = parts
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return name.slice(0, 52).replace(/^-+|-+$/g, '');
}

function serviceAccount({ namespace, template }: PodsFact): { id: string; json: KubeObject } | undefined {
  const name = template.spec.serviceAccountName;
  if (!name || name === 'default') return undefined;
  const json = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
  return { id: `ServiceAccount/${namespace}/${name}`, json };
}

/** With the release or the custom resource that makes them; what nobody of ours makes is there from the start. */
function layerOf({ owner }: PodsFact, { layers, objects, facts }: Rendered): string {
  const maker = owner.split('#')[0];
  const release = facts.of('release').find(({ name, namespace }) => maker === `release/${namespace}/${name}`);
  return release?.layer ?? objects.find(({ id }) => id === maker)?.layer ?? layers[0].name;
}
