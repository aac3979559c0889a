// A pod that asks for its GPU by a claim, which Karpenter ignores.
import { ApiObject, type App, JsonPatch } from 'cdk8s';
import { GpuNodePool, Karpenter } from '../../../lib/compute';
import { Layer, Workload } from '../../../lib/core';
import { ground } from '../ground';

function server(app: App, claims: boolean): void {
  const { apps, capacity } = ground(app);
  new Karpenter(new Layer(app, 'karpenter', { phase: 'nodes', namespace: 'kube-system' }), 'karpenter');
  const { placement } = new GpuNodePool(capacity, 'l4', { gpu: 'L4', limit: 8 });
  const written = new Workload(apps, 'server', {
    image: 'docker.io/example/server:1.2.3',
    resources: { cpu: '2', memory: '8Gi', ...(claims ? {} : { gpus: 1 }) },
    ports: { http: 8000 },
    ready: { path: '/health' },
    drainSeconds: 60,
    startupSeconds: 300,
    placement,
  });
  if (!claims) return;
  const claim = { name: 'gpu', resourceClaimTemplateName: 'one-gpu' };
  const deployment = written.node
    .findAll()
    .find((child) => ApiObject.isApiObject(child) && child.kind === 'Deployment');
  (deployment as ApiObject).addJsonPatch(JsonPatch.add('/spec/template/spec/resourceClaims', [claim]));
}

export function faulty(app: App): void {
  server(app, true);
}

export function repaired(app: App): void {
  server(app, false);
}
