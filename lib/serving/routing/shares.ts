import type { Construct } from 'constructs';
import { PlatformError } from '../../core';
import type { EndpointPicker, RewriteTarget } from './endpoint-picker';
import type { PickedModel } from './picked-model';

/** One side of a split. */
export interface Share {
  /** A model that this gateway routes, or one of its adapters. */
  readonly to: PickedModel;
  /** Percent of the requests. */
  readonly weight: number;
}

/** What one pool gets of an alias, and the names that its picker shares it between. */
interface ByPool {
  readonly picker: EndpointPicker;
  readonly weight: number;
  readonly targets: readonly RewriteTarget[];
}

/** The sides of a split by the pool that answers them. */
export function sharesByPool(
  gateway: Construct,
  alias: string,
  shares: readonly Share[],
  pickers: readonly EndpointPicker[],
): readonly ByPool[] {
  const byPicker = new Map<EndpointPicker, Share[]>();
  for (const share of shares) {
    const { picker, model } = share.to;
    if (!picker || !pickers.includes(picker)) {
      throw new PlatformError(gateway, {
        what: `'${alias}' is to share its requests with '${model}', which this gateway does not pick for`,
        why: 'a share goes to the pool of a model',
        fix: `pass what route() returned for '${model}'`,
      });
    }
    byPicker.set(picker, [...(byPicker.get(picker) ?? []), share]);
  }
  return [...byPicker].map(([picker, sides]) => ({
    picker,
    weight: sides.reduce((sum, { weight }) => sum + weight, 0),
    targets:
      sides.length === 1
        ? [{ served: sides[0].to.model, weight: 100 }]
        : sides.map(({ to, weight }) => ({ served: to.model, weight })),
  }));
}

/** A caller sends one key: who shares a name asks for the same, or for none. */
export function mustBeOpen(gateway: Construct, alias: string, shares: readonly Share[]): void {
  const servers = new Set(shares.map(({ to }) => to.server));
  const keyed = shares.find(({ to }) => to.asksForKey);
  if (!keyed || servers.size === 1) return;
  throw new PlatformError(gateway, {
    what: `'${alias}' shares its requests with '${keyed.to.model}', which asks for a key of its own`,
    why: 'a caller sends one key and knows not to whom: the others would refuse it',
    fix: `drop apiKey of '${keyed.to.model}': network policies let only the gateway in`,
  });
}

export function mustBeWhole(gateway: Construct, alias: string, shares: readonly Share[]): void {
  const sum = shares.reduce((total, { weight }) => total + weight, 0);
  if (sum !== 100) {
    throw new PlatformError(gateway, {
      what: `weights of '${alias}' add up to ${sum}`,
      why: 'they are percent: what is missing or too much would be shared out in silence',
      fix: 'let them add up to 100',
    });
  }
  const none = shares.find(({ weight }) => weight < 1);
  if (!none) return;
  throw new PlatformError(gateway, {
    what: `'${alias}' gives '${none.to.model}' ${none.weight} percent of its requests`,
    why: 'it would stand there and get none, and the picker takes no weight below 1',
    fix: `leave '${none.to.model}' out, or give it at least 1`,
  });
}
