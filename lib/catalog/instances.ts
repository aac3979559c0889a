import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Arch = 'amd64' | 'arm64';

/** A graphics card, as each place that reads it counts its memory. */
export interface GpuCard {
  /** As environment files name it, such as `A100-80`. */
  readonly name: string;
  /** As EC2 and Karpenter's label spell it, such as `a100`: not always unique. */
  readonly ec2Name: string;
  /** As EC2 and Karpenter's label count it. */
  readonly memoryMiB: number;
  /** As `nvidia-smi` shows it, where a source gave it. */
  readonly nvidiaSmiMiB?: number;
  /** As CUDA hands it out, where a source gave it: what an engine multiplies by its share. */
  readonly cudaVisibleMiB?: number;
  readonly architecture: string;
  readonly computeCapability: string;
  /** Whether the card can be cut into MIG devices, where known. */
  readonly migCapable?: boolean;
}

/** The cards of one instance. */
export interface InstanceGpu extends GpuCard {
  /** Cards; 0 for a type that has only a slice of one. */
  readonly count: number;
  /** Whether the cards are joined by NVLink rather than PCIe. */
  readonly nvlink: boolean;
}

export interface Price {
  readonly usdPerHour: number;
  /** Key of `priceSources()`. */
  readonly source: string;
}

/** Where prices come from, and when they were published. */
export interface PriceSource {
  readonly name: string;
  /** ISO date, or the year where nothing finer is known. */
  readonly published: string;
}

/** One EC2 instance type. */
export interface Instance {
  /** Such as `g6e.12xlarge`. */
  readonly type: string;
  /** Such as `g6e`. */
  readonly family: string;
  /** First letters of the family, such as `m`: Karpenter's `instance-category`. */
  readonly category: string;
  /** Number in the family, such as 7: Karpenter's `instance-generation`. */
  readonly generation: number;
  readonly arch: Arch;
  readonly cpuVendor: string;
  readonly vcpu: number;
  readonly memoryMiB: number;
  /** Absent without a GPU. */
  readonly gpu?: InstanceGpu;
  readonly maxPods: number;
  readonly maxEnis: number;
  readonly ipv4PerEni: number;
  readonly networkGbps: number;
  readonly ebsGbps: number;
  readonly efaInterfaces: number;
  readonly localNvmeGB: number;
  /** What the kubelet leaves for pods, DaemonSets included. */
  readonly allocatable: { readonly cpuMillis: number; readonly memoryMiB: number };
  /** On-demand prices by region; a region without one is absent. */
  readonly prices: Readonly<Record<string, Price>>;
}

interface Table {
  readonly assembled: string;
  readonly priceSources: Readonly<Record<string, PriceSource>>;
  readonly regions: readonly string[];
  readonly gpuColumns: readonly string[];
  readonly gpus: readonly (readonly unknown[])[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

interface Row extends Omit<Instance, 'category' | 'generation' | 'gpu' | 'allocatable' | 'prices'> {
  readonly gpu?: number;
  readonly gpuCount: number;
  readonly nvlink: boolean;
  readonly allocatableCpuMillis: number;
  readonly allocatableMemoryMiB: number;
  readonly usdPerHour: readonly (number | null)[];
  readonly priceSource: string;
}

let table: Table | undefined;
let catalog: ReadonlyMap<string, Instance> | undefined;

/** Every known instance type. Read from disk when somebody first asks. */
export function instances(): readonly Instance[] {
  return [...byType().values()];
}

/** One type, if it is known. */
export function findInstance(type: string): Instance | undefined {
  return byType().get(type);
}

/** Types with exactly so many of a card, as environment files name it. */
export function instancesWith({
  gpu,
  count,
}: {
  readonly gpu: string;
  readonly count: number;
}): readonly Instance[] {
  return instances().filter((instance) => instance.gpu?.name === gpu && instance.gpu.count === count);
}

/** Cards that come whole, in the order of the table. */
export function gpuNames(): readonly string[] {
  const whole = instances().flatMap(({ gpu }) => (gpu && gpu.count > 0 ? [gpu.name] : []));
  return [...new Set(whole)];
}

/** How many of a card the types have, in order. */
export function gpuCounts(gpu: string): readonly number[] {
  const counts = instances().flatMap((i) => (i.gpu?.name === gpu && i.gpu.count > 0 ? [i.gpu.count] : []));
  return [...new Set(counts)].sort((a, b) => a - b);
}

/** Where prices come from, by the key that each price carries. */
export function priceSources(): Readonly<Record<string, PriceSource>> {
  return read().priceSources;
}

/** Regions that some list of prices covers. */
export function priceRegions(): readonly string[] {
  return read().regions;
}

function read(): Table {
  table ??= JSON.parse(readFileSync(join(__dirname, 'data', 'instances.json'), 'utf8')) as Table;
  return table;
}

function byType(): ReadonlyMap<string, Instance> {
  if (catalog) return catalog;
  const { columns, rows, gpuColumns, gpus, regions } = read();
  const cards = gpus.map((row) => entry(gpuColumns, row) as unknown as GpuCard);
  const all = rows.map((row) => instanceOf(entry(columns, row) as unknown as Row, cards, regions));
  catalog = new Map(all.map((instance) => [instance.type, instance]));
  return catalog;
}

/** One row under its column names; null means that the source had nothing. */
function entry(columns: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i++) if (row[i] !== null) out[columns[i]] = row[i];
  return out;
}

function instanceOf(row: Row, cards: readonly GpuCard[], regions: readonly string[]): Instance {
  const {
    gpu,
    gpuCount,
    nvlink,
    allocatableCpuMillis,
    allocatableMemoryMiB,
    usdPerHour,
    priceSource,
    ...plain
  } = row;
  const [, category, generation] = /^([a-z]+)(\d+)/.exec(row.family) ?? ['', row.family, '0'];
  const prices: Record<string, Price> = {};
  for (let i = 0; i < regions.length; i++) {
    const usd = usdPerHour[i];
    if (usd !== null) prices[regions[i]] = { usdPerHour: usd, source: priceSource[i] };
  }
  return {
    ...plain,
    category,
    generation: Number(generation),
    ...(gpu === undefined ? {} : { gpu: { ...cards[gpu], count: gpuCount, nvlink } }),
    allocatable: { cpuMillis: allocatableCpuMillis, memoryMiB: allocatableMemoryMiB },
    prices,
  };
}
