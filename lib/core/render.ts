import { ApiObject, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { PlatformError } from './errors';
import { Facts, type LifecycleFact, type PodsFact, type ReleaseFact } from './facts';
import { kserveDeployment, kserveLabels } from './kserve-names';
import { idOf, type KubeObject, type PodTemplate } from './kube';
import { Layer, PHASES, type Phase } from './layer';
import { ownOrigin } from './origin';

export interface RenderedObject {
  /** `Kind/namespace/name`. */
  readonly id: string;
  readonly layer: string;
  /** Path of the construct that wrote it. */
  readonly path: string;
  /** Entry of the environment file it comes from. */
  readonly origin?: string;
  readonly json: KubeObject;
}

/** The objects of one top-level construct of a layer: the stable unit that engines deliver. */
export interface RenderedUnit {
  /** Id of the construct within its layer. */
  readonly name: string;
  readonly objects: readonly RenderedObject[];
}

export interface RenderedLayer {
  readonly name: string;
  readonly phase: Phase;
  /** Layers that must be complete first, by name: those it comes after, and all of the nearest earlier phase. */
  readonly needs: readonly string[];
  readonly units: readonly RenderedUnit[];
  readonly releases: readonly ReleaseFact[];
}

/** Everything a tree says, read in one pass: what proofs judge and engines deliver. */
export interface Rendered {
  /** In delivery order. */
  readonly layers: readonly RenderedLayer[];
  readonly objects: readonly RenderedObject[];
  readonly facts: Facts;
}

interface Draft {
  readonly name: string;
  readonly phase: Phase;
  readonly after: readonly string[];
  readonly units: Map<string, RenderedObject[]>;
}

/** Read a tree once: objects, facts, and what constructs found wrong with themselves. */
export function render(root: IConstruct): Rendered {
  const facts = new Facts();
  const drafts: Draft[] = [];
  const problems: { readonly path: string; readonly message: string; readonly origin?: string }[] = [];

  const visit = (
    node: IConstruct,
    draft: Draft | undefined,
    unit: string | undefined,
    origin: string | undefined,
  ) => {
    const from = ownOrigin(node) ?? origin;
    for (const message of node.node.validate()) {
      problems.push({ path: node.node.path || '(root)', message, ...(from ? { origin: from } : {}) });
    }
    facts.collect(node, from);
    if (ApiObject.isApiObject(node) && draft) {
      const json = (node as ApiObject).toJson() as KubeObject;
      const object = {
        id: idOf(json),
        layer: draft.name,
        path: node.node.path,
        json,
        ...(from ? { origin: from } : {}),
      };
      const name = unit ?? node.node.id;
      const objects = draft.units.get(name);
      if (objects) objects.push(object);
      else draft.units.set(name, [object]);
    }
    const inner = Chart.isChart(node) ? begin(node as Chart) : draft;
    const top = inner !== draft;
    for (const child of node.node.children) visit(child, inner, top ? child.node.id : unit, from);
  };
  const begin = (chart: Chart): Draft => {
    const layer = Layer.isLayer(chart) ? chart : undefined;
    const draft: Draft = {
      name: chart.node.id,
      phase: layer?.phase ?? 'apps',
      after: (layer?.after ?? []).map((other) => other.node.id),
      units: new Map(),
    };
    drafts.push(draft);
    return draft;
  };
  visit(root, undefined, undefined, undefined);
  if (problems.length) {
    const [{ path, origin }] = problems;
    throw new PlatformError(
      path,
      {
        what: problems.map(({ message }) => message).join('\n  and: '),
        why: 'the construct says so of itself',
        fix: 'make the call it asks for',
      },
      origin,
    );
  }

  const layers = inOrder(drafts, facts);
  const objects = layers.flatMap((layer) => layer.units.flatMap((unit) => unit.objects));
  const lifecycles = new Map(facts.of('lifecycle').map((fact) => [fact.owner, fact]));
  for (const object of objects) {
    const pods = podsOf(object, lifecycles.get(object.id)) ?? kservePodsOf(object, lifecycles);
    if (pods) facts.add('pods', pods, object.origin);
    for (const members of groupPodsOf(object, lifecycles.get(`${object.id}#leader`))) {
      facts.add('pods', members, object.origin);
    }
  }
  return { layers, objects, facts };
}

/** The objects of one layer, in order: what goldens and unit tests look at. */
export function objectsOf(layer: Chart): KubeObject[] {
  return layer.node
    .findAll()
    .filter((node): node is ApiObject => ApiObject.isApiObject(node))
    .map((node) => node.toJson() as KubeObject);
}

function inOrder(drafts: readonly Draft[], facts: Facts): RenderedLayer[] {
  const releases = new Map<string, ReleaseFact[]>();
  for (const release of facts.of('release')) {
    releases.set(release.layer, [...(releases.get(release.layer) ?? []), release]);
  }
  const rank = (draft: Draft) => PHASES.indexOf(draft.phase);
  const byName = new Map(drafts.map((draft) => [draft.name, draft]));
  const sorted: Draft[] = [];
  const place = (draft: Draft) => {
    if (sorted.includes(draft)) return;
    for (const name of draft.after) {
      const other = byName.get(name);
      if (!other) continue;
      if (rank(other) > rank(draft)) {
        throw new PlatformError(draft.name, {
          what: `comes after layer '${name}', which is of the later phase '${other.phase}'`,
          why: `phase '${draft.phase}' is complete before it`,
          fix: 'move one of the two to the phase of the other',
        });
      }
      if (rank(other) === rank(draft)) place(other);
    }
    sorted.push(draft);
  };
  // Array.sort is stable: within a phase, the order of construction.
  for (const draft of [...drafts].sort((a, b) => rank(a) - rank(b))) place(draft);

  return sorted.map((draft) => {
    const earlier = sorted.filter((other) => rank(other) < rank(draft)).map(rank);
    const previous = sorted
      .filter((other) => rank(other) === Math.max(-1, ...earlier))
      .map((other) => other.name);
    return {
      name: draft.name,
      phase: draft.phase,
      needs: [...new Set([...previous, ...draft.after])],
      units: [...draft.units].map(([name, objects]) => ({ name, objects })),
      releases: releases.get(draft.name) ?? [],
    };
  });
}

const TEMPLATES = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'];

/** The pods that a rendered workload will make. */
function podsOf({ id, json }: RenderedObject, scale: LifecycleFact | undefined): PodsFact | undefined {
  const namespace = json.metadata.namespace ?? 'default';
  const base = { owner: id, maker: 'object', namespace } as const;
  const spec = json.spec as Record<string, unknown> | undefined;
  if (json.kind === 'Pod') {
    const template = { metadata: { labels: json.metadata.labels ?? {} }, spec } as unknown as PodTemplate;
    return { ...base, replicas: 1, maxReplicas: 1, template };
  }
  if (json.kind === 'CronJob') {
    const job = spec as { jobTemplate?: { spec?: { template?: PodTemplate } } } | undefined;
    const template = job?.jobTemplate?.spec?.template;
    return template ? { ...base, replicas: 1, maxReplicas: 1, job: true, template } : undefined;
  }
  const template = spec?.template as PodTemplate | undefined;
  if (!TEMPLATES.includes(json.kind) || !template?.spec?.containers) return undefined;
  if (json.kind === 'DaemonSet') return { ...base, replicas: 'node', maxReplicas: 1, template };
  if (json.kind === 'Job') {
    const parallelism = (spec?.parallelism as number | undefined) ?? 1;
    return { ...base, replicas: parallelism, maxReplicas: parallelism, job: true, template };
  }
  const replicas = (spec?.replicas as number | undefined) ?? scale?.minReplicas ?? 1;
  return { ...base, replicas, maxReplicas: scale?.maxReplicas ?? replicas, template };
}

/** The Deployment that KServe's controller makes of an object, from the template that we write. */
function kservePodsOf(
  { json }: RenderedObject,
  lifecycles: ReadonlyMap<string, LifecycleFact>,
): PodsFact | undefined {
  if (json.kind !== 'LLMInferenceService') return undefined;
  const { name, namespace = 'default' } = json.metadata;
  const owner = `Deployment/${namespace}/${kserveDeployment(name)}`;
  const scale = lifecycles.get(owner);
  const spec = json.spec as { readonly replicas?: number; readonly template?: PodTemplate['spec'] };
  // Without one the controller takes its own, of which nothing is known here.
  if (!spec.template) return undefined;
  const replicas = spec.replicas ?? scale?.minReplicas ?? 1;
  return {
    owner,
    maker: 'object',
    namespace,
    replicas,
    maxReplicas: scale?.maxReplicas ?? replicas,
    template: { metadata: { labels: kserveLabels(name) }, spec: spec.template },
  };
}

interface GroupSpec {
  readonly replicas?: number;
  readonly leaderWorkerTemplate: {
    readonly size: number;
    readonly leaderTemplate: PodTemplate;
    readonly workerTemplate: PodTemplate;
  };
}

/** The two kinds of pods that a LeaderWorkerSet makes, from the templates that we write. */
function groupPodsOf({ id, json }: RenderedObject, scale: LifecycleFact | undefined): PodsFact[] {
  if (json.kind !== 'LeaderWorkerSet') return [];
  const { replicas = scale?.minReplicas ?? 1, leaderWorkerTemplate } = json.spec as GroupSpec;
  const { size, leaderTemplate, workerTemplate } = leaderWorkerTemplate;
  const most = scale?.maxReplicas ?? replicas;
  const of = (role: string, template: PodTemplate, each: number): PodsFact => ({
    owner: `${id}#${role}`,
    maker: 'object',
    namespace: json.metadata.namespace ?? 'default',
    replicas: replicas * each,
    maxReplicas: most * each,
    template,
  });
  return [of('leader', leaderTemplate, 1), of('worker', workerTemplate, size - 1)];
}
