// snippet: two-models
import { App } from 'cdk8s';
import {
  Agentgateway,
  AgentgatewayCrds,
  attachProofs,
  EdgeGateway,
  GatewayApiCrds,
  InferenceCrds,
  InferenceGateway,
  Layer,
  ModelSimulator,
  PlatformNamespace,
  setCluster,
  Workload,
} from '../../lib';
import { cluster } from './cluster';

/** Two models behind one URL, each request to the replica that answers it best, and a page with a host of its own. */
export function twoModels(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, { ...cluster, balancerCidrs: { internal: ['10.0.0.0/17'], public: ['10.0.192.0/22'] } });
  const base = new Layer(app, 'base', { phase: 'cluster' });
  for (const name of ['agentgateway', 'models', 'apps', 'edge']) new PlatformNamespace(base, name);
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

  const models = new Layer(app, 'models', { phase: 'serving', namespace: 'models' });
  const chat = new ModelSimulator(models, 'chat', { model: 'Qwen/Qwen3-32B', replicas: { min: 3, max: 3 } });
  const next = new ModelSimulator(models, 'next', { model: 'Qwen/Qwen3-8B', replicas: { min: 2, max: 2 } });
  const gateway = new InferenceGateway(models, 'inference', { controller });
  const stable = gateway.route(chat, { scorers: 'cache', priorities: { bulk: -10 } });
  const trial = gateway.route(next, { onFailure: 'close' });
  const assistant = gateway.split('assistant', [
    { to: stable, weight: 90 },
    { to: trial, weight: 10 },
  ]);

  const apps = new Layer(app, 'apps', { phase: 'apps', namespace: 'apps' });
  const page = new Workload(apps, 'page', {
    image: 'registry.example.com/page:1.4.2',
    resources: { cpu: '250m', memory: '512Mi' },
    ports: { http: 8080 },
    ready: { path: '/healthz' },
    startupSeconds: 30,
    drainSeconds: 120,
    env: { OPENAI_BASE_URL: assistant.baseUrl, MODEL: assistant.model },
  });
  assistant.pods.allowFrom(page.pods, { port: assistant.port, why: 'answers' });

  const door = new Layer(app, 'edge', { phase: 'apps', namespace: 'edge' });
  const edge = new EdgeGateway(door, 'edge', { controller, tls: { kind: 'issuer', name: 'company-ca' } });
  const web = { service: 'page', port: 8080, pods: page.pods, longestSeconds: 120 };
  edge.route(web, 'chat.example.com');

  attachProofs(app, {
    releases: 'flux',
    existing: {
      kinds: ['cert-manager.io/Certificate'],
      objects: [{ id: 'ClusterIssuer/company-ca' }],
    },
  });
  return app;
}
// end
