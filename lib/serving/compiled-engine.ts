import type { Construct } from 'constructs';
import { findCard } from '../catalog';
import type { INodePool } from '../contracts';
import { images, PlatformError, TRTLLM_RELEASE } from '../core';
import type { BuiltFor, LoadedModel } from './triton-config';

/** The one model of a repository that TensorRT-LLM compiled. */
export interface CompiledEngine extends Required<BuiltFor> {
  /** Its folder. */
  readonly model: string;
}

/** The engine among the models of a repository; undefined without one. */
export function compiledEngine(
  at: Construct,
  loads: Readonly<Record<string, LoadedModel>>,
): CompiledEngine | undefined {
  const all = Object.entries(loads);
  const odd = all.find(
    ([, { backend, builtFor }]) => (backend === 'tensorrtllm') !== (builtFor !== undefined),
  );
  if (odd) throw halfSaid(at, odd);
  const [first, second] = all.flatMap(([model, { builtFor }]) =>
    builtFor ? [{ ...builtFor, model, gpus: builtFor.gpus ?? 1 }] : [],
  );
  if (!second) return first;
  throw new PlatformError(at, {
    what: `'loads' has two engines of TensorRT-LLM: ${first.model} and ${second.model}`,
    why: 'the first to start takes nine tenths of the memory that is free for its cache, and the second finds none',
    fix: 'give each a TritonService of its own',
  });
}

/** An engine runs on the card, the number of GPUs and the release that it was compiled for. */
export function mustRun(
  at: Construct,
  engine: CompiledEngine,
  pool: INodePool | undefined,
  image: string,
): asserts pool is INodePool {
  const { model, gpu, gpus, release } = engine;
  const built = `'loads.${model}' was compiled`;
  const again = 'compile it again';
  if (!pool) {
    throw new PlatformError(at, {
      what: `${built} for ${gpu}, and no 'pool' is named`,
      why: 'it computes on that card alone',
      fix: `name a pool with ${gpu}`,
    });
  }
  const [own, there] = [gpu, pool.gpu].map((name) => (name && findCard(name)?.name) ?? name);
  if (there !== undefined && own !== there) {
    throw new PlatformError(at, {
      what: `${built} for ${own}, and pool '${pool.name}' has ${there}`,
      why: 'its kernels were chosen on that card: on another the start ends, or it is slow and nobody says why',
      fix: `name a pool with ${own}, or ${again} on ${there}`,
    });
  }
  if (gpus > pool.gpusPerNode) {
    throw new PlatformError(at, {
      what: `${built} for ${gpus} GPUs, and pool '${pool.name}' has at most ${pool.gpusPerNode} per node`,
      why: 'each of its parts is loaded by one GPU, and those of a replica share a node',
      fix: `name a pool with ${gpus} on a node, or ${again} for ${pool.gpusPerNode}, from a checkpoint of that --tp_size`,
    });
  }
  // What another image holds is for whoever names it to know.
  if (image === images.tensorrtllm && release !== TRTLLM_RELEASE) {
    throw new PlatformError(at, {
      what: `${built} by TensorRT-LLM ${release}, and image '${image}' has ${TRTLLM_RELEASE}`,
      why: 'an engine is read by the release that wrote it: the start ends after all of it was copied',
      fix: `${again} with trtllm-build of ${TRTLLM_RELEASE}, or name the image of Triton that has ${release}`,
    });
  }
}

const halfSaid = (at: Construct, [name, { backend, builtFor }]: [string, LoadedModel]) =>
  builtFor
    ? new PlatformError(at, {
        what: `'loads.${name}' has 'builtFor', and backend ${backend ? `'${backend}'` : 'of its own file'}`,
        why: 'only engines of TensorRT-LLM are compared with it',
        fix: 'write backend: tensorrtllm, or leave builtFor out',
      })
    : new PlatformError(at, {
        what: `'loads.${name}' is an engine of TensorRT-LLM, and nothing says what it was compiled for`,
        why: 'it runs on one kind of card, one number of GPUs and one release, and nobody can read that here',
        fix: `write builtFor: { gpu: …, gpus: …, release: ${TRTLLM_RELEASE} }: version and world_size are in its config.json`,
      });
