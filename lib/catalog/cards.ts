import { type GpuCard, instances } from './instances';

/** A card by its name, whether EC2 has it or not. */
export interface NamedCard {
  /** As environment files name it, or as its maker does. */
  readonly name: string;
  /** GiB that CUDA hands out: the least that logs show. */
  readonly visibleGiB: number;
  /** The most that cards of this name hand out. */
  readonly mostVisibleGiB: number;
  /** No log shows what CUDA hands out. */
  readonly estimated: boolean;
  readonly computeCapability: number;
}

/** Cards that people name and EC2 has not: GiB by log, or a little less than `nvidia-smi` shows. */
const ELSEWHERE: readonly (readonly [
  name: string,
  visible: number,
  most: number,
  capability: number,
  'log' | 'estimate',
])[] = [
  ['A10', 22.04, 22.5, 8.6, 'log'],
  ['A30', 23.4, 24, 8, 'estimate'],
  ['A40', 44.3, 45, 8.6, 'log'],
  ['A2', 14.5, 15, 8.6, 'estimate'],
  ['A16', 14.5, 15, 8.6, 'estimate'],
  ['A800', 79.1, 80, 8, 'log'],
  ['A800-40', 39.3, 40, 8, 'estimate'],
  ['L20', 44.3, 45, 8.9, 'estimate'],
  ['L40', 44.3, 45, 8.9, 'log'],
  ['H20', 94.9, 96, 9, 'log'],
  ['H20-141', 139.7, 141, 9, 'estimate'],
  ['H100-NVL', 93, 94, 9, 'log'],
  ['H800', 79.1, 80, 9, 'log'],
  ['GH200', 94.4, 96, 9, 'estimate'],
  ['GH200-144', 140, 144, 9, 'estimate'],
  ['B100', 178, 192, 10, 'estimate'],
  ['GB200', 183.5, 185.1, 10, 'log'],
  ['GB300', 276.6, 278, 10.3, 'log'],
  ['V100-16', 15.7, 16, 7, 'log'],
  ['V100-32', 31.7, 32, 7, 'log'],
  ['P100', 15.8, 16, 6, 'estimate'],
  ['P40', 22.3, 24, 6.1, 'estimate'],
  ['GTX-1080-Ti', 10.8, 11, 6.1, 'estimate'],
  ['TITAN-V', 11.6, 12, 7, 'estimate'],
  ['TITAN-RTX', 23.4, 24, 7.5, 'estimate'],
  ['RTX-8000', 44.3, 48, 7.5, 'estimate'],
  ['RTX-2080-Ti', 10.7, 11, 7.5, 'estimate'],
  ['RTX-3060', 11.6, 12, 8.6, 'estimate'],
  ['RTX-3070', 7.6, 8, 8.6, 'estimate'],
  ['RTX-3080', 9.6, 12, 8.6, 'estimate'],
  ['RTX-3080-Ti', 11.6, 12, 8.6, 'estimate'],
  ['RTX-3090', 23.47, 24, 8.6, 'log'],
  ['RTX-3090-Ti', 23.47, 24, 8.6, 'estimate'],
  ['RTX-4060', 7.6, 8, 8.9, 'estimate'],
  ['RTX-4060-Ti', 7.6, 16, 8.9, 'estimate'],
  ['RTX-4060-Ti-16', 15.5, 16, 8.9, 'estimate'],
  ['RTX-4070', 11.6, 12, 8.9, 'estimate'],
  ['RTX-4070-Super', 11.6, 12, 8.9, 'estimate'],
  ['RTX-4070-Ti', 11.6, 12, 8.9, 'estimate'],
  ['RTX-4070-Ti-Super', 15.5, 16, 8.9, 'estimate'],
  ['RTX-4080', 15.5, 16, 8.9, 'log'],
  ['RTX-4080-Super', 15.5, 16, 8.9, 'estimate'],
  ['RTX-4090', 23.5, 24, 8.9, 'log'],
  ['RTX-4090D', 23.5, 24, 8.9, 'estimate'],
  ['RTX-4090-48', 47.3, 48, 8.9, 'log'],
  ['RTX-5060-Ti', 7.6, 16, 12, 'estimate'],
  ['RTX-5060-Ti-16', 15.4, 16, 12, 'estimate'],
  ['RTX-5070', 11.5, 12, 12, 'estimate'],
  ['RTX-5070-Ti', 15.4, 16, 12, 'estimate'],
  ['RTX-5080', 15.4, 16, 12, 'log'],
  ['RTX-5090', 31.3, 32, 12, 'log'],
  ['RTX-A2000', 5.6, 12, 8.6, 'estimate'],
  ['RTX-A4000', 15.6, 16, 8.6, 'estimate'],
  ['RTX-A4500', 19.5, 20, 8.6, 'estimate'],
  ['RTX-A5000', 23.5, 24, 8.6, 'estimate'],
  ['RTX-A5500', 23.5, 24, 8.6, 'estimate'],
  ['RTX-A6000', 47.3, 48, 8.6, 'log'],
  ['RTX-4000-Ada', 19.5, 20, 8.9, 'estimate'],
  ['RTX-4500-Ada', 23.4, 24, 8.9, 'estimate'],
  ['RTX-5000-Ada', 31.2, 32, 8.9, 'estimate'],
  ['RTX-6000-Ada', 47.3, 48, 8.9, 'log'],
  ['RTX-PRO-4000', 23.3, 24, 12, 'estimate'],
  ['RTX-PRO-5000', 47, 48, 12, 'estimate'],
];

/** Other names of the same card, as `plain` leaves them. */
const ALSO: Readonly<Record<string, string>> = {
  a6000: 'RTX-A6000',
  a5000: 'RTX-A5000',
  a4000: 'RTX-A4000',
  3090: 'RTX-3090',
  4090: 'RTX-4090',
  5090: 'RTX-5090',
  '6000ada': 'RTX-6000-Ada',
  pro6000: 'RTX-PRO-6000',
  rtx6000pro: 'RTX-PRO-6000',
  h10094: 'H100-NVL',
  h200nvl: 'H200',
  gb200nvl72: 'GB200',
  gb300nvl72: 'GB300',
  rtx4090d24: 'RTX-4090D',
  rtx306012: 'RTX-3060',
};

/** Part of EC2's number for a card's memory that CUDA is taken to hand out where no log shows it. */
const USUALLY_VISIBLE = 0.98;

/** A card of EC2. */
export function namedCard({
  name,
  cudaVisibleMiB,
  nvidiaSmiMiB,
  memoryMiB,
  computeCapability,
}: GpuCard): NamedCard {
  return {
    name,
    visibleGiB: (cudaVisibleMiB ?? memoryMiB * USUALLY_VISIBLE) / 1024,
    mostVisibleGiB: Math.max(cudaVisibleMiB ?? 0, nvidiaSmiMiB ?? memoryMiB) / 1024,
    estimated: cudaVisibleMiB === undefined,
    computeCapability: Number(computeCapability),
  };
}

/** Every card that has a name, those of EC2 first. */
export function namedCards(): readonly NamedCard[] {
  const ofEc2 = instances().flatMap(({ gpu }) => (gpu && gpu.count > 0 ? [namedCard(gpu)] : []));
  const unique = [...new Map(ofEc2.map((card) => [card.name, card])).values()];
  return [...unique, ...ELSEWHERE.map(elsewhere)];
}

const elsewhere = ([
  name,
  visibleGiB,
  mostVisibleGiB,
  computeCapability,
  by,
]: (typeof ELSEWHERE)[number]): NamedCard => ({
  name,
  visibleGiB,
  mostVisibleGiB,
  estimated: by === 'estimate',
  computeCapability,
});

/** Cards that people ask for and no engine here is sized on, by their makers. */
const OTHERS: readonly (readonly [pattern: RegExp, maker: string])[] = [
  [/\bmi-?\d{2,3}[a-z]*\b|radeon|instinct|\brx\s*\d{4}/i, 'AMD'],
  [/gaudi|\bhl-?\d{3}\b|\barc\b|\bmax ?1[15]50\b/i, 'Intel'],
  [/\btpu|\bv[456][ep](-\d+)?\b|trillium|ironwood/i, 'Google'],
  [/inferentia|trainium|\binf[12]\b|\btrn[12]\b/i, 'AWS'],
  [/ascend|\b910[bc]?\b/i, 'Huawei'],
  [/\bm[1-5]( |-)?(pro|max|ultra)?\b|apple/i, 'Apple'],
];

/** The maker of a card that is not NVIDIA's. */
export const otherMaker = (spelled: string): string | undefined =>
  OTHERS.find(([pattern]) => pattern.test(spelled))?.[1];

/** A card as people spell it: `H100-SXM5-80GB`, `NVIDIA A100 80GB PCIe`, `rtx 4090`, `A100` for either of two. */
export function findCard(spelled: string): NamedCard | undefined {
  const cards = namedCards();
  const wanted = plain(spelled);
  const also = ALSO[wanted];
  const exact = cards.find(({ name }) => name === also || plain(name) === wanted);
  if (exact) return exact;
  const several = cards.filter(
    ({ name }) => plain(name).replace(/(40|80|16|32)$/, '') === wanted && /-\d+$/.test(name),
  );
  if (several.length > 1) return eitherOf(spelled, several);
  return cards.find((card) => holds(card, wanted));
}

/** A name with the memory that the card is sold with: `L40S-48GB`. */
function holds({ name, mostVisibleGiB }: NamedCard, wanted: string): boolean {
  const base = plain(name);
  if (!wanted.startsWith(base)) return false;
  const sold = Number(wanted.slice(base.length));
  return sold >= mostVisibleGiB * 0.93 && sold <= mostVisibleGiB * 1.12;
}

/** What is sure of a name that stands for several cards: the least memory of any, and at best the most. */
function eitherOf(name: string, cards: readonly NamedCard[]): NamedCard {
  return {
    name: name.toUpperCase(),
    visibleGiB: Math.min(...cards.map(({ visibleGiB }) => visibleGiB)),
    mostVisibleGiB: Math.max(...cards.map(({ mostVisibleGiB }) => mostVisibleGiB)),
    estimated: true,
    computeCapability: Math.min(...cards.map(({ computeCapability }) => computeCapability)),
  };
}

/** Without the maker, the form, the kind of memory and what separates words. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(
      /nvidia|tesla|quadro|geforce|blackwell|server edition|workstation edition|generation|max-?q|tensor core|gpu/g,
      '',
    )
    .replace(/hbm\d?e?|gddr\d\w?|sxm\d?|pcie?|gi?b\b|(?<=\d)gi?b|(?<=[-\s]\d{2,3})g\b/g, '')
    .replace(/[^a-z0-9]/g, '');
