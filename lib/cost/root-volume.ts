import { servicePrice } from '../catalog';
import type { Rendered } from '../core';
import { memoryMiB } from '../proofs';

interface Ebs {
  readonly volumeSize?: string;
  readonly iops?: number;
  readonly throughput?: number;
}

/** Disks that every node of a pool brings, and what they cost a month; undefined where no price is known. */
export function rootVolume({ objects }: Rendered, pool: string, region: string) {
  const spec = objects.find(({ id }) => id === `EC2NodeClass/${pool}`)?.json.spec as
    | { readonly blockDeviceMappings?: readonly { readonly ebs?: Ebs }[] }
    | undefined;
  const disks = (spec?.blockDeviceMappings ?? []).flatMap(({ ebs }) => ebs ?? []);
  const gib = disks.reduce((all, { volumeSize }) => all + memoryMiB(volumeSize) / 1024, 0);
  return { gib, usd: disks.length ? addUp(disks.map((disk) => volumePrice(disk, region))) : 0 };
}

const addUp = (prices: readonly (number | undefined)[]): number | undefined =>
  prices.reduce<number | undefined>(
    (all, price) => (all === undefined || price === undefined ? undefined : all + price),
    0,
  );

/** A gp3 volume: its size, and what it does beyond the 3,000 operations and 125 MiB a second of every one. */
function volumePrice({ volumeSize, iops = 3000, throughput = 125 }: Ebs, region: string): number | undefined {
  const more = (unit: 'gp3IopsMonth' | 'gp3MibpsMonth', count: number) => {
    const price = servicePrice(unit, region)?.usd;
    if (count <= 0) return 0;
    return price === undefined ? undefined : count * price;
  };
  const size = servicePrice('gp3GibMonth', region)?.usd;
  return addUp([
    size === undefined ? undefined : (memoryMiB(volumeSize) / 1024) * size,
    more('gp3IopsMonth', iops - 3000),
    more('gp3MibpsMonth', throughput - 125),
  ]);
}
