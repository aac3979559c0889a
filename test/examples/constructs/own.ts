import { ApiObject, type App } from 'cdk8s';
import {
  CrdSet,
  DeclaredPods,
  GeneratedSecret,
  HelmRelease,
  type KubeObject,
  Layer,
  SuppliedSecret,
  Task,
  Workload,
  WorkloadIdentity,
} from '../../../lib';
import type { dataParts } from './data';
import type { doorParts } from './doors';

interface Around {
  readonly data: ReturnType<typeof dataParts>;
  readonly doors: ReturnType<typeof doorParts>;
}

/** An application of one's own beside the platform: the parts that everything else is made of. */
export function ownParts(apps: Layer, { data, doors }: Around) {
  // snippet: GeneratedSecret
  const session = new GeneratedSecret(apps, 'session', {
    name: 'session',
    generate: { key: { length: 32 } },
  });
  // end
  // snippet: SuppliedSecret
  const crm = new SuppliedSecret(apps, 'crm', {
    name: 'crm',
    keys: ['token'],
    path: 'apps/crm',
    why: 'customers, from the CRM',
  });
  // end
  // snippet: WorkloadIdentity
  const identity = new WorkloadIdentity(apps, 'identity', { name: 'rag' });
  data.uploads.grantReadWrite(identity);
  // end
  // snippet: Workload
  const rag = new Workload(apps, 'rag', {
    image: 'registry.example.com/rag:1.4.2',
    resources: { cpu: '250m', memory: '512Mi' },
    ports: { http: 8080, metrics: 9100 },
    ready: { path: '/healthz' },
    startupSeconds: 30,
    drainSeconds: 60,
    identity,
    env: () => ({
      DATABASE_URL: database.key('uri'),
      SESSION_KEY: session.key('key'),
      CRM_TOKEN: crm.key('token'),
    }),
  });
  const database = data.postgres.database(apps, { name: 'rag', pods: [rag.pods], extensions: ['vector'] });
  // end
  // snippet: PodGroup
  doors.gateway.pods.allowFrom(rag.pods, { port: 4000, why: 'answers' });
  rag.pods.reach('internet', { why: 'the CRM' });
  // end
  // snippet: Task
  new Task(apps, 'cleanup', {
    image: 'registry.example.com/rag:1.4.2',
    args: ['cleanup'],
    resources: { cpu: '100m', memory: '256Mi' },
    schedule: '0 3 * * *',
    deadlineSeconds: 1800,
    identity,
  });
  // end
  return { rag };
}

/** An operator that the library does not know, the kind it brings, and the pods that it makes of it. */
export function foreignParts(app: App, base: Layer, apps: Layer) {
  // snippet: CrdSet
  new CrdSet(base, 'flags', [FLAG]);
  // end
  // snippet: HelmRelease
  const home = new Layer(app, 'flags', { phase: 'operators', namespace: 'operators' });
  const operator = new HelmRelease(home, 'operator', {
    name: 'flag-operator',
    chart: 'flag-operator',
    repository: 'https://charts.example.com',
    version: '1.4.2',
    skipCrds: true, // they are ours: see CrdSet
    values: { resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '128Mi' } } },
    footprint: {
      controller: {
        labels: { app: 'flag-operator' },
        replicas: 1,
        containers: [{ name: 'manager', cpu: '100m', memory: '128Mi' }],
      },
    },
  });
  operator.pods('controller').pods.reach('apiServer', { why: 'flags' });
  // end
  // snippet: DeclaredPods
  new ApiObject(apps, 'flags', {
    apiVersion: 'flags.example.com/v1',
    kind: 'FlagServer',
    metadata: { name: 'flags', namespace: 'apps' },
    spec: {},
  });
  const servers = new DeclaredPods(apps, 'flag-servers', {
    name: 'flags',
    by: 'FlagServer/apps/flags',
    maker: 'operator',
    labels: { app: 'flags' },
    replicas: 2,
    containers: [{ name: 'server', cpu: '100m', memory: '64Mi', ports: { http: 8080 } }],
  });
  servers.pods.allowFromNamespace('gateway', { port: 8080, why: 'which features are on' });
  // end
}

const FLAG: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'flagservers.flags.example.com' },
  spec: {
    group: 'flags.example.com',
    scope: 'Namespaced',
    names: { kind: 'FlagServer', plural: 'flagservers', singular: 'flagserver', listKind: 'FlagServerList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};
