// A plugin under a name that the controller does not know.
import { ApiObject, type App, JsonPatch } from 'cdk8s';
import { ArgoRollouts, GatewayApiCrds } from '../../../lib/cluster';
import { Layer, Rollout } from '../../../lib/core';
import { ground, judgement, object, service } from '../ground';

const PLUGINS = '/spec/strategy/canary/trafficRouting/plugins';

function steered(app: App, plugin?: string): void {
  const { apps, operators } = ground(app);
  new GatewayApiCrds(new Layer(app, 'gateway-crds', { phase: 'cluster' }), 'crds');
  new ArgoRollouts(operators, 'rollouts');
  const workload = service(apps, 'web', { madeBy: 'web', replicas: 2 });
  const ports = { http: 8080 };
  const strategy = { kind: 'canary', route: 'web' } as const;
  const analysis = judgement(apps);
  const rollout = new Rollout(apps, 'rollout', {
    workload,
    strategy,
    analysis,
    startupSeconds: 60,
    ports,
    replicas: 2,
  });
  const backendRefs = ['web', 'web-canary'].map((name, index) => ({
    name,
    port: 8080,
    weight: index ? 0 : 100,
  }));
  object(apps, 'gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', { spec: { rules: [{ backendRefs }] } });
  if (plugin === undefined) return;
  const steering = { [plugin]: { httpRoute: 'web', namespace: 'apps' } };
  ApiObject.of(rollout.node.findChild('Rollout')).addJsonPatch(JsonPatch.replace(PLUGINS, steering));
}

export function faulty(app: App): void {
  steered(app, 'argoproj-labs/gatewayapi');
}

export function repaired(app: App): void {
  steered(app);
}
