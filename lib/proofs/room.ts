import type { Container, NodeShape, PodSpec, PodsFact, PodTemplate, PoolFact } from '../core';
import { shapesFor } from './node-labels';
import { closedTo } from './placement';
import { cpuMillis, memoryMiB, quantity } from './quantity';

/** Resource of a GPU that goes to one pod whole. */
export const GPU = 'nvidia.com/gpu';

/** Resource of EFA interfaces, which Karpenter knows as it knows GPUs. */
export const EFA = 'vpc.amazonaws.com/efa';

/** What a pod asks of a node. */
export interface Demand {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
  readonly ephemeralMiB: number;
  readonly pods: number;
  /** GPUs and parts of them, by resource. */
  readonly devices: Readonly<Record<string, number>>;
}

export const NOTHING: Demand = { cpuMillis: 0, memoryMiB: 0, ephemeralMiB: 0, pods: 0, devices: {} };

const joined = (a: Demand, b: Demand, join: (x: number, y: number) => number): Demand => ({
  cpuMillis: join(a.cpuMillis, b.cpuMillis),
  memoryMiB: join(a.memoryMiB, b.memoryMiB),
  ephemeralMiB: join(a.ephemeralMiB, b.ephemeralMiB),
  pods: join(a.pods, b.pods),
  devices: Object.fromEntries(
    Object.keys({ ...a.devices, ...b.devices }).map((name) => [
      name,
      join(a.devices[name] ?? 0, b.devices[name] ?? 0),
    ]),
  ),
});

export const plus = (a: Demand, b: Demand): Demand => joined(a, b, (x, y) => x + y);

const most = (a: Demand, b: Demand): Demand => joined(a, b, Math.max);

/** Resources that device plugins offer. */
const isDevice = (name: string): boolean => name.includes('/') && !name.startsWith('kubernetes.io/');

function demandOfContainer({ resources }: Container): Demand {
  // A limit without a request is the request.
  const ask = (name: string) => resources?.requests?.[name] ?? resources?.limits?.[name];
  return {
    cpuMillis: cpuMillis(ask('cpu')),
    memoryMiB: memoryMiB(ask('memory')),
    ephemeralMiB: memoryMiB(ask('ephemeral-storage')),
    pods: 0,
    devices: Object.fromEntries(
      Object.keys({ ...resources?.limits, ...resources?.requests })
        .filter(isDevice)
        .map((name) => [name, quantity(ask(name)) ?? 0]),
    ),
  };
}

/** What the scheduler counts: the sum of what runs together, or the widest moment of the start. */
export function demandOf({ spec }: PodTemplate): Demand {
  let sidecars = NOTHING;
  let start = NOTHING;
  for (const container of spec.initContainers ?? []) {
    const own = demandOfContainer(container);
    if (container.restartPolicy === 'Always') sidecars = plus(sidecars, own);
    else start = most(start, plus(sidecars, own));
  }
  const running = spec.containers.map(demandOfContainer).reduce(plus, sidecars);
  const overhead = (spec as { overhead?: Readonly<Record<string, string>> }).overhead;
  const fixed = {
    ...NOTHING,
    pods: 1,
    cpuMillis: cpuMillis(overhead?.cpu),
    memoryMiB: memoryMiB(overhead?.memory),
  };
  return plus(most(running, start), fixed);
}

/** What DaemonSets take on each node of a pool. */
export function takenOn(pool: PoolFact, daemons: readonly PodsFact[]): Demand {
  return daemons
    .filter(({ template }) => closedTo(pool, template.spec) === undefined)
    .map(({ template }) => demandOf(template))
    .reduce(plus, NOTHING);
}

/** Whether a pod finds room on a node of this shape beside what is used of it. */
export function holds(shape: NodeShape, demand: Demand, used: Demand): boolean {
  if (demand.memoryMiB > shape.memoryMiB - used.memoryMiB) return false;
  if (demand.cpuMillis > shape.cpuMillis - used.cpuMillis) return false;
  if (demand.ephemeralMiB > shape.ephemeralMiB - used.ephemeralMiB) return false;
  if (demand.pods > shape.maxPods - used.pods) return false;
  for (const name in demand.devices) {
    if (demand.devices[name] > (shape.devices[name] ?? 0) - (used.devices[name] ?? 0)) return false;
  }
  return true;
}

/** Why even the best node of a pool that a pod accepts is too small, once DaemonSets have taken their part; undefined when one is not. */
export function tooSmall(pool: PoolFact, spec: PodSpec, demand: Demand, taken: Demand): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const shape of shapesFor(pool, spec)) {
    const lacks = lacking(shape, demand, taken);
    if (!lacks.length) return undefined;
    const distance = lacks.reduce((sum, { weight, missing }) => sum + weight * missing, 0);
    if (distance >= least) continue;
    least = distance;
    best = `has ${lacks.map(({ text }) => text).join(' and ')} left on ${shape.instanceType}, its closest`;
  }
  return best ?? 'has no instance type';
}

interface Lack {
  readonly text: string;
  readonly missing: number;
  /** A missing GPU tells more of a shape than a missing MiB. */
  readonly weight: number;
}

function lacking(shape: NodeShape, demand: Demand, taken: Demand): readonly Lack[] {
  const lacks: Lack[] = [];
  const compare = (asked: number, has: number, weight: number, said: (left: number) => string) => {
    if (asked > has) lacks.push({ text: said(has), missing: asked - has, weight });
  };
  for (const [name, asked] of Object.entries(demand.devices)) {
    const has = (shape.devices[name] ?? 0) - (taken.devices[name] ?? 0);
    compare(asked, has, 1e9, (left) => `${left} of ${asked} ${deviceName(name)}`);
  }
  const { memoryMiB: memory, cpuMillis: cpu, ephemeralMiB: disk } = demand;
  compare(memory, shape.memoryMiB - taken.memoryMiB, 1e3, (left) => `${left} of ${memory} MiB`);
  compare(disk, shape.ephemeralMiB - taken.ephemeralMiB, 1, (left) => `${left} of ${disk} MiB of disk`);
  compare(cpu, shape.cpuMillis - taken.cpuMillis, 1, (left) => `${left}m of ${cpu}m CPU`);
  compare(demand.pods, shape.maxPods - taken.pods, 1e6, (left) => `room for ${left} of ${demand.pods} pods`);
  return lacks;
}

/** `GPUs` for whole ones, else the resource. */
export const deviceName = (resource: string): string => (resource === GPU ? 'GPUs' : resource);
