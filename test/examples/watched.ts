// snippet: watched
import { App } from 'cdk8s';
import {
  attachProofs,
  ClusterKnown,
  Layer,
  ModelSimulator,
  ObservabilityStack,
  PlatformNamespace,
  PrometheusStack,
  setCluster,
} from '../../lib';
import { cluster } from './cluster';

/** Prometheus with its alerts, and a model that it watches. */
export function watched(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, cluster);
  const base = new Layer(app, 'base', { phase: 'cluster' });
  new ClusterKnown(base, 'known');
  for (const name of ['monitoring', 'serving']) new PlatformNamespace(base, name);

  const monitoring = new Layer(app, 'monitoring', { phase: 'operators', namespace: 'monitoring' });
  const prometheus = new PrometheusStack(monitoring, 'prometheus');
  const serving = new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
  const chat = new ModelSimulator(serving, 'chat', { model: 'Qwen/Qwen3-32B' });

  const monitors = new Layer(app, 'monitors', { phase: 'apps', namespace: 'monitoring' });
  new ObservabilityStack(monitors, 'watch', { prometheus }).scrape(chat);

  attachProofs(app, {
    releases: 'argocd',
    existing: {
      kinds: [
        'cert-manager.io/Certificate',
        'cert-manager.io/Issuer',
        'external-secrets.io/ExternalSecret',
        'generators.external-secrets.io/Password',
      ],
    },
  });
  return app;
}
// end
