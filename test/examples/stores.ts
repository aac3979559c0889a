// snippet: stores
import { App } from 'cdk8s';
import {
  attachProofs,
  CloudNativePgOperator,
  ClusterKnown,
  CnpgPostgres,
  Layer,
  PlatformNamespace,
  POLICIES,
  StorageClasses,
  setCluster,
  setPolicy,
  Workload,
} from '../../lib';
import { cluster } from './cluster';

/** PostgreSQL in the cluster, and one application with a database of its own. */
export function stores(outdir?: string): App {
  const app = new App({ outdir });
  setPolicy(app, POLICIES.dev);
  setCluster(app, cluster);
  const base = new Layer(app, 'base', { phase: 'cluster' });
  new ClusterKnown(base, 'known');
  new StorageClasses(base, 'storage-classes');
  for (const name of ['operators', 'rag']) new PlatformNamespace(base, name);

  const operators = new Layer(app, 'operators', { phase: 'operators', namespace: 'operators' });
  const operator = new CloudNativePgOperator(operators, 'cloudnative-pg');

  const data = new Layer(app, 'data', { phase: 'data', namespace: 'rag' });
  const postgres = new CnpgPostgres(data, 'postgres', { operator: operator.pods });

  const apps = new Layer(app, 'apps', { phase: 'apps', namespace: 'rag' });
  const api = new Workload(apps, 'api', {
    image: 'registry.example.com/rag:1.4.2',
    resources: { cpu: '250m', memory: '512Mi' },
    ports: { http: 8080 },
    ready: { path: '/healthz' },
    startupSeconds: 30,
    env: () => ({ DATABASE_URL: database.key('uri') }),
  });
  const database = postgres.database(apps, { name: 'rag', pods: [api.pods], extensions: ['vector'] });

  attachProofs(app, {
    releases: 'flux',
    existing: {
      kinds: [
        'external-secrets.io/ExternalSecret',
        'external-secrets.io/SecretStore',
        'generators.external-secrets.io/Password',
      ],
    },
  });
  return app;
}
// end
