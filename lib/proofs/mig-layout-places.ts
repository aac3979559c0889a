import { findInstance } from '../catalog';
import { placeMig } from '../sizing';
import type { Proof } from './proof';

/**
 * The slices of a pool's GPUs lie on each of them without overlap. Counting slices is not enough: two of three eighths
 * take all of the memory, and the seventh compute slice stays without.
 *
 * Fails: `mig: [3g.40gb, 3g.40gb, 1g.10gb]` on an H100.
 */
export const migLayoutPlaces: Proof = {
  name: 'mig-layout-places',
  about: 'The MIG slices of a pool can be placed on its GPUs, and are slices that its GPUs have.',
  check({ rendered }) {
    const cut = rendered.facts.of('pool').filter(({ division }) => division?.by === 'mig');
    if (!cut.length) return { findings: [], checked: 0, skipped: 'no pool cuts its GPUs' };
    const findings = cut.flatMap((pool) => {
      if (pool.division?.by !== 'mig') return [];
      const { layout } = pool.division;
      const cards = new Set(
        pool.shapes.flatMap(({ instanceType }) => findInstance(instanceType)?.gpu?.name ?? []),
      );
      const origin = rendered.facts.originOf(pool);
      return [...cards].flatMap((card) => {
        const placement = placeMig(card, layout);
        if ('placed' in placement) return [];
        return [{ object: `NodePool/${pool.name}`, ...placement.fault, ...(origin ? { origin } : {}) }];
      });
    });
    return { findings, checked: cut.length };
  },
};
