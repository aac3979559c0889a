import type { Construct } from 'constructs';
import { type Checkpoint, findCheckpoint, quantizedBy, readConfig } from '../catalog';
import type { INodePool } from '../contracts';
import { PlatformError } from '../core';
import { hasFormat } from '../sizing';
import type { EngineName } from './engines';

/** Engines that spread a model over GPUs. */
type Spreading = Exclude<EngineName, 'triton' | 'tensorrtllm'>;

/** How GPUs hand tokens to the experts that they are for, and get them back. */
export type AllToAll = 'allgather_reducescatter' | 'deepep_high_throughput' | 'deepep_low_latency';

/** Balancing the load of experts. */
export interface ExpertBalance {
  /**
   * Experts held a second time, of which each GPU gets its part: the busy ones are then on two. With 0 experts only move.
   * @default - experts stay where they are
   */
  readonly redundantExperts?: number;
}

/** How whole experts are served. */
export interface ExpertParallel extends ExpertBalance {
  /**
   * Exchange between the GPUs; vLLM's `all2all-backend`. Those of DeepEP need NVLink, and stay on one node.
   * @default 'allgather_reducescatter'
   */
  readonly all2all?: AllToAll;
}

/** How the GPUs of a replica share its work. */
export interface SpreadProps {
  /**
   * Ranks of one replica, on all of its nodes: each works on requests of its own with its part of the GPUs, and holds
   * attention and a cache of its own; the experts are shared out over all of them. For mixtures of experts under much load.
   * Batch limits are those of a rank.
   * @default 1
   */
  readonly dataParallel?: number;
}

/** Everything about such a replica that has a say in whether it works. */
interface Asked extends SpreadProps {
  readonly model: string;
  readonly pool: INodePool;
  readonly gpus?: number;
  readonly nodes?: number;
  readonly expertParallel?: boolean | ExpertParallel;
  readonly quantization?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly kvOffloadGiB?: number;
  readonly lmcache?: unknown;
  readonly adapters?: object;
}

/** How many GPUs do what. */
export interface Layout {
  /** Share each layer. */
  readonly tensor: number;
  /** Share the layers out. */
  readonly stages: number;
  readonly ranks: number;
  /** Ranks of each node. */
  readonly ranksPerNode: number;
  /** Absent where experts are cut like everything else. */
  readonly experts?: ExpertParallel;
}

/**
 * The layout that was asked for, or why there is none. What ranks do not take of the nodes is shared by the nodes: their
 * layers by vLLM, each of them by SGLang.
 */
export function layoutOf(server: Construct, engine: Spreading, asked: Asked): Layout {
  const { gpus = 1, nodes = 1, dataParallel = 1, expertParallel = false } = asked;
  const all = gpus * nodes;
  mustDivide(server, asked);
  const stages = engine === 'vllm' && dataParallel === 1 ? nodes : 1;
  const layout: Layout = {
    tensor: all / dataParallel / stages,
    stages,
    ranks: dataParallel,
    ranksPerNode: Math.max(1, dataParallel / nodes),
    ...(expertParallel ? { experts: expertParallel === true ? {} : expertParallel } : {}),
  };
  if (dataParallel === 1 && !layout.experts) return layout;
  mustHaveExperts(server, asked, layout);
  if (layout.experts) mustExchange(server, asked, layout.experts);
  if (layout.experts?.redundantExperts !== undefined) mustBalance(server, engine, asked);
  if (dataParallel > 1) mustBeAlone(server, engine, asked);
  return layout;
}

/** What decides how much of a model each GPU holds, where it is more than the GPUs of one node. */
export function spreadStart(engine: Spreading, { tensor, ranks, experts }: Layout, gpus = 1) {
  const even = engine === 'sglang' || experts?.all2all?.startsWith('deepep');
  return {
    ...(tensor === gpus ? {} : { tensorParallel: tensor }),
    ...(ranks > 1 ? { dataParallel: ranks } : {}),
    ...(experts ? { expertParallel: true } : {}),
    ...(experts?.redundantExperts === undefined ? {} : { redundantExperts: experts.redundantExperts }),
    ...(experts && even ? { evenExperts: true } : {}),
    ...(engine === 'sglang' && ranks > 1 ? { denseParallel: tensor * ranks } : {}),
  };
}

function mustDivide(server: Construct, { gpus = 1, nodes = 1, dataParallel = 1 }: Asked): void {
  const all = gpus * nodes;
  if (Number.isInteger(dataParallel) && dataParallel >= 1 && all % dataParallel === 0) {
    if (dataParallel === 1 || dataParallel % nodes === 0) return;
  }
  const fitting = Array.from({ length: gpus }, (_, rank) => (rank + 1) * nodes).filter(
    (ranks) => ranks > 1 && all % ranks === 0,
  );
  const where = nodes > 1 ? `${nodes} nodes of ${gpus} GPUs` : `${gpus} GPU${gpus > 1 ? 's' : ''}`;
  throw new PlatformError(server, {
    what: `'dataParallel' is ${dataParallel}, and a replica has ${where}`,
    why: 'each rank works with as many GPUs as every other, all of them on one node',
    fix: fitting.length
      ? `set dataParallel to ${fitting.join(' or ')}, or leave it out`
      : 'leave dataParallel out, or raise gpus',
  });
}

function mustHaveExperts(server: Construct, asked: Asked, { experts }: Layout): void {
  const { model, gpus = 1, nodes = 1, dataParallel = 1 } = asked;
  if (experts && gpus * nodes === 1) {
    throw new PlatformError(server, {
      what: "has 'expertParallel' on one GPU",
      why: 'it holds all experts anyway, and there is nobody to share them with',
      fix: 'delete expertParallel, or raise gpus',
    });
  }
  const known = checkpointOf(asked);
  if (!known || known.model.moe || dataParallel === 1) return;
  throw new PlatformError(server, {
    what: `'dataParallel' is ${dataParallel}, and ${model} has no experts to share`,
    why: 'its ranks would be whole servers that only start, stop and fail together',
    fix: `delete dataParallel, and set gpus to ${Math.max(1, Math.floor((gpus * nodes) / dataParallel))} and replicas to as many as there were ranks`,
  });
}

/** Cards whose boards have NVLink, and that DeepEP has kernels for. */
const NVLINK: readonly string[] = ['H100', 'H200', 'B200', 'B300'];

function mustExchange(server: Construct, { nodes = 1, pool }: Asked, { all2all }: ExpertParallel): void {
  if (!all2all?.startsWith('deepep')) return;
  const without = nodes > 1 ? `${nodes} nodes` : `pool '${pool.name}' of ${pool.gpu}`;
  const linked = pool.gpu === undefined || NVLINK.some((card) => pool.gpu?.startsWith(card));
  if (nodes === 1 && linked) return;
  throw new PlatformError(server, {
    what: `'expertParallel.all2all' is '${all2all}' on ${without}`,
    why:
      nodes > 1
        ? 'between nodes DeepEP lets GPUs drive InfiniBand or RoCE themselves, and AWS has EFA, which they cannot'
        : 'DeepEP writes into the memory of other GPUs over NVLink, and has kernels from Hopper on',
    fix: "use 'allgather_reducescatter', which NCCL carries over whatever there is",
  });
}

/** Mixtures of the catalog whose classes cannot move experts, by engine. */
const FIXED_EXPERTS: Readonly<Record<Spreading, readonly string[]>> = {
  vllm: ['GptOssForCausalLM', 'MiniMaxM2ForCausalLM'],
  sglang: [
    'Gemma4ForConditionalGeneration',
    'Llama4ForConditionalGeneration',
    'MixtralForCausalLM',
    'NemotronHForCausalLM',
  ],
};
/** Mixtures whose attention SGLang cannot give each rank of its own. */
const WHOLE_ATTENTION: readonly string[] = ['Gemma4ForConditionalGeneration', 'MixtralForCausalLM'];

function mustBalance(server: Construct, engine: Spreading, asked: Asked): void {
  const known = checkpointOf(asked);
  if (!known) return;
  const fixed = FIXED_EXPERTS[engine].includes(known.model.architecture);
  const packed = engine === 'vllm' && hasFormat(known, 'awq-int4-g128', 'gptq-int4-g128');
  if (!fixed && !packed) return;
  throw new PlatformError(server, {
    what: `has 'expertParallel.redundantExperts', and ${NAMES[engine]} cannot move the experts of ${asked.model}`,
    why: fixed
      ? 'its class does not say where they lie: copies would take memory, and the load stay as it is'
      : 'its kernels for AWQ and GPTQ cannot exchange them: the engine ends at its start',
    fix: 'delete redundantExperts',
  });
}

const NAMES: Readonly<Record<Spreading, string>> = { vllm: 'vLLM', sglang: 'SGLang' };

function mustBeAlone(server: Construct, engine: Spreading, asked: Asked): void {
  const { dataParallel, model } = asked;
  if (asked.kvOffloadGiB) {
    throw new PlatformError(server, {
      what: `has 'kvOffloadGiB' and 'dataParallel' ${dataParallel}`,
      why: "each rank would take that much of the host's memory for itself",
      fix: 'delete kvOffloadGiB',
    });
  }
  if (asked.lmcache) {
    throw new PlatformError(server, {
      what: `has 'lmcache' and 'dataParallel' ${dataParallel}`,
      why: 'each rank would start a server at the same address, and all but the first end there',
      fix: 'delete lmcache',
    });
  }
  if (engine === 'sglang' && WHOLE_ATTENTION.includes(checkpointOf(asked)?.model.architecture ?? '')) {
    throw new PlatformError(server, {
      what: `'dataParallel' is ${dataParallel}, and SGLang has no attention of ranks for ${model}`,
      why: 'each rank would hold a slice of the attention, and compute with it as if it were the whole',
      fix: 'delete dataParallel, or use engine: vllm',
    });
  }
}

function checkpointOf({ model, config, quantization }: Asked): Checkpoint | undefined {
  const read = config && readConfig(config, model);
  const found = read && 'checkpoint' in read ? read.checkpoint : findCheckpoint(model);
  return found && quantization ? quantizedBy(found, quantization) : found;
}
