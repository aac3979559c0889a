import { type GpuDivision, toYaml } from '../core';
import { sharedConfig } from './gpu-devices';

interface DividedPool {
  readonly name: string;
  readonly division?: GpuDivision;
}

/** A ConfigMap that the operator's chart makes, with a file for each key. */
interface OperandConfig {
  readonly name: string;
  readonly create: true;
  readonly default: string;
  readonly data: Readonly<Record<string, string>>;
}

/** For the MIG manager: a layout for each pool that cuts its GPUs, by the pool's name. */
export function migConfig(pools: readonly DividedPool[]): OperandConfig {
  const layouts = pools.flatMap(({ name, division }) =>
    division?.by === 'mig' ? [[name, [sliced(division.layout)]] as const] : [],
  );
  const configs = {
    'all-disabled': [{ devices: 'all', 'mig-enabled': false }],
    ...Object.fromEntries(layouts),
  };
  return {
    name: 'mig-layouts',
    create: true,
    // The operator allows no other; a pool's nodes carry the label of their own.
    default: 'all-disabled',
    data: { 'config.yaml': toYaml({ version: 'v1', 'mig-configs': configs }) },
  };
}

function sliced(layout: readonly string[]): object {
  const counts = new Map<string, number>();
  for (const slice of layout) counts.set(slice, (counts.get(slice) ?? 0) + 1);
  return { devices: 'all', 'mig-enabled': true, 'mig-devices': Object.fromEntries(counts) };
}

/** For the device plugin: a file for each number of pods that share a GPU; nothing where none is shared. */
export function sharingConfig(pools: readonly DividedPool[]): OperandConfig | undefined {
  const numbers = pools.flatMap(({ division }) => (division?.by === 'time-slicing' ? [division.pods] : []));
  if (numbers.length === 0) return undefined;
  const shared = [...new Set(numbers)]
    .sort((a, b) => a - b)
    .map((pods) => [sharedConfig(pods), sharedBy(pods)]);
  return {
    name: 'gpu-sharing',
    create: true,
    default: 'whole',
    data: { whole: toYaml({ version: 'v1', flags: FLAGS }), ...Object.fromEntries(shared) },
  };
}

/** A file without it would undo what the operator says to the plugin. */
const FLAGS = { migStrategy: 'mixed' };

function sharedBy(replicas: number): string {
  const timeSlicing = {
    // A name of its own: nobody who asks for a whole GPU gets a part of one.
    renameByDefault: true,
    // Two parts of one GPU are no more than one.
    failRequestsGreaterThanOne: true,
    resources: [{ name: 'nvidia.com/gpu', replicas }],
  };
  return toYaml({ version: 'v1', flags: FLAGS, sharing: { timeSlicing } });
}
