import type { App } from 'cdk8s';
import {
  Agentgateway,
  AgentgatewayCrds,
  CanaryPilot,
  EdgeGateway,
  EnvoyAiGateway,
  EnvoyAiGatewayCrds,
  HostedProvider,
  InferenceGateway,
  Istio,
  IstioCrds,
  Layer,
  LiteLlmGateway,
} from '../../../lib';
import type { dataParts } from './data';
import type { servingParts } from './serving';
import type { metricsParts, watchParts } from './watch';

interface Around {
  readonly certificates: Layer;
  readonly metrics: ReturnType<typeof metricsParts>;
  readonly data: ReturnType<typeof dataParts>;
  readonly models: ReturnType<typeof servingParts>;
  readonly watch: ReturnType<typeof watchParts>;
}

/** The ways in: to one replica of a model, to all models, and from outside the cluster. */
export function doorParts(app: App, { certificates, data, metrics, models, watch }: Around) {
  // snippet: AgentgatewayCrds
  const kinds = new Layer(app, 'agentgateway-crds', { phase: 'operators', namespace: 'agentgateway' });
  new AgentgatewayCrds(kinds, 'crds');
  // end
  // snippet: Agentgateway
  const home = new Layer(app, 'agentgateway', {
    phase: 'operators',
    namespace: 'agentgateway',
    after: [kinds],
  });
  const controller = new Agentgateway(home, 'agentgateway');
  // end
  // snippet: InferenceGateway
  const inference = new InferenceGateway(models.serving, 'inference', { controller });
  const chat = inference.route(models.chat, { scorers: 'cache' });
  // end
  const fast = inference.route(models.fast);
  // snippet: PickedModel
  const assistant = inference.split('assistant', [
    { to: chat, weight: 90 },
    { to: fast, weight: 10 },
  ]);
  // end

  inference.route(models.long);
  inference.canary(fast, models.trial, 5);
  // snippet: CanaryPilot
  const pilots = new Layer(app, 'canaries', { phase: 'apps', namespace: 'serving' });
  const { prometheus } = metrics;
  const pilot = new CanaryPilot(pilots, 'fast-pilot', {
    gateway: inference,
    of: fast,
    canary: models.trial,
    weight: 5,
    prometheus: prometheus.url,
  });
  prometheus.prometheus.allowFrom(pilot.pods, { port: prometheus.port, why: 'verdict on the canary' });
  metrics.watch.compare(models.fast, models.trial);
  // end
  // snippet: EnvoyAiGatewayCrds
  const envoyKinds = new Layer(app, 'ai-gateway-crds', { phase: 'operators', namespace: 'envoy-gateway' });
  new EnvoyAiGatewayCrds(envoyKinds, 'crds');
  // end
  // snippet: EnvoyAiGateway
  const envoyHome = new Layer(app, 'envoy-gateway', {
    phase: 'operators',
    namespace: 'envoy-gateway',
    after: [envoyKinds, certificates],
  });
  new EnvoyAiGateway(envoyHome, 'envoy-gateway'); // in the place of Agentgateway
  // end
  // snippet: IstioCrds
  const istioKinds = new Layer(app, 'istio-crds', { phase: 'operators', namespace: 'istio-system' });
  new IstioCrds(istioKinds, 'crds');
  // end
  // snippet: Istio
  const istioHome = new Layer(app, 'istio', {
    phase: 'operators',
    namespace: 'istio-system',
    after: [istioKinds],
  });
  new Istio(istioHome, 'istio'); // in the place of Agentgateway
  // end

  const door = new Layer(app, 'gateway', { phase: 'apps', namespace: 'gateway', after: [watch.traceLayer] });
  // snippet: LiteLlmGateway
  const gateway = new LiteLlmGateway(door, 'gateway', {
    database: data.postgres,
    cache: data.cache,
    coordination: data.queue,
    host: 'llm.example.com',
  });
  gateway.route(chat);
  gateway.route(assistant);
  gateway.traceTo(watch.langfuse);
  gateway.allowFromNamespace('apps');
  // end
  // snippet: HostedProvider
  const claude = { provider: 'anthropic/claude-sonnet-4-5', secret: 'providers/anthropic' };
  gateway.route(new HostedProvider(door, 'claude', claude));
  gateway.fallback('chat', ['claude']);
  // end
  for (const server of [models.reasoning, models.small, models.embed, models.ranks, fast])
    gateway.route(server);
  // snippet: EdgeGateway
  const outside = new Layer(app, 'edge', { phase: 'apps', namespace: 'edge' });
  const edge = new EdgeGateway(outside, 'edge', { controller, tls: { kind: 'issuer', name: 'company-ca' } });
  edge.route(gateway, 'llm.example.com');
  // end
  return { controller, inference, gateway, edge };
}
