import type { PodsFact, PoolFact } from '../core';
import { imagined } from './packing';
import { closedTo, elsewhere, zonesApart } from './placement';
import type { Proof, Refusal } from './proof';
import { type Demand, demandOf, deviceName, takenOn, tooSmall } from './room';
import { soldHere } from './sold-here';
import { zoneSpread } from './zone-spread';

const asked = ({ cpuMillis, memoryMiB, ephemeralMiB, devices }: Demand) =>
  [
    ...Object.entries(devices).map(([name, count]) => `${count} ${deviceName(name)}`),
    `${cpuMillis}m CPU`,
    `${memoryMiB} MiB`,
    ...(ephemeralMiB ? [`${ephemeralMiB} MiB of disk`] : []),
  ].join(', ');

/**
 * Each pod fits on a node that some pool can launch: labels, taints and what DaemonSets leave of the largest shape.
 * A pool whose types the region does not sell can launch none.
 *
 * Fails: a pod with `nvidia.com/gpu: 4` where every pool has one GPU a node.
 */
export const podHasAHome: Proof = {
  name: 'pod-has-a-home',
  about: 'Some pool can launch a node that has the labels, the taints and the room for each pod.',
  check({ rendered, index }) {
    const pools = rendered.facts.of('pool');
    if (!pools.length) return { findings: [], checked: 0, skipped: 'no pools: nodes are not ours to launch' };
    const all = rendered.facts.of('pods');
    const daemons = all.filter((pods) => pods.replicas === 'node');
    const taken = pools.map((pool) => takenOn(pool, daemons));
    const findings: Refusal[] = [];
    let checked = 0;
    for (const pods of [...all, ...rendered.facts.of('buffer').map(imagined)]) {
      const { owner, replicas, maxReplicas, template } = pods;
      // DaemonSets are counted above: they follow the nodes.
      if (replicas === 'node' || maxReplicas === 0) continue;
      checked++;
      const demand = demandOf(template);
      const reasons = pools.map((pool, i) => {
        const reason =
          closedTo(pool, template.spec) ??
          elsewhere(pool, pods, index) ??
          tooSmall(pool, template.spec, demand, taken[i]);
        return reason && `${pool.name} ${reason}`;
      });
      if (reasons.some((reason) => reason === undefined)) {
        const crowd = crowded(pods, pools) ?? lopsided(pods, pools);
        if (crowd) findings.push({ object: owner, ...crowd });
        continue;
      }
      findings.push({
        object: owner,
        what: `asks ${asked(demand)}, and no pool can host it:\n    ${reasons.join('\n    ')}`,
        why: 'the pod stays Pending: no node that fits is ever launched',
        fix: 'place it on a pool that has the room, ask for less, or give a pool larger nodes',
      });
    }
    findings.push(...pools.flatMap((pool) => soldHere(pool) ?? []));
    return { findings, checked };
  },
};

/** When replicas may not share a zone, and there are more of them than zones. */
function crowded(pods: PodsFact, pools: readonly PoolFact[]) {
  const zones = zonesApart(pods, pools)?.zones;
  if (!zones || pods.maxReplicas <= zones.length) return undefined;
  return {
    what: `runs up to ${pods.maxReplicas} pods of which no two may share a zone, and its pools have ${zones.length}: ${zones.join(', ')}`,
    why: 'required anti-affinity leaves the others Pending, whatever nodes are launched',
    fix: `spread them with topologySpreadConstraints, or run ${zones.length}`,
  };
}

/** When replicas must spread over zones that they cannot all reach. */
function lopsided(pods: PodsFact, pools: readonly PoolFact[]) {
  const spread = zoneSpread(pods, pools);
  if (!spread || pods.maxReplicas <= spread.most) return undefined;
  const { counted, reached, most } = spread;
  return {
    what: `must spread up to ${pods.maxReplicas} pods over ${counted.join(', ')}, and its pools reach only ${reached.join(', ')}`,
    why: `Karpenter counts the zones of every pool: while one stays empty, no more than ${most} find a node`,
    fix: 'give its pools those zones, name the reachable ones in the pod too, or let it spread by ScheduleAnyway',
  };
}
