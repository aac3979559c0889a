import { findInstance } from '../catalog';
import { cachesOverTcp, FLOW_GBPS } from './caches-over-tcp';
import type { Proof, Refusal } from './proof';
import { EFA } from './room';
import { servedModels } from './served-models';

/**
 * Nodes that work on one model exchange over EFA, those of its two roles too; where they do not, it is said what TCP costs.
 *
 * Fails: a model over two nodes of a pool without `efa`.
 */
export const nodesExchangeFast: Proof = {
  name: 'nodes-exchange-fast',
  about: 'Nodes that work on one model exchange over EFA, or it is said what TCP costs.',
  check(input) {
    const all = servedModels(input);
    if (!all.length) return { findings: [], checked: 0, skipped: 'no model on GPUs of a pool' };
    const findings = all.flatMap(({ object, fact, start, pool, checkpoint, origin }): Refusal[] => {
      const { nodes = 1 } = fact;
      if (nodes === 1) return [];
      if (pool.shapes.every(({ devices }) => (devices[EFA] ?? 0) > 0)) return [];
      const width = checkpoint?.model.hiddenSize;
      const bytes = width === undefined ? undefined : start.batchedTokens * width * 2;
      const perNode = fact.gpusPerReplica / nodes;
      const gbps = Math.min(
        FLOW_GBPS * perNode,
        ...pool.shapes.map(({ instanceType }) => findInstance(instanceType)?.networkGbps ?? FLOW_GBPS),
      );
      const cost =
        bytes === undefined
          ? 'what a step carries from node to node is not known, since nobody has told its shape'
          : `a full step of ${start.batchedTokens} tokens carries ${Math.round(bytes / 2 ** 20)} MiB ${nodes - 1 === 1 ? 'once' : `${nodes - 1} times`} from node to node, about ${Math.max(1, Math.round((bytes * 8 * (nodes - 1)) / gbps / 1e6))} ms at ${gbps} Gbit/s of TCP`;
      return [
        {
          object,
          severity: 'warning',
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
