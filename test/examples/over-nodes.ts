// snippet: over-nodes
import { App } from 'cdk8s';
import {
  attachProofs,
  EfaDevicePlugin,
  GpuNodePool,
  Layer,
  LeaderWorkerSets,
  NodePool,
  PlatformNamespace,
  SglangService,
  setCluster,
  VllmService,
} from '../../lib';
import { cluster } from './cluster';

/** Two models over two nodes each: one by ranks that share its experts, one whose layers all GPUs share. */
export function overNodes(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, cluster);
  const base = new Layer(app, 'base', { phase: 'cluster' });
  for (const name of ['lws-system', 'models']) new PlatformNamespace(base, name);
  const operators = new Layer(app, 'operators', { phase: 'operators', namespace: 'lws-system' });
  new LeaderWorkerSets(operators, 'lws');
  new EfaDevicePlugin(operators, 'efa');

  const capacity = new Layer(app, 'capacity', { phase: 'capacity' });
  new NodePool(capacity, 'general'); // for what has no GPU
  const pool = new GpuNodePool(capacity, 'h200', {
    gpu: 'H200',
    perNode: 8,
    limit: 64,
    zones: ['us-east-1a'], // nodes of one replica share a zone
    efa: true,
  });

  const models = new Layer(app, 'models', { phase: 'serving', namespace: 'models' });
  const large = { pool, gpus: 8, nodes: 2, replicas: { min: 1, max: 1 }, batchedTokens: 1024 };

  const reasoning = new VllmService(models, 'reasoning', {
    ...large,
    model: 'deepseek-ai/DeepSeek-R1',
    image: 'registry.example.com/vllm-efa:v0.33.0', // vLLM's own and the EFA libraries
    dataParallel: 16, // ranks of one GPU, each with attention and a cache of its own
    expertParallel: true, // 16 of the 256 experts on each
    context: 65536,
    maxSequences: 128,
  });
  const agent = new SglangService(models, 'agent', {
    ...large,
    model: 'moonshotai/Kimi-K2-Instruct',
    image: 'registry.example.com/sglang-efa:v0.5.21',
    expertParallel: true, // 24 of the 384 experts on each, of layers that all 16 GPUs share
    context: 32768,
    maxSequences: 64,
  });
  for (const { pods, port } of [reasoning, agent]) {
    pods.allowFromNamespace('apps', { port, why: 'the chat page' });
  }

  attachProofs(app, {
    releases: 'flux',
    existing: { kinds: ['karpenter.sh/NodePool', 'karpenter.k8s.aws/EC2NodeClass'] },
  });
  return app;
}
// end
