import { findInstance, type Model } from '../catalog';
import { expertGpus, type Spread } from '../sizing';
import { cachesOverTcp, FLOW_GBPS } from './caches-over-tcp';
import type { Proof, Refusal } from './proof';
import { EFA } from './room';
import { servedModels, startedAs } from './served-models';

/**
 * Nodes that work on one model exchange over EFA, those of its two roles too. Where some layers are on each, or caches go from
 * role to role, it is said what TCP costs; where they exchange in every layer, TCP is refused.
 *
 * Fails: ranks that share experts over two nodes of a pool without `efa`.
 */
export const nodesExchangeFast: Proof = {
  name: 'nodes-exchange-fast',
  about:
    'Nodes that work on one model exchange over EFA, or it is said what TCP costs; in every layer it is refused.',
  check(input) {
    const all = servedModels(input);
    if (!all.length) return { findings: [], checked: 0, skipped: 'no model on GPUs of a pool' };
    const findings = all.flatMap(({ object, fact, start, pool, checkpoint, origin }): Refusal[] => {
      const { nodes = 1 } = fact;
      if (nodes === 1) return [];
      if (pool.shapes.every(({ devices }) => (devices[EFA] ?? 0) > 0)) return [];
      const spread = startedAs(fact, start).spread;
      const crossings = checkpoint && crossingsOf(checkpoint.model, spread, nodes);
      const perNode = fact.gpusPerReplica / nodes;
      const gbps = Math.min(
        FLOW_GBPS * perNode,
        ...pool.shapes.map(({ instanceType }) => findInstance(instanceType)?.networkGbps ?? FLOW_GBPS),
      );
      const cost =
        crossings === undefined
          ? 'what a step carries from node to node is not known, since nobody has told its shape'
          : costOf(start.batchedTokens, crossings, gbps);
      const inEveryLayer = spread.pipelineParallel !== nodes;
      return [
        {
          object,
          ...(inEveryLayer ? {} : { severity: 'warning' as const }),
          what: `its ${nodes} nodes exchange over TCP: pool '${pool.name}' has no EFA`,
          why: cost,
          fix: `set efa: true on '${pool.name}' and give the model an image with the EFA libraries, or waive this`,
          ...(origin ? { origin } : {}),
        },
      ];
    });
    return {
      findings: [...findings, ...all.flatMap((each) => cachesOverTcp(each) ?? [])],
      checked: all.length,
    };
  },
};

/** How often a step carries how much of each of its tokens out of a node. */
interface Crossings {
  readonly times: number;
  readonly bytesPerToken: number;
}

/** Of a pipeline each border once; else there and back, in each layer that nodes share. */
function crossingsOf({ layers, moe, hiddenSize }: Model, spread: Spread, nodes: number): Crossings {
  const { pipelineParallel, tensorParallel, dataParallel = 1 } = spread;
  const bytes = hiddenSize * 2;
  if (pipelineParallel === nodes) return { times: nodes - 1, bytesPerToken: bytes };
  const out = (nodes - 1) / nodes;
  // Two sums of each layer, of which a ring carries every part twice.
  if (tensorParallel > expertGpus(spread) / nodes)
    return { times: 2 * layers, bytesPerToken: 2 * bytes * out };
  return { times: 2 * (moe?.moeLayers ?? layers), bytesPerToken: bytes * dataParallel * out };
}

function costOf(tokens: number, { times, bytesPerToken }: Crossings, gbps: number): string {
  const bytes = tokens * bytesPerToken;
  const ms = Math.max(1, Math.round((bytes * 8 * times) / gbps / 1e6));
  const often = times === 1 ? 'once' : `${times} times`;
  return `a full step of ${tokens} tokens carries ${Math.round(bytes / 2 ** 20)} MiB ${often} from node to node, about ${ms} ms at ${gbps} Gbit/s of TCP`;
}
