import { kserveDeployment, type PodsFact, type PoolFact } from '../core';
import type { Index } from './index-of';
import { asksForDevice, type BoundTo, boundPods, holdsOneMore, mostNodes } from './packing';
import { zonesApart } from './placement';
import { moreOf } from './pool-limits';
import type { Proof, Refusal } from './proof';
import { demandOf } from './room';

interface DeploymentSpec {
  readonly strategy?: {
    readonly type?: string;
    readonly rollingUpdate?: {
      readonly maxSurge?: number | string;
      readonly maxUnavailable?: number | string;
    };
  };
}

/** A count or a share of the replicas: surge rounds up, missing ones round down. */
function count(value: number | string | undefined, replicas: number, round: (n: number) => number): number {
  const given = value ?? '25%';
  return typeof given === 'number' ? given : round((Number.parseFloat(given) / 100) * replicas);
}

/**
 * A rollout has a next step: something may be added or taken away, and there is a volume and a GPU for what is added.
 *
 * Fails: two replicas of a Deployment that share a ReadWriteOnce claim.
 */
export const rolloutCanFinish: Proof = {
  name: 'rollout-can-finish',
  about:
    'Rollouts are not stuck by their strategy, by a shared volume, by missing GPUs or by the limits of their pool.',
  check({ rendered, index }) {
    const findings: Refusal[] = [];
    const pools = rendered.facts.of('pool');
    const bound = boundPods(rendered);
    let checked = 0;
    for (const { id: object, json } of index.of('Deployment')) {
      const pods = index.podsOf(object);
      if (!pods || pods.replicas === 'node') continue;
      checked++;
      const { strategy } = (json.spec ?? {}) as DeploymentSpec;
      const rolling = strategy?.type !== 'Recreate';
      const most = Math.max(pods.replicas, pods.maxReplicas);
      const surge = rolling ? count(strategy?.rollingUpdate?.maxSurge, most, Math.ceil) : 0;
      const missing = rolling ? count(strategy?.rollingUpdate?.maxUnavailable, most, Math.floor) : most;
      if (rolling && surge === 0 && missing === 0) {
        findings.push({
          object,
          what: 'may neither add a pod nor take one away during a rollout',
          why: 'maxSurge and maxUnavailable are both 0: the rollout never takes its first step',
          fix: 'set one of them to 1',
        });
      }
      for (const claim of singleWriters(pods, index)) {
        if (most + surge <= 1) continue;
        findings.push({
          object,
          what: `runs up to ${most + surge} pods on the claim '${claim}', which is ReadWriteOnce`,
          why: 'the volume attaches to one node: the second pod waits in ContainerCreating for ever',
          fix:
            most > 1
              ? 'use a StatefulSet with a claim for each pod, or a ReadWriteMany volume'
              : "set strategy 'Recreate'",
        });
      }
      const apart = zonesApart(pods, pools);
      if (apart?.ofRolloutsToo && surge > 0 && missing === 0 && most === apart.zones.length) {
        findings.push({
          object,
          what: `adds a pod during a rollout, and each of the ${most} zones has one that it may not share the zone with`,
          why: 'the new pod stays Pending and no old one may go (maxUnavailable 0): the rollout never takes its first step',
          fix: 'let a rollout take one away (maxSurge 0, maxUnavailable 1), or prefer anti-affinity',
        });
      }
      const stuck = noRoom(pods, bound, surge, missing);
      if (stuck) findings.push({ object, ...stuck });
    }
    for (const { id: object, json } of index.of('LLMInferenceService')) {
      checked++;
      const { name, namespace } = json.metadata;
      const pods = index.podsOf(`Deployment/${namespace}/${kserveDeployment(name)}`);
      if (!pods) continue;
      const most = pods.maxReplicas;
      // Its controller says nothing of how, and then a quarter may be new, and a quarter missing.
      const stuck = noRoom(
        pods,
        bound,
        count(undefined, most, Math.ceil),
        count(undefined, most, Math.floor),
        "use engine vllm, which takes one away first: KServe's controller starts a new one first",
      );
      if (stuck) findings.push({ object, ...stuck });
    }
    for (const { id: object, json } of index.of('Rollout')) {
      checked++;
      const { workloadRef } = json.spec as { readonly workloadRef?: { readonly name: string } };
      const namespace = json.metadata.namespace ?? 'default';
      const stuck = noRoomForTwice(index.podsOf(`Deployment/${namespace}/${workloadRef?.name}`), bound);
      if (stuck) findings.push({ object, ...stuck });
    }
    for (const { id: object, json } of index.of('LeaderWorkerSet')) {
      checked++;
      const stuck = noRoomForGroup(json.spec as GroupSpec, index.podsOf(`${object}#leader`), bound);
      if (stuck) findings.push({ object, ...stuck });
    }
    return { findings, checked };
  },
};

/** When the pool of a Rollout does not hold all replicas twice: the last step runs the new ones beside all of the old. */
function noRoomForTwice(pods: PodsFact | undefined, bound: ReadonlyMap<PoolFact, BoundTo>) {
  if (!pods) return undefined;
  const home = [...bound].find(([, { pods: all }]) => all.some((each) => each.pods === pods));
  if (!home) return undefined;
  const [pool, { pods: all }] = home;
  const { cpu } = pool.limits;
  if (cpu === undefined) return undefined;
  const vcpus = all.reduce((sum, { count, demand }) => sum + (count * demand.cpuMillis) / 1000, 0);
  const more = (pods.maxReplicas * demandOf(pods.template).cpuMillis) / 1000;
  // That the replicas themselves exceed the limit is the business of pool-holds-replicas.
  if (vcpus > cpu || vcpus + more <= cpu) return undefined;
  return {
    what: `needs ${Math.ceil(vcpus + more)} vCPUs of pool '${pool.name}' for its last step at the highest scale, and the pool may hold ${cpu}`,
    why: 'all new replicas run beside all old ones until the end, and the last of them stay Pending: the rollout never ends',
    fix: `raise the limit of '${pool.name}' to ${Math.ceil(vcpus + more)}, or lower the replicas`,
  };
}

interface GroupSpec {
  readonly leaderWorkerTemplate: { readonly size: number };
  readonly rolloutStrategy: {
    readonly rollingUpdateConfiguration: { readonly maxSurge: number; readonly maxUnavailable: number };
  };
}

/** When a whole new group finds no nodes while all models of its pool are at their highest scale. */
function noRoomForGroup(
  { leaderWorkerTemplate: { size }, rolloutStrategy }: GroupSpec,
  leader: PodsFact | undefined,
  bound: ReadonlyMap<PoolFact, BoundTo>,
) {
  const { maxSurge, maxUnavailable } = rolloutStrategy.rollingUpdateConfiguration;
  const home = [...bound].find(([, { pods: all }]) => all.some(({ pods }) => pods === leader));
  if (!home || maxSurge === 0 || maxUnavailable > 0) return undefined;
  const [pool, { nodes }] = home;
  const most = mostNodes(pool);
  // That the groups themselves exceed the limit is the business of pool-holds-replicas.
  if (nodes.length > most || nodes.length + size <= most) return undefined;
  const perNode = Math.max(...pool.shapes.map(({ gpus }) => gpus));
  const wanted = (nodes.length + size) * perNode;
  return {
    what: `needs ${wanted} GPUs of pool '${pool.name}' for the first step of a rollout at the highest scale, and the pool may hold ${most * perNode}`,
    why: 'a whole new group must be ready before an old one goes (maxUnavailable 0), and it stays Pending',
    fix: `${moreOf(pool, wanted)}, or let a rollout take one away (a model: surge: false)`,
  };
}

/** Claims of the pods that only one node can mount. */
function singleWriters({ namespace, template }: PodsFact, index: Index): string[] {
  return (template.spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) => {
    if (!claim) return [];
    const spec = index.object(`PersistentVolumeClaim/${namespace}/${claim.claimName}`)?.json.spec;
    const modes = (spec as { accessModes?: readonly string[] } | undefined)?.accessModes ?? [];
    return modes.length && modes.every((mode) => mode.startsWith('ReadWriteOnce')) ? [claim.claimName] : [];
  });
}

/** When a new pod finds no GPU while all models of its pool are at their highest scale, and none of the old may go. */
function noRoom(
  pods: PodsFact,
  bound: ReadonlyMap<PoolFact, BoundTo>,
  surge: number,
  missing: number,
  instead = 'let a rollout take one away (maxSurge 0, maxUnavailable 1; a model: surge: false)',
) {
  if (missing > 0 || surge === 0) return undefined;
  const home = [...bound].find(([, { pods: all }]) => all.some((each) => each.pods === pods));
  if (!home) return undefined;
  const [pool, to] = home;
  if (!asksForDevice(demandOf(pods.template))) return undefined;
  const most = mostNodes(pool);
  // That the replicas themselves exceed the limit is the business of pool-holds-replicas.
  if (to.nodes.length !== most || holdsOneMore(pool, to, pods) !== false) return undefined;
  const perNode = Math.max(...pool.shapes.map((shape) => shape.gpus));
  return {
    what: `needs ${(most + 1) * perNode} GPUs of pool '${pool.name}' for the first step of a rollout at the highest scale, and the pool may hold ${most * perNode}`,
    why: 'a new pod must be ready before an old one goes (maxUnavailable 0), and it stays Pending',
    fix: `${moreOf(pool, (most + 1) * perNode)}, or ${instead}`,
  };
}
