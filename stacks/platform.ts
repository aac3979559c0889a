import { App } from 'cdk8s';
import { type Environment, withCanaries } from '../environments';
import {
  ArgoRollouts,
  CertManager,
  ClusterKnown,
  ExternalSecretsOperator,
  Keda,
  LeaderWorkerSets,
  MountpointDriver,
  PlatformGuards,
  PlatformNamespace,
  PriorityClasses,
  SecretStores,
  type SecurityLevel,
  StorageClasses,
  VerticalPodAutoscaler,
} from '../lib/cluster';
import { EfaDevicePlugin, GpuOperator } from '../lib/compute';
import type { IScrapeTarget } from '../lib/contracts';
import { Layer, type Phase, POLICIES, setCluster, setPolicy } from '../lib/core';
import {
  CloudNativePgOperator,
  MilvusCluster,
  MilvusOperator,
  StrimziKafka,
  StrimziOperator,
} from '../lib/data';
import { HostedProvider, LiteLlmGateway } from '../lib/gateway';
import {
  ClickHouse,
  ClickHouseOperator,
  LangfuseStack,
  ObservabilityStack,
  PrometheusStack,
} from '../lib/observability';
import { DisaggregatedService, ModelServer } from '../lib/serving';
import { batchController, batchNamespaces, batchWork } from './batch';
import { compareCanaries, pilotCanaries, tellOfCanaries } from './canaries';
import { Doors } from './doors';
import { clusterFor } from './foundation';
import { kserveController, kserveNamespaces } from './kserve';
import { modelServers, rangesOf } from './models';
import { nodePools } from './nodes';
import { Origins } from './origins';
import { pulledImages } from './prepull';
import { autoscalers } from './scaling';
import { smokeTests } from './smoke';
import { objects, postgres, valkey } from './stores';
import { twinOf } from './twin';
import { warmNodes } from './warm';
import { loadedFrom, NODE_WEIGHTS, weightsOf } from './weights';

/** Namespaces and their Pod Security levels; a level above 'restricted' is a need of what lives there alone. */
const NAMESPACES: Readonly<Record<string, SecurityLevel>> = {
  'external-secrets': 'restricted',
  'cert-manager': 'restricted',
  operators: 'restricted',
  milvus: 'baseline',
  monitoring: 'restricted',
  'node-exporter': 'privileged',
  'gpu-operator': 'privileged',
  'lws-system': 'restricted',
  'mount-s3': 'restricted',
  [NODE_WEIGHTS]: 'baseline',
  'argo-rollouts': 'restricted',
  vpa: 'restricted',
  data: 'restricted',
  langfuse: 'restricted',
  serving: 'restricted',
  gateway: 'restricted',
};

/** Everything an environment deploys, from its namespaces to its dashboards, in the order in which it comes up. */
export function platform(file: Environment): App {
  const asked = { ...file, models: withCanaries(file.models) };
  const environment = asked.simulate ? twinOf(asked) : asked;
  const { data, gateway, observability } = environment;
  const pools = Object.entries(environment.pools);
  const models = Object.entries(environment.models);
  const gpus = pools.some(([, pool]) => 'gpu' in pool);
  const scaled = models.some(([, model]) => rangesOf(model).some(({ min, max }) => max > min));
  const groups = models.some(([, model]) => 'nodes' in model && model.nodes);
  const mounts = loadedFrom(environment, 'mountpoint').length > 0;
  /** Namespaces of parts that only some environments have. */
  const needed: Readonly<Record<string, boolean | undefined>> = {
    'gpu-operator': gpus,
    'lws-system': groups,
    'mount-s3': mounts,
    [NODE_WEIGHTS]: loadedFrom(environment, 'nvme').length > 0,
    'argo-rollouts': gateway.rollout !== undefined,
    vpa: gateway.recommendations ?? false,
  };
  const from = new Origins();
  const scraped: IScrapeTarget[] = [];
  const observed = <T extends IScrapeTarget>(target: T): T => {
    scraped.push(target);
    return target;
  };

  const app = new App();
  setPolicy(app, POLICIES[environment.tier]);
  setCluster(app, clusterFor(environment));
  const layer = (id: string, phase: Phase, namespace?: string, ...after: Layer[]) =>
    new Layer(app, id, { phase, after, ...(namespace ? { namespace } : {}) });

  const building = { environment, from, layer, observed };
  const doors = new Doors(building);

  // cluster: what everything else lives in.
  const cluster = layer('cluster', 'cluster');
  new ClusterKnown(cluster, 'known');
  new StorageClasses(cluster, 'storage-classes');
  new PlatformGuards(cluster, 'guards');
  new PriorityClasses(cluster, 'priority-classes');
  const more = { ...batchNamespaces(environment), ...kserveNamespaces(environment) };
  for (const [name, level] of Object.entries({ ...NAMESPACES, ...more })) {
    if (needed[name] ?? true) new PlatformNamespace(cluster, name, { level });
  }
  for (const name of doors.namespaces) new PlatformNamespace(cluster, name);
  doors.kinds();

  // nodes and capacity: Karpenter on the system nodes, then the pools it may fill.
  const byPool = nodePools(building, cluster);

  // operators: whoever brings kinds, or watches over what is to come.
  const externalSecrets = layer('external-secrets', 'operators', 'external-secrets');
  observed(new ExternalSecretsOperator(externalSecrets, 'external-secrets'));
  const secretStores = layer('secret-stores', 'operators', undefined, externalSecrets);
  new SecretStores(secretStores, 'stores');
  const certManager = layer('cert-manager', 'operators', 'cert-manager');
  observed(new CertManager(certManager, 'cert-manager'));

  doors.controllers(certManager);
  if (gateway.recommendations) observed(new VerticalPodAutoscaler(layer('vpa', 'operators', 'vpa'), 'vpa'));
  const rollouts = gateway.rollout
    ? observed(new ArgoRollouts(layer('rollouts', 'operators', 'argo-rollouts'), 'rollouts'))
    : undefined;

  const operators = layer('operators', 'operators', 'operators', secretStores);
  const cnpg =
    data.postgres.kind === 'cnpg'
      ? observed(new CloudNativePgOperator(operators, 'cloudnative-pg'))
      : undefined;
  const strimzi = observed(new StrimziOperator(operators, 'strimzi'));
  const clickhouses = observed(new ClickHouseOperator(operators, 'clickhouse', { namespaces: ['langfuse'] }));
  const milvus = observed(new MilvusOperator(layer('milvus-operator', 'operators', 'milvus'), 'operator'));
  const keda = scaled ? observed(new Keda(operators, 'keda')) : undefined;
  if (groups) new LeaderWorkerSets(layer('lws', 'operators', 'lws-system'), 'lws');
  if (mounts) new MountpointDriver(layer('mountpoint', 'operators', 'kube-system'), 'mountpoint');
  if (pools.some(([, pool]) => 'gpu' in pool && pool.efa)) {
    new EfaDevicePlugin(layer('efa', 'operators', 'kube-system'), 'efa');
  }
  if (gpus) {
    const home = layer('gpu-operator', 'operators', 'gpu-operator');
    observed(new GpuOperator(home, 'gpu-operator', { pools: [...byPool.values()] }));
  }

  kserveController(layer, environment, certManager);
  batchController(from, layer, environment);

  const monitoring = layer('monitoring', 'operators', 'monitoring', secretStores, certManager);
  const { retentionDays, storageGiB, alerts } = observability;
  const prometheus = from.of(
    'observability.storageGiB',
    () => new PrometheusStack(monitoring, 'prometheus', { retentionDays, storageGiB, alerts }),
  );

  // data: one store of each kind; each consumer gets its own database, user or bucket from it.
  const stores = layer('data', 'data', 'data');
  const database = from.of('data.postgres', () => postgres(stores, data.postgres, cnpg?.pods));
  const cache = from.of('data.cache', () => valkey(stores, 'cache', data.cache));
  const queue = from.of('data.queue', () => valkey(stores, 'queue', data.queue));
  const buckets = from.of('data.objects', () => objects(stores, data.objects));
  const shelf = buckets.bucket('weights');
  const events = from.of('data.events', () => {
    const { brokers, storageGiB: size } = data.events;
    return new StrimziKafka(stores, 'events', { brokers, storageGiB: size, operator: strimzi.pods });
  });
  const vectors = from.of('data.vectors', () => {
    const home = layer('vectors', 'data', 'milvus', stores);
    const bucket = buckets.bucket('vectors');
    return new MilvusCluster(home, 'vectors', { bucket, mode: data.vectors.mode, operator: milvus.pods });
  });
  const traces = from.of('observability.langfuse', () => {
    return new ClickHouse(layer('traces', 'data', 'langfuse'), 'traces', { operator: clickhouses.pods });
  });
  for (const store of [database, cache, queue, buckets, events, vectors, traces]) {
    if (hasMetrics(store)) observed(store);
  }

  // serving: weights first, then each model as one server behind one Service of its name.
  const weights = weightsOf(environment, shelf, {
    layer: (id) => layer(id, 'data', 'serving', stores, secretStores),
    beside: (id, namespace) => layer(id, 'serving', namespace),
    pools: byPool,
    from,
  });
  const pulls = pools.some(([, pool]) => 'gpu' in pool && pool.prepull);
  const prepull = pulls ? [layer('prepull', 'serving', 'serving')] : [];
  const serving = layer('serving', 'serving', 'serving', ...weights.first, ...prepull);
  const made = modelServers(serving, environment, byPool, weights, from);
  for (const server of made) observed(server);
  // What speaks no OpenAI protocol stands beside the door to all models.
  const servers = made.filter((server) => server instanceof ModelServer);
  autoscalers(building, serving, made, prometheus, keda);
  const smokeOfRoles = smokeTests(from, layer, environment, serving, servers);
  for (const home of prepull) pulledImages(home, environment, byPool, made, from);
  warmNodes(from, layer, environment, byPool, made);
  batchWork(from, layer, environment, byPool, made, buckets, weights);
  const endpoints = doors.models(serving, servers);
  smokeOfRoles(doors.pickedModels);
  from.throwIfAny();

  // apps: the door to all models, and what watches them.
  const traceLayer = layer('langfuse', 'apps', 'langfuse');
  const langfuse = from.of('observability.langfuse', () => {
    const host = observability.langfuse?.host;
    return new LangfuseStack(traceLayer, 'langfuse', {
      postgres: database,
      queue,
      objects: buckets,
      clickhouse: traces,
      host,
    });
  });

  const door = layer('gateway', 'apps', 'gateway', traceLayer);
  const litellm = from.of('gateway', () => {
    const drainSeconds = Math.max(180, ...servers.map((server) => server.longestSeconds));
    const { host, replicas, rollout, recommendations } = gateway;
    return new LiteLlmGateway(door, 'gateway', {
      database,
      cache,
      coordination: queue,
      host,
      replicas,
      drainSeconds,
      recommendations,
      ...(rollout ? { rollout: { ...rollout, prometheus: prometheus.url } } : {}),
    });
  });
  if (rollouts) {
    const { port } = prometheus;
    prometheus.prometheus.allowFrom(rollouts.controller, { port, why: 'verdict on new replicas' });
  }
  observed(litellm);
  for (const { to, ...how } of endpoints) litellm.route(to, how);
  tellOfCanaries(building, servers, litellm);
  for (const [alias, { model: provider, secret }] of Object.entries(gateway.providers)) {
    const hosted = () => new HostedProvider(door, alias, { provider, secret });
    litellm.route(from.of(`gateway.providers.${alias}`, hosted));
  }
  for (const [alias, to] of Object.entries(gateway.fallbacks)) litellm.fallback(alias, to);
  for (const namespace of gateway.clients) litellm.allowFromNamespace(namespace);
  litellm.traceTo(langfuse);
  doors.edge(litellm, langfuse.pages);

  const watch = new ObservabilityStack(layer('monitors', 'apps', 'monitoring'), 'observability', {
    prometheus,
  });
  for (const target of scraped) watch.scrape(target);
  compareCanaries(environment, servers, watch);
  for (const server of servers) if (server instanceof DisaggregatedService) watch.watchRoles(server);
  pilotCanaries(building, doors.shared, prometheus);
  return app;
}

const hasMetrics = (store: object): store is IScrapeTarget => 'metrics' in store;
