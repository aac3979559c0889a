/** A slice that MIG cuts out of a GPU. */
export interface MigProfile {
  /** As NVIDIA names it, such as `3g.40gb`; the memory in the name is more than there is. */
  readonly name: string;
  /** What CUDA shows of it. */
  readonly memoryGiB: number;
  readonly computeSlices: number;
  readonly memorySlices: number;
  /** Most of them on one GPU. */
  readonly most: number;
}

/** Where the slices of a layout lie, or why they cannot lie anywhere. */
export type MigPlacement =
  | { readonly placed: readonly { readonly profile: string; readonly start: number }[] }
  | { readonly fault: { readonly what: string; readonly why: string; readonly fix: string } };

/** Slices of one size: compute and memory that they take, and the memory slices that they may start at. */
interface Cut {
  readonly compute: number;
  readonly memory: number;
  readonly starts: readonly number[];
}

interface MigGpu {
  readonly compute: number;
  readonly memory: number;
  readonly profiles: readonly (Cut & { readonly name: string; readonly memoryGiB: number })[];
}

/** Seven compute slices and eight of memory: A100, H100, H200, B200, B300. */
const EIGHTHS: readonly Cut[] = [
  { compute: 1, memory: 1, starts: [0, 1, 2, 3, 4, 5, 6] },
  { compute: 1, memory: 2, starts: [0, 2, 4, 6] },
  { compute: 2, memory: 2, starts: [0, 2, 4] },
  { compute: 3, memory: 4, starts: [0, 4] },
  { compute: 4, memory: 4, starts: [0] },
  { compute: 7, memory: 8, starts: [0] },
];

/** Four of either: RTX PRO 6000. */
const QUARTERS: readonly Cut[] = [
  { compute: 1, memory: 1, starts: [0, 1, 2, 3] },
  { compute: 2, memory: 2, starts: [0, 2] },
  { compute: 4, memory: 4, starts: [0] },
];

/**
 * Names and memory, in the order of the cuts. Memory is the smallest that a public `nvidia-smi mig -lgip` or an
 * engine's log shows; of the H200's two slices and all of the B300 none does, so they are counted as low as the others.
 */
const GPUS: ReadonlyMap<string, MigGpu> = new Map([
  [
    'A100-40',
    eighths({
      '1g.5gb': 4.75,
      '1g.10gb': 9.62,
      '2g.10gb': 9.62,
      '3g.20gb': 19.5,
      '4g.20gb': 19.5,
      '7g.40gb': 39.25,
    }),
  ],
  [
    'A100-80',
    eighths({
      '1g.10gb': 9.5,
      '1g.20gb': 19.5,
      '2g.20gb': 19.5,
      '3g.40gb': 39.25,
      '4g.40gb': 39.25,
      '7g.80gb': 78.5,
    }),
  ],
  [
    'H100',
    eighths({
      '1g.10gb': 9.62,
      '1g.20gb': 19.5,
      '2g.20gb': 19.5,
      '3g.40gb': 39.25,
      '4g.40gb': 39.25,
      '7g.80gb': 78.5,
    }),
  ],
  [
    'H200',
    eighths({
      '1g.18gb': 16,
      '1g.35gb': 32.5,
      '2g.35gb': 32.5,
      '3g.71gb': 69.5,
      '4g.71gb': 69.5,
      '7g.141gb': 139,
    }),
  ],
  [
    'B200',
    eighths({
      '1g.23gb': 20.5,
      '1g.45gb': 44.25,
      '2g.45gb': 44.25,
      '3g.90gb': 88.5,
      '4g.90gb': 88.5,
      '7g.180gb': 178,
    }),
  ],
  [
    'B300',
    eighths({
      '1g.34gb': 30.25,
      '1g.67gb': 64.5,
      '2g.67gb': 64.5,
      '3g.135gb': 130,
      '4g.135gb': 130,
      '7g.269gb': 262,
    }),
  ],
  [
    'RTX-PRO-6000',
    {
      compute: 4,
      memory: 4,
      profiles: cut(QUARTERS, { '1g.24gb': 23.12, '2g.48gb': 46.5, '4g.96gb': 93.38 }),
    },
  ],
]);

function eighths(memory: Readonly<Record<string, number>>): MigGpu {
  return { compute: 7, memory: 8, profiles: cut(EIGHTHS, memory) };
}

function cut(cuts: readonly Cut[], memory: Readonly<Record<string, number>>): MigGpu['profiles'] {
  return Object.entries(memory).map(([name, memoryGiB], i) => ({ ...cuts[i], name, memoryGiB }));
}

/** What a GPU can be cut into, as the catalog names it; nothing for one that cannot. */
export function migProfiles(gpu: string): readonly MigProfile[] {
  return (GPUS.get(gpu)?.profiles ?? []).map(({ name, memoryGiB, compute, memory, starts }) => ({
    name,
    memoryGiB,
    computeSlices: compute,
    memorySlices: memory,
    most: starts.length,
  }));
}

/** What CUDA shows of a slice; nothing for one that the GPU does not have. */
export function migMemoryGiB(gpu: string, profile: string): number | undefined {
  return GPUS.get(gpu)?.profiles.find(({ name }) => name === profile)?.memoryGiB;
}

/** The most that slices of one name were seen to show. */
export const mostMigMemoryGiB = (memoryGiB: number): number => memoryGiB * 1.02;

/** Lay the slices of a layout on the memory of one GPU. Counting them is not enough: each may start only here and there. */
export function placeMig(gpu: string, layout: readonly string[]): MigPlacement {
  const card = GPUS.get(gpu);
  if (!card) {
    return {
      fault: {
        what: `${one(gpu)} cut by MIG`,
        why: 'this card cannot be cut into slices, or nobody has said into which',
        fix: `use one of ${[...GPUS.keys()].join(', ')}, or share it by time`,
      },
    };
  }
  const names = card.profiles.map(({ name }) => name);
  const odd = layout.find((name) => !names.includes(name));
  if (odd !== undefined || layout.length === 0) {
    return {
      fault: {
        what: odd === undefined ? `an empty MIG layout of ${one(gpu)}` : `no slice '${odd}' of ${one(gpu)}`,
        why: 'slices are named after the memory of their GPU',
        fix: `${sameCompute(names, odd)}its slices are ${names.join(', ')}`,
      },
    };
  }
  const starts = place(card, layout);
  if (starts) {
    const placed = layout.map((profile, i) => ({ profile, start: starts[i] }));
    return { placed: placed.sort((a, b) => a.start - b.start) };
  }
  return { fault: misplaced(gpu, card, layout) };
}

function misplaced(
  gpu: string,
  card: MigGpu,
  layout: readonly string[],
): { what: string; why: string; fix: string } {
  const cuts = layout.map((name) => cutOf(card, name));
  const compute = cuts.reduce((sum, one) => sum + one.compute, 0);
  const memory = cuts.reduce((sum, one) => sum + one.memory, 0);
  const why =
    memory > card.memory
      ? `they take ${memory} memory slices, and the card has ${card.memory}`
      : `they take ${compute} compute slices, and the card has ${card.compute}`;
  return {
    what: `${said(layout)} cannot be placed on ${one(gpu)}`,
    why,
    fix: `use a layout that can: ${nearestLayouts(card, layout).join(', or ')}`,
  };
}

/** Such as `3g.40gb + 4 x 1g.10gb`. */
const said = (layout: readonly string[]) =>
  [...new Set(layout)]
    .map((name) => ({ name, times: layout.filter((other) => other === name).length }))
    .map(({ name, times }) => (times === 1 ? name : `${times} x ${name}`))
    .join(' + ');

/** Such as `an H100`. */
const one = (gpu: string) => `${/^[AHLR]/.test(gpu) ? 'an' : 'a'} ${gpu}`;

/** The slice that goes by that name on this card. */
function sameCompute(names: readonly string[], odd = ''): string {
  const same = names.find((name) => name.startsWith(odd.replace(/\..*/, '.')));
  return odd && same ? `use ${same}; ` : '';
}

const cutOf = (card: MigGpu, name: string) => card.profiles.find((profile) => profile.name === name) as Cut;

/** First memory slice of each, or nothing where they overlap however they lie. */
function place(card: MigGpu, layout: readonly string[]): readonly number[] | undefined {
  const compute = layout.reduce((sum, name) => sum + cutOf(card, name).compute, 0);
  if (compute > card.compute) return undefined;
  // The larger the slice, the fewer places it has.
  const order = layout
    .map((_, i) => i)
    .sort((a, b) => cutOf(card, layout[b]).memory - cutOf(card, layout[a]).memory);
  const starts: number[] = [];
  const taken = new Array<boolean>(card.memory).fill(false);
  const lay = (n: number): boolean => {
    if (n === order.length) return true;
    const { starts: allowed, memory } = cutOf(card, layout[order[n]]);
    for (const start of allowed) {
      if (taken.slice(start, start + memory).some(Boolean)) continue;
      taken.fill(true, start, start + memory);
      starts[order[n]] = start;
      if (lay(n + 1)) return true;
      taken.fill(false, start, start + memory);
    }
    return false;
  };
  return lay(0) ? starts : undefined;
}

/** Up to three layouts with nothing left to add, those first that keep most of what was asked. */
function nearestLayouts(card: MigGpu, asked: readonly string[]): readonly string[] {
  const kept = (layout: readonly string[]) => {
    const left = [...asked];
    return layout.reduce((sum, name) => {
      const at = left.indexOf(name);
      if (at < 0) return sum;
      left.splice(at, 1);
      return sum + cutOf(card, name).memory;
    }, 0);
  };
  return fullLayouts(card)
    .map((layout) => ({ layout, score: kept(layout) * 100 - layout.length }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ layout }) => said(layout));
}

/** Every layout that no slice can be added to, large slices first. */
function fullLayouts(card: MigGpu): readonly (readonly string[])[] {
  const names = card.profiles.map(({ name }) => name).reverse();
  const found: (readonly string[])[] = [];
  const grow = (layout: readonly string[], from: number) => {
    const fits = (name: string) => place(card, [...layout, name]) !== undefined;
    for (let i = from; i < names.length; i++) if (fits(names[i])) grow([...layout, names[i]], i);
    if (layout.length > 0 && !names.some(fits)) found.push(layout);
  };
  grow([], 0);
  return found;
}
