import { byPrice, type Fit, fitFor, type GpuShape, gpuShapes, type Spread } from '../sizing';
import type { Command } from './command';
import { batchOf, type Card, cardFrom, divides, type FitCall, readFitCall } from './fit-call';
import { budget, table } from './fit-screen';
import { WrongCall } from './wrong-call';

/** One shape of node, and what came of it. */
export interface Offer {
  readonly shape?: GpuShape;
  readonly card: Card;
  readonly count: number;
  readonly result: Fit;
}

const ROUND = 100;

export const fitCommand: Command = {
  help: `nexus fit <model> [options]
nexus fit --config <config.json> [name] [options]

Without --gpu: every shape of node that holds the model, cheapest first. With it: the memory of one GPU, term by term.
A verdict is 'fit' only where nothing known could make it fail; 'unproven' means that a measurement must decide.

  --config FILE        config.json of a model that is not in the catalog
  --context N          tokens of one request (default: the longest the model was made for)
  --gpu NAME           a card, such as L40S, H100-80GB, A100 (either of two), RTX-4090
  --gpu-memory-gib X   memory that CUDA shows of another card; a round number is taken for what it is sold with
  --compute-capability X  of that card, such as 8.9
  --mig PROFILE        a slice of the card, such as 3g.40gb
  --count N            GPUs of one replica: tensor parallel (default: 1 with a card, else all of a node)
  --pipeline N         groups of GPUs that share the layers out (default: 1)
  --data-parallel N    ranks that divide the GPUs, each with attention and a cache of its own (default: 1)
  --nodes N            nodes of these ranks, with --count GPUs each (default: 1)
  --dtype D            vLLM's dtype, such as half for a T4 (default: auto)
  --quantization M     fp8, awq, gptq, int4, int8, nvfp4 or mxfp4 (default: what the checkpoint is published in)
  --kv-cache F         fp8 halves the cache (default: auto)
  --utilization X      part of the memory that the engine takes (default: 0.92)
  --batched-tokens N   tokens of one step, of each rank (default: vLLM's own, 8192 on cards of 70 GiB that are no A100, else 2048)
  --sequences N        requests at once, of each rank (default: vLLM's own, 1024 on cards of 70 GiB that are no A100, else 256)
  --expert-parallel    experts stay whole
  --redundant-experts N  experts held a second time, which balances their load
  --region R           region of the prices (default: us-east-1)
  --json               the same as data

Exit codes: 0 good, 1 with a card and no proven fit, 2 the call is wrong.

Example:
  nexus fit Qwen/Qwen3-32B --context 32768
  nexus fit Qwen/Qwen3-32B --context 32768 --gpu L40S --count 4
`,
  options: {
    config: { type: 'string' },
    context: { type: 'string' },
    gpu: { type: 'string' },
    'gpu-memory-gib': { type: 'string' },
    'compute-capability': { type: 'string' },
    mig: { type: 'string' },
    pipeline: { type: 'string' },
    'data-parallel': { type: 'string' },
    nodes: { type: 'string' },
    'redundant-experts': { type: 'string' },
    dtype: { type: 'string' },
    count: { type: 'string' },
    quantization: { type: 'string' },
    'kv-cache': { type: 'string' },
    utilization: { type: 'string' },
    'batched-tokens': { type: 'string' },
    sequences: { type: 'string' },
    'expert-parallel': { type: 'boolean' },
    region: { type: 'string' },
  },
  run(call, io) {
    let asked: FitCall;
    try {
      asked = readFitCall(call, io.cwd);
    } catch (error) {
      if (!(error instanceof WrongCall)) throw error;
      io.err(`nexus fit: ${error.message}\n`);
      return 2;
    }
    if (!asked.card) {
      const held = offers(asked);
      io.out(call.json ? json(held.map((offer) => report(asked, offer))) : table(asked, held));
      return 0;
    }
    const offer = offerOf(asked, asked.card, asked.count ?? 1);
    io.out(call.json ? json(report(asked, offer)) : budget(asked, offer));
    return offer.result.verdict === 'fit' ? 0 : 1;
  },
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Shapes that hold the model or may, cheapest first. */
function offers(asked: FitCall): Offer[] {
  return gpuShapes(asked.region)
    .filter(({ count }) => count >= (asked.count ?? 1))
    .filter(({ count }) => divides(asked.dataParallel, asked.count ?? count, asked.nodes))
    .map((shape) => judged(asked, cardFrom(shape.card), asked.count ?? shape.count, shape))
    .filter(({ result }) => result.verdict !== 'no-fit');
}

/** One card, on the cheapest node that has so many. */
function offerOf(asked: FitCall, card: Card, count: number): Offer {
  const shape = gpuShapes(asked.region)
    .filter((candidate) => !card.mig && candidate.card.name === card.name && candidate.count >= count)
    .sort(byPrice)[0];
  return judged(asked, card, count, shape);
}

function judged(asked: FitCall, card: Card, count: number, shape: GpuShape | undefined): Offer {
  const { checkpoint, context, utilization, fp8Cache } = asked;
  const result = fitFor({
    checkpoint,
    visibleGiB: card.visibleGiB,
    mostVisibleGiB: card.mostVisibleGiB,
    ...(card.computeCapability === undefined ? {} : { computeCapability: card.computeCapability }),
    spread: spreadOf(asked, count),
    context,
    utilization,
    ...batchOf(asked, card),
    fp8Cache,
    // What nobody says is left to the engine.
    dtype: asked.dtype ?? 'auto',
  });
  return { card, count, result, ...(shape ? { shape } : {}) };
}

/** As the environment file spreads a model: ranks divide the GPUs of all nodes. */
function spreadOf(asked: FitCall, count: number): Spread {
  const { pipelineParallel, nodes, dataParallel, expertParallel, redundantExperts } = asked;
  return {
    tensorParallel: (count * nodes) / dataParallel,
    pipelineParallel,
    dataParallel,
    expertParallel,
    ...(redundantExperts === undefined ? {} : { redundantExperts }),
    ...(nodes > 1 ? { nodes } : {}),
  };
}

/** What `--json` prints of one shape: stable. Budgets are rounded down and needs up. */
function report(
  { checkpoint, card: only, nodes, dataParallel }: FitCall,
  { card, count, result, shape }: Offer,
): object {
  const down = (gib: number) => Math.floor(gib * ROUND) / ROUND;
  const up = (gib: number) => Math.ceil(gib * ROUND) / ROUND;
  const {
    visibleGiB,
    requestedGiB,
    weightsGiB,
    activationGiB,
    nonTorchGiB,
    graphsGiB,
    kvNeedGiB,
    kvBudgetGiB,
  } = result.terms;
  return {
    model: checkpoint.id,
    gpu: card.mig ? `${card.name} ${card.mig}` : (card.name ?? null),
    count,
    ...(nodes > 1 ? { nodes } : {}),
    ...(dataParallel > 1 ? { dataParallel } : {}),
    ...(only ? {} : { instanceType: shape?.instanceType ?? null }),
    verdict: result.verdict,
    terms: {
      visibleGiB: down(visibleGiB),
      requestedGiB: down(requestedGiB),
      weightsGiB: up(weightsGiB),
      activationGiB: up(activationGiB),
      nonTorchGiB: up(nonTorchGiB),
      graphsGiB: up(graphsGiB),
      kvNeedGiB: up(kvNeedGiB),
      kvBudgetGiB: down(kvBudgetGiB),
    },
    maxContext: result.maxContext,
    concurrency: down(result.concurrency),
    usdPerHour: shape?.usdPerHour ?? null,
    why: [...result.faults.map(({ what, why }) => `${what}: ${why}`), ...result.doubts],
  };
}
