import type { App } from 'cdk8s';
import {
  BatchInference,
  DisaggregatedService,
  type Keda,
  KServeDefaults,
  KServeService,
  Layer,
  ModelAutoscaler,
  ModelCache,
  ModelSimulator,
  MountedCache,
  NodeCache,
  OllamaService,
  type PrometheusStack,
  PulledImages,
  SglangService,
  SmokeTest,
  TritonService,
  VllmService,
  WarmNodes,
} from '../../../lib';
import type { dataParts } from './data';
import type { nodeParts } from './nodes';

interface Around {
  readonly nodes: ReturnType<typeof nodeParts>;
  readonly data: ReturnType<typeof dataParts>;
  readonly keda: Keda;
  readonly prometheus: PrometheusStack;
}

/** A model on each engine, its weights, and who scales and tries it. */
export function servingParts(app: App, { nodes, data, keda, prometheus }: Around) {
  const { l40s, slices, l4, large, spot, batch } = nodes;
  const { buckets } = data;
  // snippet: ModelCache
  const shelf = new Layer(app, 'weights', { phase: 'data', namespace: 'serving', after: [data.data] });
  const weights = new ModelCache(shelf, 'weights', { bucket: buckets.bucket('weights') });
  // end

  // snippet: MountedCache
  const files = new Layer(app, 'mounted', { phase: 'serving', namespace: 'serving' });
  const mounted = new MountedCache(files, 'mounted', { cache: weights });
  // end
  // snippet: NodeCache
  const disks = new Layer(app, 'node-weights', { phase: 'serving', namespace: 'node-weights' });
  const copied = new NodeCache(disks, 'l40s-weights', { pool: l40s, cache: weights });
  // end
  // snippet: PulledImages
  const ahead = new Layer(app, 'ahead', { phase: 'capacity', namespace: 'serving' });
  new PulledImages(ahead, 'l40s-images', {
    pool: l40s,
    images: { engine: 'docker.io/vllm/vllm-openai:v0.33.0' },
  });
  // end

  const serving = new Layer(app, 'serving', {
    phase: 'serving',
    namespace: 'serving',
    after: [files, disks],
  });
  // snippet: VllmService
  const chat = new VllmService(serving, 'chat', {
    model: 'Qwen/Qwen3-32B',
    pool: l40s,
    gpus: 4,
    context: 32768,
    replicas: { min: 2, max: 3 },
    weights: copied, // on the disks of its nodes
  });
  // end
  const reasoning = new VllmService(serving, 'reasoning', {
    model: 'deepseek-ai/DeepSeek-R1',
    pool: large,
    gpus: 8,
    nodes: 2, // a LeaderWorkerSet instead of a Deployment
    image: 'registry.example.com/vllm-efa:v0.33.0', // vLLM's own, and the libraries of EFA
    context: 32768,
    replicas: { min: 1, max: 1 },
    weights,
  });
  // snippet: SglangService
  const fast = new SglangService(serving, 'fast', {
    model: 'Qwen/Qwen3-8B',
    pool: slices,
    context: 16384,
    weights,
  });
  // end
  // snippet: OllamaService
  const small = new OllamaService(serving, 'small', { model: 'qwen3:0.6b', weightsGiB: 1, context: 8192 });
  // end
  // snippet: ModelSimulator
  const trial = new ModelSimulator(serving, 'trial', { model: 'Qwen/Qwen3-32B' });
  // end
  // snippet: TritonService
  const vision = new TritonService(serving, 'vision', {
    bucket: buckets.bucket('weights'),
    repository: 'vision/2026-11-20',
    loads: { resnet50: { backend: 'onnxruntime' } },
    weightsGiB: 1,
    pool: l4,
    observed: { gpuGiB: 3, on: 'L4' },
  });
  vision.allowFromNamespace('apps');
  // end
  const embed = new VllmService(serving, 'embed', {
    model: 'BAAI/bge-m3',
    pool: l4,
    task: 'embed',
    weights: mounted,
  });
  // snippet: KServeDefaults
  const defaults = new KServeDefaults(serving, 'kserve-defaults');
  // end
  // snippet: KServeService
  const ranks = new KServeService(serving, 'rank', {
    model: 'BAAI/bge-reranker-v2-m3',
    task: 'rerank',
    pool: l4,
    weights,
    defaults,
  });
  // end
  // snippet: DisaggregatedService
  const long = new DisaggregatedService(serving, 'long', {
    model: 'Qwen/Qwen3-8B',
    context: 32768,
    prefill: { pool: l40s, gpus: 1, replicas: { min: 1, max: 1 } },
    decode: { pool: l40s, gpus: 1, replicas: { min: 2, max: 2 } },
    transfer: 'tcp',
    weights,
  });
  // end
  // snippet: WarmNodes
  const warm = new Layer(app, 'warm', { phase: 'apps', namespace: 'serving' });
  new WarmNodes(warm, 'l4-warm', { pool: l4, nodes: 1, images: { engine: embed.image } });
  // end
  // snippet: ModelAutoscaler
  new ModelAutoscaler(serving, 'chat-scaler', { server: chat, prometheus: prometheus.url });
  prometheus.prometheus.allowFrom(keda.operator, { port: prometheus.port, why: 'queues of models' });
  // end
  // snippet: SmokeTest
  const smoke = new Layer(app, 'smoke', { phase: 'serving', namespace: 'serving', after: [serving] });
  new SmokeTest(smoke, 'chat-smoke', { server: chat });
  // end
  for (const server of [reasoning, fast, small, trial, embed, ranks])
    new SmokeTest(smoke, `${server.model}-smoke`, { server });
  // snippet: BatchInference
  new BatchInference(batch, 'reviews', {
    model: 'Qwen/Qwen3-8B',
    pool: spot,
    queue: { name: 'batch' },
    context: 8192,
    batchedTokens: 2048,
    bucket: buckets.bucket('batch'),
    input: 'reviews/in',
    output: 'reviews/out',
    schedule: '0 1 * * *',
    deadlineHours: 6,
    weights,
  });
  // end
  return { serving, chat, reasoning, fast, small, trial, vision, embed, ranks, long };
}
