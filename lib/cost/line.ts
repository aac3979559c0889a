import type { PriceSource } from '../catalog';
import type { Amount } from './amount';

/** Three moments of a bill: least that runs, everything at its highest scale, and the worst that the limits allow. */
export const SCALES = ['idle', 'maximum', 'ceiling'] as const;
export type Scale = (typeof SCALES)[number];

/** What something costs a month at each scale; absent where no price is known. */
export type ByScale = { readonly [S in Scale]?: Amount };

/** One line of a bill. */
export interface CostLine {
  /** Whose price list it stands on: `EC2 nodes`, `NAT gateways`. */
  readonly service: string;
  /** The thing itself, such as a pool or a database. */
  readonly item: string;
  readonly usd: ByScale;
  /** How the numbers come about. */
  readonly arithmetic: string;
  /** Prices that it rests on. */
  readonly sources: readonly PriceSource[];
  /** What has no known price. */
  readonly unknown: readonly string[];
  readonly note?: string;
}

/** Something that costs by use, which nobody knows before. */
export interface UsageLine {
  readonly service: string;
  readonly what: string;
}
