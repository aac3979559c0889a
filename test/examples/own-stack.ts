// snippet: own-stack
import { App } from 'cdk8s';
import {
  attachProofs,
  HostedProvider,
  Layer,
  LiteLlmGateway,
  PlatformNamespace,
  Postgres,
  setCluster,
} from '../../lib';
import { cluster } from './cluster';

/** The gateway alone: a hosted model behind it, and a PostgreSQL that somebody else runs. */
export function ownStack(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, cluster);
  const base = new Layer(app, 'base', { phase: 'cluster' });
  new PlatformNamespace(base, 'gateway');

  const apps = new Layer(app, 'gateway', { phase: 'apps', namespace: 'gateway' });
  const gateway = new LiteLlmGateway(apps, 'gateway', {
    database: Postgres.fromAttributes(apps, 'postgres', { lies: 'database' }),
    replicas: 1, // more need `coordination`: what they share
  });
  const claude = { provider: 'anthropic/claude-sonnet-4-5', secret: 'providers/anthropic' };
  gateway.route(new HostedProvider(apps, 'claude', claude));

  attachProofs(app, {
    needs: 'external', // two secrets that somebody fills: needsOf(app) lists them with the command
    existing: {
      kinds: ['external-secrets.io/ExternalSecret', 'generators.external-secrets.io/Password'],
      objects: [{ id: 'ClusterSecretStore/aws-secrets-manager' }],
    },
  });
  return app;
}
// end
