import { ApiObject, App, JsonPatch } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import {
  ConnectionSecret,
  clusterScoped,
  DeclaredPods,
  declare,
  GeneratedSecret,
  HelmRelease,
  Layer,
  type PoolFact,
  Rollout,
  setCluster,
  Task,
  Workload,
} from '../../lib/core';

/** A pool of CPU nodes and one of GPU nodes. */
export const POOLS: readonly PoolFact[] = [
  {
    name: 'general',
    labels: { 'nexus.dev/pool': 'general' },
    choices: {},
    taints: [],
    arch: 'amd64',
    capacities: ['on-demand'],
    zones: ['us-east-1a', 'us-east-1b'],
    shapes: [
      {
        instanceType: 'm7i.2xlarge',
        cpuMillis: 7910,
        memoryMiB: 29_000,
        ephemeralMiB: 90_000,
        maxPods: 58,
        gpus: 0,
        devices: {},
      },
    ],
    limits: {},
    consolidation: 'WhenEmptyOrUnderutilized',
  },
  {
    name: 'l40s',
    labels: { 'nexus.dev/pool': 'l40s' },
    choices: {},
    taints: [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }],
    arch: 'amd64',
    capacities: ['on-demand'],
    zones: ['us-east-1a', 'us-east-1b'],
    shapes: [
      {
        instanceType: 'g6e.12xlarge',
        cpuMillis: 47_810,
        memoryMiB: 370_000,
        ephemeralMiB: 3_000_000,
        maxPods: 234,
        gpus: 4,
        devices: { 'nvidia.com/gpu': 4 },
      },
    ],
    limits: { 'nvidia.com/gpu': 24 },
    consolidation: 'WhenEmpty',
  },
];

/** Nodes whose GPUs are cut. */
const SLICES: PoolFact = {
  ...POOLS[1],
  name: 'slices',
  labels: { 'nexus.dev/pool': 'slices' },
  shapes: [
    {
      ...POOLS[1].shapes[0],
      instanceType: 'p4de.24xlarge',
      gpus: 8,
      devices: { 'nvidia.com/mig-3g.40gb': 16 },
    },
  ],
  limits: { nodes: 1 },
  division: { by: 'mig', layout: ['3g.40gb', '3g.40gb'] },
};

/** Nodes of arm64, on which only what follows every node runs. */
const GRAVITON: PoolFact = {
  ...POOLS[0],
  name: 'graviton',
  labels: { 'nexus.dev/pool': 'graviton' },
  arch: 'arm64',
  taints: [{ key: 'kubernetes.io/arch', value: 'arm64', effect: 'NoSchedule' }],
};

const PLACEMENT = {
  pool: 'l40s',
  nodeSelector: { 'nexus.dev/pool': 'l40s' },
  tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
};

function namespaces(layer: Layer, levels: Readonly<Record<string, string>>): void {
  for (const [name, level] of Object.entries(levels)) {
    new k8s.KubeNamespace(layer, name, {
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } },
    });
    new k8s.KubeNetworkPolicy(layer, `${name}-deny`, {
      metadata: { name: 'default-deny', namespace: name },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
  }
}

const QUEUE_KINDS = ['LocalQueue', 'ClusterQueue', 'ResourceFlavor'].map((kind) => `kueue.x-k8s.io/${kind}`);

/** A queue for the Jobs of the namespace 'apps'. */
function queue(scope: Layer): void {
  const write = (kind: string, spec: object, namespace?: string) =>
    new ApiObject(scope, kind, {
      apiVersion: 'kueue.x-k8s.io/v1beta2',
      kind,
      metadata: { name: 'jobs', ...(namespace ? { namespace } : {}) },
      spec,
    });
  const quotas = { cpu: '4', memory: '8Gi' };
  const resources = Object.entries(quotas).map(([name, nominalQuota]) => ({ name, nominalQuota }));
  write('ResourceFlavor', {});
  write('ClusterQueue', {
    namespaceSelector: {},
    resourceGroups: [{ coveredResources: Object.keys(quotas), flavors: [{ name: 'jobs', resources }] }],
  });
  write('LocalQueue', { clusterQueue: 'jobs' }, 'apps');
}

/** A pod that reads prompts and one that answers behind its sidecar, in one pool. */
function twoRoles(serving: Layer, operators: Layer): void {
  declare(operators, 'provides', { kinds: ['inference.networking.k8s.io/InferencePool'] });
  const half = (name: string, role: string, sidecars: object) =>
    new Workload(serving, name, {
      image: 'ghcr.io/llm-d/llm-d-inference-sim:v0.10.2',
      resources: { cpu: '100m', memory: '256Mi' },
      ports: 'router' in sidecars ? { engine: 8200 } : { http: 8000 },
      ready: { path: '/health' },
      startupSeconds: 60,
      podLabels: { 'nexus.dev/model': 'halves', 'llm-d.ai/role': role },
      sidecars: { ...sidecars },
    });
  const reads = half('reads', 'prefill', {});
  const router = {
    image: 'ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.10.0',
    args: ['--secure-proxy=false'],
    resources: { cpu: '100m', memory: '256Mi' },
    ports: { http: 8000 },
    ready: '/health',
  };
  reads.pods.allowFrom(half('answers', 'decode', { router }).pods, { port: 8000, why: 'prompts' });
  new ApiObject(serving, 'halves', {
    apiVersion: 'inference.networking.k8s.io/v1',
    kind: 'InferencePool',
    metadata: { name: 'halves', namespace: 'serving' },
    spec: {
      selector: { matchLabels: { 'nexus.dev/model': 'halves' } },
      targetPorts: [{ number: 8000 }],
      appProtocol: 'http',
    },
  });
}

/** A pool of model servers, and how urgent its requests are. */
function objective(scope: Layer): void {
  const group = 'inference.networking.k8s.io';
  const write = (apiVersion: string, kind: string, spec: object) =>
    new ApiObject(scope, kind, { apiVersion, kind, metadata: { name: 'chat', namespace: 'apps' }, spec });
  write(`${group}/v1`, 'InferencePool', {
    selector: { matchLabels: { 'app.kubernetes.io/name': 'gateway' } },
    targetPorts: [{ number: 4000 }],
    endpointPickerRef: { name: 'gateway', port: { number: 4000 } },
  });
  write('llm-d.ai/v1alpha2', 'InferenceObjective', { priority: -10, poolRef: { name: 'chat' } });
}

/** A small platform of every phase that no proof refuses; `models` of them, for measurements. */
export function cleanPlatform(models = 1): App {
  const app = new App();
  setCluster(app, {
    environment: 'prod',
    prefix: 'nexus',
    kubernetes: '1.36',
    aws: { account: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] },
    serviceCidr: '172.20.0.0/16',
    controlPlaneCidrs: ['10.0.0.0/24'],
    databaseCidrs: ['10.0.8.0/24'],
    apiServerPort: 443,
    storageClass: 'gp3',
  });
  const cluster = new Layer(app, 'cluster', { phase: 'cluster' });
  const levels = { operators: 'restricted', data: 'restricted', serving: 'restricted', apps: 'restricted' };
  namespaces(cluster, { ...levels, gpu: 'privileged' });
  new k8s.KubeStorageClass(cluster, 'gp3', {
    metadata: { name: 'gp3' },
    provisioner: 'ebs.csi.aws.com',
    volumeBindingMode: 'WaitForFirstConsumer',
  });

  const capacity = new Layer(app, 'capacity', { phase: 'capacity' });
  for (const pool of [...POOLS, SLICES, GRAVITON]) declare(capacity, 'pool', pool);
  declare(cluster, 'provides', {
    kinds: ['karpenter.sh/NodeOverlay', 'llm-d.ai/InferenceObjective'],
  });
  const overlay = new ApiObject(capacity, 'slices', {
    apiVersion: 'karpenter.sh/v1alpha1',
    kind: 'NodeOverlay',
    metadata: { name: 'slices' },
    spec: {
      requirements: [{ key: 'karpenter.sh/nodepool', operator: 'In', values: ['slices'] }],
      capacity: { 'nvidia.com/mig-3g.40gb': '16' },
    },
  });
  clusterScoped(overlay);

  const operators = new Layer(app, 'operators', { phase: 'operators', namespace: 'operators' });
  const repository = 'https://charts.example.com';
  const controller = (name: string, provides: readonly string[], ports: Readonly<Record<string, number>>) =>
    new HelmRelease(operators, name, {
      name,
      chart: name,
      repository,
      version: '1.2.3',
      provides,
      values: {
        image: { tag: 'v1.2.3' },
        existingSecret: 'its-own',
        auth: { passwordSecret: { name: 'its-own' } },
      },
      footprint: {
        controller: {
          labels: { 'app.kubernetes.io/name': name },
          replicas: 2,
          containers: [{ name: 'controller', cpu: '100m', memory: '256Mi', ports }],
        },
      },
    });
  const secrets = controller(
    'external-secrets',
    [
      'external-secrets.io/ExternalSecret',
      'external-secrets.io/SecretStore',
      'generators.external-secrets.io/Password',
    ],
    { webhook: 10250 },
  );
  secrets.pods('controller').pods.allowFromControlPlane(10250);
  secrets.pods('controller').pods.reach('apiServer', { why: 'its kinds' });
  const prometheus = controller('prometheus', ['monitoring.coreos.com/PodMonitor'], { web: 9090 });
  const keda = controller('keda', ['keda.sh/ScaledObject'], { metrics: 8080 });
  declare(operators, 'provides', {
    objects: [
      {
        id: 'Service/operators/prometheus',
        ports: [9090],
        selects: { 'app.kubernetes.io/name': 'prometheus' },
      },
    ],
  });
  prometheus.pods('controller').pods.allowFrom(keda.pods('controller').pods, { port: 9090, why: 'queries' });
  controller('kueue', QUEUE_KINDS, {});
  controller('rollouts', ['argoproj.io/Rollout', 'argoproj.io/AnalysisTemplate'], {});
  const postgres = controller('cnpg', ['postgresql.cnpg.io/Cluster'], { webhook: 9443 });
  postgres.pods('controller').pods.allowFromControlPlane(9443);
  new HelmRelease(operators, 'gpu', {
    name: 'gpu',
    namespace: 'gpu',
    chart: 'gpu',
    repository,
    version: '1.2.3',
    footprint: {
      driver: {
        labels: { app: 'driver' },
        replicas: 'node',
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'driver', image: 'registry.k8s.io/pause:3.10.1', cpu: '50m', memory: '64Mi' }],
        security: 'privileged',
        policy: false,
      },
    },
  });

  const data = new Layer(app, 'data', { phase: 'data', namespace: 'data' });
  const owner = new GeneratedSecret(data, 'owner', {
    name: 'db-owner',
    type: 'kubernetes.io/basic-auth',
    generate: { password: {} },
    literals: { username: 'app', uri: 'postgresql://app:{{ .password }}@db-rw.data.svc:5432/app' },
  });
  new ApiObject(data, 'db', {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name: 'db', namespace: 'data' },
    spec: {
      instances: 3,
      imageName: 'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie',
      storage: { size: '20Gi', storageClass: 'gp3' },
      bootstrap: { initdb: { database: 'app', owner: 'app', secret: { name: 'db-owner' } } },
    },
  });
  const db = new DeclaredPods(data, 'db-pods', {
    name: 'instance',
    by: 'Cluster/data/db',
    maker: 'operator',
    labels: { 'cnpg.io/cluster': 'db' },
    replicas: 3,
    containers: [{ name: 'postgres', cpu: '1', memory: '4Gi', ports: { postgresql: 5432 } }],
  });
  declare(data, 'provides', {
    objects: [{ id: 'Service/data/db-rw', ports: [5432], selects: { 'cnpg.io/cluster': 'db' } }],
  });

  const serving = new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
  const apps = new Layer(app, 'apps', { phase: 'apps', namespace: 'apps' });
  const hosts: string[] = [];
  const chats = Array.from({ length: models }, (_, i) => {
    const name = models === 1 ? 'chat' : `chat-${i}`;
    const chat = new Workload(serving, name, {
      image: 'vllm/vllm-openai:v0.33.0',
      args: ['--model', 'Qwen/Qwen3-32B', '--max-num-batched-tokens=8192', '--api-key=$(API_KEY)'],
      resources: { cpu: '8', memory: '64Gi', gpus: 4 },
      ports: { http: 8000 },
      ready: { path: '/health' },
      startupSeconds: 1200,
      drainSeconds: 60,
      scaled: { by: 'keda', max: 3 },
      placement: PLACEMENT,
    });
    hosts.push(`http://${chat.host}:8000/v1`);
    declare(serving, 'model', {
      alias: name,
      model: 'Qwen/Qwen3-32B',
      engine: 'vllm',
      pool: 'l40s',
      gpusPerReplica: 4,
      context: 32_768,
      replicas: { min: 1, max: 3 },
      start: { utilization: 0.92, batchedTokens: 8192, maxSequences: 256, task: 'generate' },
      weights: 's3',
    });
    declare(serving, 'join', { object: `Deployment/serving/${name}`, scope: 'model alias', defines: name });
    declare(apps, 'join', { object: 'Deployment/apps/gateway', scope: 'model alias', uses: name });
    chat.pods.allowFrom(prometheus.pods('controller').pods, { port: 8000, why: 'metrics' });
    new ApiObject(apps, `${name}-monitor`, {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: { name, namespace: 'serving' },
      spec: { selector: { matchLabels: { ...chat.labels } }, podMetricsEndpoints: [{ port: 'http' }] },
    });
    new ApiObject(apps, `${name}-scaler`, {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name, namespace: 'serving' },
      spec: {
        scaleTargetRef: { name },
        minReplicaCount: 1,
        maxReplicaCount: 3,
        triggers: [
          {
            type: 'prometheus',
            metadata: {
              serverAddress: 'http://prometheus.operators.svc:9090',
              query: 'sum(vllm:num_requests_waiting)',
              threshold: '10',
            },
          },
        ],
      },
    });
    return chat;
  });

  const web = new Workload(apps, 'web', {
    image: 'docker.io/example/web:1.2.3',
    resources: { cpu: '500m', memory: '1Gi' },
    ports: { http: 8080 },
    ready: { path: '/ready' },
    startupSeconds: 60,
    replicas: 2,
    madeBy: 'web',
  });
  const templates = ['smoke', 'worse'].map((name) => ({ id: `AnalysisTemplate/apps/${name}` }));
  declare(apps, 'provides', { objects: templates });
  new Rollout(apps, 'web-rollout', {
    workload: web,
    strategy: { kind: 'blueGreen' },
    analysis: { before: 'smoke', during: 'worse' },
    startupSeconds: 60,
    ports: { http: 8080 },
    replicas: 2,
  });

  const master = new GeneratedSecret(apps, 'master', {
    name: 'gateway-master',
    generate: { masterKey: { prefix: 'sk-', length: 32 } },
  });
  const connection = new ConnectionSecret(apps, 'connection', {
    name: 'gateway-db',
    sources: [{ from: owner, keys: { username: 'username', password: 'password', uri: 'uri' } }],
    compose: { host: 'db-rw.data.svc', port: '5432' },
  });
  const gateway = new Workload(apps, 'gateway', {
    image: 'ghcr.io/berriai/litellm-database:v1.106.2',
    resources: { cpu: '1', memory: '4Gi' },
    ports: { http: 4000 },
    ready: { path: '/health/readiness' },
    startupSeconds: 300,
    env: {
      DATABASE_URL: connection.key('uri'),
      LITELLM_MASTER_KEY: master.key('masterKey'),
      MAX_TOKENS: '4096',
      TOKENIZERS_PARALLELISM: 'off',
    },
    config: {
      '/etc/gateway': {
        'config.yaml': [
          'model_list:',
          ...hosts.map((host) => `  - litellm_params: { api_base: "${host}", api_key: os.environ/KEY }`),
          'general_settings:',
          '  master_key: os.environ/LITELLM_MASTER_KEY',
        ].join('\n'),
      },
      '/etc/picker': {
        'config.yaml':
          'apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins: [{ type: queue-scorer }]\n',
      },
    },
  });
  for (const chat of chats) chat.pods.allowFrom(gateway.pods, { port: 8000, why: 'completions' });
  db.pods.allowFrom(gateway.pods, { port: 5432, why: 'its database' });
  const migrate = new Task(apps, 'migrate', {
    image: 'ghcr.io/berriai/litellm-database:v1.106.2',
    resources: { cpu: '100m', memory: '512Mi' },
    deadlineSeconds: 600,
    env: { DATABASE_URL: connection.key('uri') },
  });
  db.pods.allowFrom(migrate.pods, { port: 5432, why: 'its schema' });
  ApiObject.of(migrate.node.findChild('Job')).addJsonPatch(
    JsonPatch.add('/metadata/labels/kueue.x-k8s.io~1queue-name', 'jobs'),
  );
  queue(apps);
  twoRoles(serving, operators);
  objective(apps);
  return app;
}
