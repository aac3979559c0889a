import { type GpuCard, type Instance, instances, namedCard } from '../catalog';

/** Nodes with so many of one card, whichever instance type they are. */
export interface GpuShape {
  readonly card: GpuCard;
  /** Cards on a node. */
  readonly count: number;
  /** The cheapest type of the region; where no price is known the first. */
  readonly instanceType: string;
  /** On demand; absent where no price is known. */
  readonly usdPerHour?: number;
}

/** GiB of a card that CUDA hands out: the least that logs show. */
export const visibleGiB = (card: GpuCard): number => namedCard(card).visibleGiB;

/** Every shape of node with whole cards, each with its cheapest type in a region. */
export function gpuShapes(region: string): readonly GpuShape[] {
  const shapes = new Map<string, GpuShape>();
  for (const instance of instances()) {
    if (!instance.gpu || instance.gpu.count === 0) continue;
    const key = `${instance.gpu.name} ${instance.gpu.count}`;
    const shape = shapeOf(instance, region);
    const known = shapes.get(key);
    if (!known || dollars(shape) < dollars(known)) shapes.set(key, shape);
  }
  return [...shapes.values()].sort(byPrice);
}

/** Cheapest first; unknown prices last. */
export const byPrice = (a: Pick<GpuShape, 'usdPerHour'>, b: Pick<GpuShape, 'usdPerHour'>): number => {
  const [left, right] = [dollars(a), dollars(b)];
  return left === right ? 0 : left - right;
};

function shapeOf({ gpu, type, prices }: Instance, region: string): GpuShape {
  const usdPerHour = prices[region]?.usdPerHour;
  return {
    card: gpu as GpuCard,
    count: gpu?.count ?? 0,
    instanceType: type,
    ...(usdPerHour === undefined ? {} : { usdPerHour }),
  };
}

const dollars = ({ usdPerHour }: Pick<GpuShape, 'usdPerHour'>): number =>
  usdPerHour ?? Number.POSITIVE_INFINITY;
