import { App } from 'cdk8s';
import {
  attachProofs,
  EdgeGateway,
  GatewayApiCrds,
  InferenceCrds,
  InferenceGateway,
  Istio,
  IstioCrds,
  Layer,
  ModelSimulator,
  PlatformNamespace,
  setCluster,
  Workload,
} from '../../lib';
import { cluster } from './cluster';

/** Two models behind one URL, and a page with a host of its own, both behind proxies of Istio. */
export function behindIstio(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, { ...cluster, balancerCidrs: { internal: ['10.0.0.0/17'], public: ['10.0.192.0/22'] } });
  const base = new Layer(app, 'base', { phase: 'cluster' });
  for (const name of ['istio-system', 'models', 'apps', 'edge']) new PlatformNamespace(base, name);
  new GatewayApiCrds(base, 'gateway-api');
  new InferenceCrds(base, 'inference');

  // snippet: istio
  const crds = new Layer(app, 'istio-crds', { phase: 'operators', namespace: 'istio-system' });
  new IstioCrds(crds, 'crds');
  const operators = new Layer(app, 'istio', {
    phase: 'operators',
    namespace: 'istio-system',
    after: [crds],
  });
  const controller = new Istio(operators, 'istio');
  // end

  const models = new Layer(app, 'models', { phase: 'serving', namespace: 'models' });
  const replicas = { min: 2, max: 2 };
  const chat = new ModelSimulator(models, 'chat', { model: 'Qwen/Qwen3-32B', replicas });
  const next = new ModelSimulator(models, 'next', { model: 'Qwen/Qwen3-8B', replicas });
  const gateway = new InferenceGateway(models, 'inference', { controller });
  const picked = gateway.route(chat);
  gateway.route(next, { onFailure: 'close' });

  const apps = new Layer(app, 'apps', { phase: 'apps', namespace: 'apps' });
  const page = new Workload(apps, 'page', {
    image: 'registry.example.com/page:1.4.2',
    resources: { cpu: '250m', memory: '512Mi' },
    ports: { http: 8080 },
    ready: { path: '/healthz' },
    startupSeconds: 30,
    drainSeconds: 120,
    env: { OPENAI_BASE_URL: picked.baseUrl, MODEL: picked.model },
  });
  picked.pods.allowFrom(page.pods, { port: picked.port, why: 'answers' });

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
