import type { PodsFact, PoolFact } from '../core';
import { seconds } from './duration';
import type { Index } from './index-of';
import { closedTo } from './placement';
import type { Proof, Refusal } from './proof';
import { routeTimeouts } from './route-timeouts';

/** Kubernetes' own, when a pod names none. */
const DEFAULT_GRACE = 30;
/** AWS takes a spot instance back so many seconds after the notice. */
const SPOT_SECONDS = 120;
/** Karpenter begins to drain so long before AWS takes back the nodes of a capacity block. */
const BLOCK_SECONDS = 600;

const preStop = ({ template }: PodsFact): number =>
  Math.max(0, ...template.spec.containers.map((c) => c.lifecycle?.preStop?.sleep?.seconds ?? 0));

/** Nodes that AWS takes back, whatever runs on them. */
interface Recalled {
  readonly nodes: string;
  readonly seconds: number;
  readonly cuts: string;
}

const SPOT: Recalled = { nodes: 'spot nodes', seconds: SPOT_SECONDS, cuts: 'every interruption' };
const BLOCK: Recalled = { nodes: 'a capacity block', seconds: BLOCK_SECONDS, cuts: 'the end of the block' };

/** What all nodes of a pod have in common, if AWS takes them all back. */
function recalled(pods: PodsFact, pools: readonly PoolFact[]): Recalled | undefined {
  const open = pools.filter((pool) => closedTo(pool, pods.template.spec) === undefined);
  if (open.length === 0) return undefined;
  if (open.every((pool) => pool.capacities.includes('spot'))) return SPOT;
  return open.every((pool) => pool.ends !== undefined) ? BLOCK : undefined;
}

/** How long a leaving node of a pool waits for its pods, such as `1h5m`; without a word for ever. */
function patience(pool: PoolFact, index: Index): number {
  const spec = index.object(`NodePool/${pool.name}`)?.json.spec as
    | { readonly template?: { readonly spec?: { readonly terminationGracePeriod?: string } } }
    | undefined;
  const period = spec?.template?.spec?.terminationGracePeriod;
  if (period === undefined) return Number.POSITIVE_INFINITY;
  return seconds(period);
}

/**
 * A stopping pod has the time it needs: grace covers the pre-stop sleep and the longest work in flight, a leaving node
 * waits for both, on spot nodes both fit between the notice and the end, and nothing in front gives up sooner.
 *
 * Fails: `drainSeconds: 120` with `terminationGracePeriodSeconds: 60`.
 */
export const drainFitsGrace: Proof = {
  name: 'drain-fits-grace',
  about:
    'Grace periods cover the pre-stop sleep and the longest work in flight; on spot both fit into 120 s.',
  check({ rendered, index }) {
    const lifecycles = new Map(rendered.facts.of('lifecycle').map((fact) => [fact.owner, fact]));
    const pools = rendered.facts.of('pool');
    const findings: Refusal[] = [];
    const doors = routeTimeouts(rendered.objects, lifecycles, index);
    findings.push(...doors.findings);
    let checked = doors.checked;
    for (const pods of rendered.facts.of('pods')) {
      // What charts and operators write of this is theirs.
      if (pods.maker !== 'object') continue;
      checked++;
      const sleep = preStop(pods);
      const drain = lifecycles.get(pods.owner)?.drainSeconds;
      const grace = pods.template.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE;
      const needed = sleep + (drain ?? 1);
      const fix = `set terminationGracePeriodSeconds to ${needed} or more`;
      if (grace < needed) {
        findings.push({
          object: pods.owner,
          what: `has a grace period of ${grace} s, and needs ${needed} s: ${sleep} s before the stop, ${drain ?? 1} s ${drain === undefined ? 'to end' : 'for the longest work in flight'}`,
          why: 'the kubelet kills the process in the middle of an answer',
          fix: drain === undefined ? fix : `${fix}, or lower drainSeconds`,
        });
      }
      const hasty = pools.find(
        (pool) => closedTo(pool, pods.template.spec) === undefined && patience(pool, index) < needed,
      );
      if (hasty) {
        const waits = patience(hasty, index);
        findings.push({
          object: pods.owner,
          what: `needs ${needed} s to stop, and a leaving node of pool '${hasty.name}' waits ${waits} s`,
          why: 'a drifted or drained node ends at its terminationGracePeriod, whatever still runs on it',
          fix: `lower drainSeconds to ${Math.max(0, waits - sleep)}, or let the pool wait longer`,
        });
      }
      const recall = recalled(pods, pools);
      if (drain === undefined || !recall || sleep + drain <= recall.seconds) continue;
      findings.push({
        object: pods.owner,
        what: `needs ${sleep + drain} s to stop, runs on ${recall.nodes} only, and AWS takes those back after ${recall.seconds} s`,
        why: `${recall.cuts} cuts the answers that are still being written`,
        fix: `lower drainSeconds to ${Math.max(0, recall.seconds - sleep)}, or use on-demand nodes`,
      });
    }
    return { findings, checked };
  },
};
