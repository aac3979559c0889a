import type { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import { images, type MeasuredGpu, type PodResources } from '../core';
import { onDevice, type ReplicaProps, replicaResources } from './gpu-replica';
import { ModelServer, type ModelServerProps } from './model-server';
import type { ServerPod, ServerSettings } from './server-pod';

export interface OllamaServiceProps
  extends Omit<ModelServerProps, 'adapters' | 'apiKey' | 'kvEvents'>,
    Pick<ReplicaProps, 'slice' | 'surge' | 'cpu' | 'memoryGiB'> {
  /** Model and tag as Ollama's library spells them, such as `qwen3:0.6b`, or a GGUF of the hub: `hf.co/owner/name:Q4_K_M`. */
  readonly model: string;
  /** Room for its file, in GiB: the size that the library states, rounded up. */
  readonly weightsGiB: number;
  /**
   * Nodes with the GPU that a replica runs on.
   * @default - none: it computes on CPUs
   */
  readonly pool?: INodePool;
  /**
   * Requests worked on at once, each with a context of its own; Ollama's `OLLAMA_NUM_PARALLEL`.
   * @default 1
   */
  readonly maxSequences?: number;
  /**
   * What it was measured to take of the GPU.
   * @default - unknown, which `model-fits-memory` refuses on a GPU
   */
  readonly observed?: MeasuredGpu;
  /**
   * Image of the engine.
   * @default - Ollama's own
   */
  readonly image?: string;
}

/**
 * One model on Ollama, for laptops and small teams: a GGUF that each replica pulls when it starts, on CPUs or one GPU. It
 * has no metrics, asks for no key, and cuts off running answers when it stops.
 */
export class OllamaService extends ModelServer {
  constructor(scope: Construct, id: string, props: OllamaServiceProps) {
    super(scope, id, props, (server, settings) => ollamaPod(server, props, settings));
  }
}

const PORT = 11434;
const HOME = '/home/ollama';
const MODELS = '/models';
/** The library at its slowest that is still healthy: 50 MiB a second. */
const PULL_SECONDS_PER_GIB = 20;

/** Only a running server pulls. The copy costs nothing: it is the name that clients ask for. */
const PULL = [
  'ollama serve & server=$!',
  'until ollama list; do kill -0 $server; sleep 1; done',
  'ollama pull "$1"',
  'ollama cp "$1" "$2"',
].join('\n');

function ollamaPod(server: Construct, props: OllamaServiceProps, settings: ServerSettings): ServerPod {
  const { weightsGiB, maxSequences = 1, observed, image = images.ollama } = props;
  const { context, replicas } = settings;
  const env = {
    HOME,
    OLLAMA_MODELS: MODELS,
    // Names that end in `cloud` would send prompts to somebody else's servers.
    OLLAMA_NO_CLOUD: '1',
  };
  return {
    engine: 'ollama',
    port: PORT,
    weights: 'hub',
    ...(props.pool ? onDevice(server, { ...props, pool: props.pool }, replicas) : {}),
    ...(observed ? { takes: observed } : {}),
    image,
    args: ['serve'],
    env: {
      ...env,
      OLLAMA_HOST: `0.0.0.0:${PORT}`,
      // Its own five minutes would have the next caller wait for the model again.
      OLLAMA_KEEP_ALIVE: '-1',
      OLLAMA_MAX_LOADED_MODELS: '1',
      OLLAMA_NUM_PARALLEL: `${maxSequences}`,
      ...(context === undefined ? {} : { OLLAMA_CONTEXT_LENGTH: `${context}` }),
    },
    init: {
      pull: {
        image,
        command: ['/bin/sh', '-ec', PULL, 'pull', props.model, server.node.id],
        env: { ...env, OLLAMA_HOST: `127.0.0.1:${PORT}` },
        resources: { cpu: '1', memory: '1Gi' },
      },
    },
    waitsSeconds: 120 + weightsGiB * PULL_SECONDS_PER_GIB,
    // It knows no /health; its root answers as long as it lives.
    alive: { path: '/', timeoutSeconds: 5 },
    startupSeconds: 120,
    resources: props.pool ? replicaResources(server, { ...props, pool: props.pool }) : cpuResources(props),
    writable: { [HOME]: '1Gi', [MODELS]: `${weightsGiB + 1}Gi` },
  };
}

/** The file, a fifth of it for the cache, and the process. */
function cpuResources({ cpu = 2, memoryGiB, weightsGiB }: OllamaServiceProps): PodResources {
  return { cpu: `${cpu}`, memory: `${memoryGiB ?? Math.ceil(weightsGiB * 1.2) + 2}Gi` };
}
