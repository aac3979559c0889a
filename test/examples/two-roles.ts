// snippet: two-roles
import { App } from 'cdk8s';
import {
  Agentgateway,
  AgentgatewayCrds,
  attachProofs,
  DisaggregatedService,
  EfaDevicePlugin,
  GatewayApiCrds,
  GpuNodePool,
  InferenceCrds,
  InferenceGateway,
  Layer,
  NodePool,
  PlatformNamespace,
  SmokeTest,
  setCluster,
} from '../../lib';
import { cluster } from './cluster';

/** A model of long prompts: pods that read them apart from pods that answer, with caches over EFA from one to the other. */
export function twoRoles(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, cluster);
  const base = new Layer(app, 'base', { phase: 'cluster' });
  for (const name of ['agentgateway', 'models']) new PlatformNamespace(base, name);
  new GatewayApiCrds(base, 'gateway-api');
  new InferenceCrds(base, 'inference');

  const crds = new Layer(app, 'crds', { phase: 'operators', namespace: 'agentgateway' });
  new AgentgatewayCrds(crds, 'crds');
  const operators = new Layer(app, 'agentgateway', {
    phase: 'operators',
    namespace: 'agentgateway',
    after: [crds],
  });
  const controller = new Agentgateway(operators, 'agentgateway');
  new EfaDevicePlugin(new Layer(app, 'efa', { phase: 'operators', namespace: 'kube-system' }), 'efa');

  const capacity = new Layer(app, 'capacity', { phase: 'capacity' });
  new NodePool(capacity, 'general');
  const pool = new GpuNodePool(capacity, 'h100', { gpu: 'H100', perNode: 8, limit: 16, efa: true });

  const models = new Layer(app, 'models', { phase: 'serving', namespace: 'models' });
  const documents = new DisaggregatedService(models, 'documents', {
    model: 'Qwen/Qwen3-32B',
    context: 32768,
    image: 'registry.example.com/vllm-efa:v0.33.0',
    prefill: { pool, gpus: 2, batchedTokens: 16384 },
    decode: { pool, gpus: 4 },
    nonCachedTokens: 1024,
  });
  const gateway = new InferenceGateway(models, 'inference', { controller });
  const routed = gateway.route(documents);
  new SmokeTest(models, 'documents-smoke', { server: documents, by: routed });
  routed.pods.allowFromNamespace('apps', { port: routed.port, why: 'the search page' });

  attachProofs(app, {
    releases: 'flux',
    existing: { kinds: ['karpenter.sh/NodePool', 'karpenter.k8s.aws/EC2NodeClass'] },
  });
  return app;
}
// end
