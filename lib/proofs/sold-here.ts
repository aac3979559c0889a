import { findInstance, instances, priceRegions, priceSources } from '../catalog';
import type { NodeShape, PoolFact } from '../core';
import type { Refusal } from './proof';

/**
 * What price lists tell of where instance types are sold. A list that has a type for other regions and none for this
 * one says that it was not offered here on its day; a type that no list of several regions has says nothing.
 */
export function soldHere(pool: PoolFact): Refusal | undefined {
  const region = pool.zones[0]?.slice(0, -1);
  // Who holds a reservation has found out.
  if (!region || pool.capacities[0] === 'reserved' || !priceRegions().includes(region)) return undefined;
  const sold = ({ instanceType }: NodeShape) => region in (findInstance(instanceType)?.prices ?? {});
  if (!pool.shapes.length || pool.shapes.some(sold)) return undefined;
  const telling = listsOfSeveral();
  const types = pool.shapes.map(({ instanceType }) => offered(instanceType, telling));
  const names = listed(pool.shapes.map(({ instanceType }) => instanceType));
  const object = `NodePool/${pool.name}`;
  const lists = [...new Set(types.flatMap(({ lists: of }) => of))].sort();
  const elsewhere = [...new Set(types.flatMap(({ regions }) => regions))];
  if (types.every(({ lists: of }) => of.length > 0)) {
    return {
      object,
      what: `${region} does not offer ${names}, says ${lists.join(' and ')}`,
      why: `Karpenter finds no offering, and every pod of pool '${pool.name}' stays Pending`,
      fix: `choose a GPU or instance types that are sold in ${region}, or a region that sells these, such as ${elsewhere.slice(0, 3).join(', ')}; waive this with a reason when AWS has brought them there since`,
    };
  }
  return {
    object,
    severity: 'warning',
    what: `whether ${region} offers ${names} is not known`,
    why: 'no price list here has them for this region, and none that covers it rules them out',
    fix: `compare with: aws ec2 describe-instance-type-offerings --region ${region}`,
  };
}

/** Regions that sell a type as far as lists tell, and the lists among them that cover several regions. */
function offered(instanceType: string, telling: ReadonlySet<string>) {
  const prices = findInstance(instanceType)?.prices ?? {};
  const regions = Object.keys(prices);
  const sources = [...new Set(Object.values(prices).map(({ source }) => source))];
  return {
    regions,
    lists: sources.filter((source) => telling.has(source)).map(named),
  };
}

const named = (source: string): string => {
  const { name, published } = priceSources()[source];
  return `${name} of ${published}`;
};

/** Lists of more than one region: one of a single region says nothing about another. */
function listsOfSeveral(): ReadonlySet<string> {
  const seen = new Map<string, Set<string>>();
  for (const { prices } of instances()) {
    for (const [region, { source }] of Object.entries(prices)) {
      seen.set(source, (seen.get(source) ?? new Set()).add(region));
    }
  }
  return new Set([...seen].filter(([, regions]) => regions.size > 1).map(([source]) => source));
}

/** The first few: a pool may have many types. */
function listed(names: readonly string[]): string {
  const rest = names.length - 4;
  return names.slice(0, 4).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
