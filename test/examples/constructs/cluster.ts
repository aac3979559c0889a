import type { App } from 'cdk8s';
import {
  ArgoRollouts,
  CertManager,
  ClusterKnown,
  EnvoyGatewayCrds,
  ExternalSecretsOperator,
  GatewayApiCrds,
  InferenceCrds,
  Keda,
  KServe,
  KServeCrds,
  Kueue,
  Layer,
  LeaderWorkerSets,
  LoadBalancerController,
  MountpointDriver,
  PlatformGuards,
  PlatformNamespace,
  PriorityClasses,
  SecretStores,
  StorageClasses,
  VerticalPodAutoscaler,
} from '../../../lib';

/** What comes before everything else: namespaces, rules, classes, kinds, and whoever brings secrets and certificates. */
export function clusterParts(app: App) {
  // snippet: Layer
  const base = new Layer(app, 'base', { phase: 'cluster' });
  const apps = new Layer(app, 'apps', { phase: 'apps', namespace: 'apps' });
  // end
  // snippet: ClusterKnown
  new ClusterKnown(base, 'known');
  // end
  // snippet: PlatformNamespace
  new PlatformNamespace(base, 'apps', { owner: 'search' });
  new PlatformNamespace(base, 'gpu-operator', { level: 'privileged' });
  // end
  new PlatformNamespace(base, 'node-exporter', { level: 'privileged' });
  new PlatformNamespace(base, 'milvus', { level: 'baseline' });
  new PlatformNamespace(base, 'node-weights', { level: 'baseline' });
  const restricted = [
    'external-secrets',
    'cert-manager',
    'load-balancer',
    'operators',
    'lws-system',
    'kueue-system',
  ];
  const homes = ['agentgateway', 'monitoring', 'data', 'serving', 'batch', 'langfuse', 'gateway', 'edge'];
  for (const name of [...restricted, ...homes]) new PlatformNamespace(base, name);
  for (const name of ['kserve', 'mount-s3', 'argo-rollouts', 'vpa', 'envoy-gateway', 'istio-system']) {
    new PlatformNamespace(base, name);
  }
  // snippet: PlatformGuards
  new PlatformGuards(base, 'guards', { action: 'deny' });
  // end
  // snippet: PriorityClasses
  new PriorityClasses(base, 'priority-classes');
  // end
  // snippet: StorageClasses
  new StorageClasses(base, 'storage-classes');
  // end
  // snippet: GatewayApiCrds
  new GatewayApiCrds(base, 'gateway-api');
  // end
  // snippet: EnvoyGatewayCrds
  new EnvoyGatewayCrds(base, 'envoy-gateway-kinds');
  // end
  // snippet: InferenceCrds
  new InferenceCrds(base, 'inference');
  // end

  // snippet: ExternalSecretsOperator
  const secrets = new Layer(app, 'external-secrets', { phase: 'operators', namespace: 'external-secrets' });
  new ExternalSecretsOperator(secrets, 'external-secrets');
  // end
  // snippet: SecretStores
  const secretStores = new Layer(app, 'secret-stores', { phase: 'operators', after: [secrets] });
  new SecretStores(secretStores, 'stores');
  // end
  // snippet: CertManager
  const certificates = new Layer(app, 'cert-manager', { phase: 'operators', namespace: 'cert-manager' });
  new CertManager(certificates, 'cert-manager');
  // end
  // snippet: LoadBalancerController
  const balancers = new Layer(app, 'load-balancer', {
    phase: 'operators',
    namespace: 'load-balancer',
    after: [certificates], // of its webhook
  });
  new LoadBalancerController(balancers, 'controller');
  // end

  const operators = new Layer(app, 'operators', {
    phase: 'operators',
    namespace: 'operators',
    after: [secretStores],
  });
  // snippet: Keda
  const keda = new Keda(operators, 'keda');
  // end
  // snippet: LeaderWorkerSets
  const groups = new Layer(app, 'lws', { phase: 'operators', namespace: 'lws-system' });
  new LeaderWorkerSets(groups, 'lws');
  // end
  // snippet: Kueue
  const queues = new Layer(app, 'kueue', { phase: 'operators', namespace: 'kueue-system' });
  new Kueue(queues, 'kueue', { namespaces: ['batch'] });
  // end
  // snippet: KServeCrds
  const kserveKinds = new Layer(app, 'kserve-crds', { phase: 'operators', namespace: 'kserve' });
  new KServeCrds(kserveKinds, 'crds');
  // end
  // snippet: KServe
  const kserve = new Layer(app, 'kserve', {
    phase: 'operators',
    namespace: 'kserve',
    after: [kserveKinds, certificates],
  });
  new KServe(kserve, 'kserve');
  // end
  // snippet: MountpointDriver
  const mounts = new Layer(app, 'mountpoint', { phase: 'operators', namespace: 'kube-system' });
  new MountpointDriver(mounts, 'mountpoint');
  // end
  // snippet: ArgoRollouts
  const rolling = new Layer(app, 'rollouts', { phase: 'operators', namespace: 'argo-rollouts' });
  const rollouts = new ArgoRollouts(rolling, 'rollouts');
  // end
  // snippet: VerticalPodAutoscaler
  const sizes = new Layer(app, 'vpa', { phase: 'operators', namespace: 'vpa' });
  new VerticalPodAutoscaler(sizes, 'vpa');
  // end
  return { base, rollouts, apps, operators, keda, secretStores, certificates };
}
