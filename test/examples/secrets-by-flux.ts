// snippet: secrets-by-flux
import { App } from 'cdk8s';
import {
  attachProofs,
  ClusterKnown,
  ExternalSecretsOperator,
  Layer,
  PlatformNamespace,
  SecretStores,
  setCluster,
} from '../../lib';
import { cluster } from './cluster';

/** A namespace, a controller by Helm, and an object of the kind that the controller brings: in this order. */
export function secretsByFlux(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, cluster);
  const base = new Layer(app, 'base', { phase: 'cluster' });
  new ClusterKnown(base, 'known');
  new PlatformNamespace(base, 'external-secrets');

  const operator = new Layer(app, 'operator', { phase: 'operators', namespace: 'external-secrets' });
  new ExternalSecretsOperator(operator, 'external-secrets');
  const stores = new Layer(app, 'stores', { phase: 'operators', after: [operator] });
  new SecretStores(stores, 'stores');

  // The operator's role in AWS is yours to make: needsOf(app) lists its rights.
  attachProofs(app, { releases: 'flux', needs: 'external' });
  return app;
}
// end
