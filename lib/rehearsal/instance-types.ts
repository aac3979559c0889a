import { type Instance, instanceLabels, instances, OPTIONAL_INSTANCE_LABELS } from '../catalog';
import type { PoolFact } from '../core';

/** What Karpenter's simulation reads of an instance type. */
export interface SimulatedInstanceType {
  readonly name: string;
  readonly architecture: string;
  readonly operatingSystems: readonly string[];
  readonly resources: Readonly<Record<string, string>>;
  readonly offerings: readonly Offering[];
}

interface Offering {
  readonly Price: number;
  readonly Available: boolean;
  readonly ReservationCapacity?: number;
  readonly Requirements: readonly Requirement[];
}

interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** Spot is preferred where a pool takes both. How much it saves today, nobody can know here. */
const SPOT_SHARE = 0.4;
/** What the simulation takes away again, since it knows no kubelet. */
const TAKEN = { cpuMillis: 100, memoryMiB: 10 };
/** Scratch space of a type that no pool of ours starts. */
const ELSEWHERE_MIB = 85 * 1024;

/** The catalog as far as a region offers it, for pools that may ask for reserved capacity. */
export function instanceTypes(
  region: string,
  zones: readonly string[],
  pools: readonly PoolFact[],
): SimulatedInstanceType[] {
  const reserved = pools.filter((pool) => pool.capacities.includes('reserved'));
  // The least, where pools give a type disks of different size.
  const scratch = new Map<string, number>();
  for (const { instanceType: type, ephemeralMiB } of pools.flatMap(({ shapes }) => shapes)) {
    scratch.set(type, Math.min(scratch.get(type) ?? Number.POSITIVE_INFINITY, ephemeralMiB));
  }
  return instances()
    .map((instance) => simulated(instance, region, zones, reserved, scratch.get(instance.type)))
    .filter(({ offerings }) => offerings.length > 0);
}

function simulated(
  instance: Instance,
  region: string,
  zones: readonly string[],
  reserved: readonly PoolFact[],
  scratchMiB = ELSEWHERE_MIB,
): SimulatedInstanceType {
  const { allocatable, gpu } = instance;
  const labels = labelsOf(instance);
  const offer = (zone: string, capacity: string, price: number, more: readonly Requirement[]) => ({
    Price: price,
    Available: true,
    Requirements: [
      isIn('topology.kubernetes.io/zone', zone),
      isIn('karpenter.sh/capacity-type', capacity),
      ...labels,
      ...more,
    ],
  });
  const price = instance.prices[region]?.usdPerHour;
  const bought = zones.flatMap((zone) =>
    price === undefined
      ? []
      : [
          offer(zone, 'on-demand', price, [NOT_RESERVED]),
          offer(zone, 'spot', price * SPOT_SHARE, [NOT_RESERVED]),
        ],
  );
  const held = reserved
    .filter((pool) => pool.shapes.some((shape) => shape.instanceType === instance.type))
    .flatMap((pool) =>
      pool.zones.map((zone) => ({
        // Paid for already: cheaper than anything that would have to be bought.
        ...offer(zone, 'reserved', (price ?? 1) / 10_000_000, [isIn(RESERVATION, `${pool.name}-${zone}`)]),
        ReservationCapacity:
          pool.limits.nodes ?? Math.floor((pool.limits['nvidia.com/gpu'] ?? 0) / (gpu?.count || 1)),
      })),
    );
  return {
    name: instance.type,
    architecture: instance.arch,
    operatingSystems: ['linux'],
    resources: {
      cpu: `${allocatable.cpuMillis + TAKEN.cpuMillis}m`,
      memory: `${allocatable.memoryMiB + TAKEN.memoryMiB}Mi`,
      pods: `${instance.maxPods}`,
      'ephemeral-storage': `${scratchMiB}Mi`,
      ...(gpu && gpu.count > 0 ? { 'nvidia.com/gpu': `${gpu.count}` } : {}),
      ...(instance.efaInterfaces > 0 ? { 'vpc.amazonaws.com/efa': `${instance.efaInterfaces}` } : {}),
    },
    offerings: [...bought, ...held],
  };
}

const RESERVATION = 'karpenter.k8s.aws/capacity-reservation-id';
const isIn = (key: string, value: string): Requirement => ({ key, operator: 'In', values: [value] });
const without = (key: string): Requirement => ({ key, operator: 'DoesNotExist' });
const NOT_RESERVED = without(RESERVATION);

/** The labels of a type; those that it lacks are said not to exist. */
function labelsOf(instance: Instance): Requirement[] {
  const labels = instanceLabels(instance);
  const lacking = OPTIONAL_INSTANCE_LABELS.filter((name) => labels[name] === undefined);
  return [...Object.entries(labels).map(([name, value]) => isIn(name, value)), ...lacking.map(without)];
}
