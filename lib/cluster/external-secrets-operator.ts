import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import {
  type Cluster,
  charts,
  clusterOf,
  type Footprint,
  HelmRelease,
  type MetricsEndpoint,
  partitionOf,
  policyOf,
  type Statement,
  sized,
  spread,
  WorkloadIdentity,
} from '../core';

const NAME = 'external-secrets';
const WEBHOOK_PORT = 10250;

const SIZES = {
  // It caches every Secret of the cluster.
  controller: { cpu: '100m', memory: '512Mi' },
  webhook: { cpu: '50m', memory: '128Mi' },
  certController: { cpu: '50m', memory: '256Mi' },
} as const;

/** Copies secrets into the cluster, and makes the ones that nobody has to know. */
export class ExternalSecretsOperator extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const controller = part(NAME, NAME, replicas, SIZES.controller, {});
    // While no webhook answers, nobody can write an ExternalSecret.
    const webhook = part(`${NAME}-webhook`, 'webhook', replicas, SIZES.webhook, {
      webhook: WEBHOOK_PORT,
      ready: 8081,
    });
    const certController = part(`${NAME}-cert-controller`, 'cert-controller', 1, SIZES.certController, {
      ready: 8081,
    });

    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      ...charts.externalSecrets,
      values: {
        ...controller.values,
        // One of them works, the others stand by.
        leaderElect: true,
        webhook: webhook.values,
        certController: certController.values,
      },
      provides: KINDS,
      footprint: {
        controller: controller.footprint,
        webhook: webhook.footprint,
        'cert-controller': certController.footprint,
      },
    });
    const pods = (name: string) => release.pods(name);

    pods('controller').pods.reach('apiServer', { why: 'reads ExternalSecrets, writes Secrets' });
    pods('webhook').pods.reach('apiServer', { why: 'reads what it judges' });
    pods('webhook').pods.allowFromControlPlane(WEBHOOK_PORT);
    pods('cert-controller').pods.reach('apiServer', { why: 'keeps the certificate of the webhook' });

    const identity = new WorkloadIdentity(this, 'Identity', {
      name: NAME,
      namespace: release.namespace,
      create: false,
    });
    for (const statement of reading(clusterOf(this))) identity.grant(statement);
    identity.usedBy(pods('controller').pods);
    this.metrics = ['controller', 'webhook', 'cert-controller'].map((name) =>
      pods(name).metrics('metrics', name === 'controller' ? { exporter: 'external-secrets' } : {}),
    );
  }
}

interface Part {
  readonly values: Readonly<Record<string, unknown>>;
  readonly footprint: Footprint;
}

/** One Deployment of the chart: its values, and the pods they make. */
function part(
  name: string,
  container: string,
  replicas: number,
  { cpu, memory }: { readonly cpu: string; readonly memory: string },
  ports: Readonly<Record<string, number>>,
): Part {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': NAME };
  return {
    values: {
      replicaCount: replicas,
      resources: sized({ cpu, memory }),
      ...(replicas > 1
        ? {
            topologySpreadConstraints: spread(labels),
            podDisruptionBudget: { enabled: true, minAvailable: 1 },
          }
        : {}),
    },
    footprint: {
      labels,
      replicas,
      containers: [{ name: container, cpu, memory, ports: { metrics: 8080, ...ports } }],
      serviceAccount: name,
      ...(replicas > 1 ? { spec: { topologySpreadConstraints: spread(labels) } } : {}),
    },
  };
}

/** Only what lies below this environment's path. */
function reading({ aws, environment }: Cluster): Statement[] {
  if (!aws) return [];
  const { account, region } = aws;
  const secrets = `arn:${partitionOf(region)}:secretsmanager:${region}:${account}:secret:nexus/${environment}/*`;
  return [
    {
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      resources: [secrets],
    },
    // For secrets under a key of the account's own, and only while reading one of these secrets.
    {
      actions: ['kms:Decrypt'],
      resources: [`arn:${partitionOf(region)}:kms:${region}:${account}:key/*`],
      conditions: {
        StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` },
        StringLike: { 'kms:EncryptionContext:SecretARN': secrets },
      },
    },
  ];
}

const KINDS = [
  'external-secrets.io/ClusterExternalSecret',
  'external-secrets.io/ClusterPushSecret',
  'external-secrets.io/ClusterSecretStore',
  'external-secrets.io/ExternalSecret',
  'external-secrets.io/PushSecret',
  'external-secrets.io/SecretStore',
  'generators.external-secrets.io/ACRAccessToken',
  'generators.external-secrets.io/BeyondtrustWorkloadCredentialsDynamicSecret',
  'generators.external-secrets.io/CloudsmithAccessToken',
  'generators.external-secrets.io/ClusterGenerator',
  'generators.external-secrets.io/ECRAuthorizationToken',
  'generators.external-secrets.io/Fake',
  'generators.external-secrets.io/GCRAccessToken',
  'generators.external-secrets.io/GeneratorState',
  'generators.external-secrets.io/GithubAccessToken',
  'generators.external-secrets.io/GitlabDeployToken',
  'generators.external-secrets.io/Grafana',
  'generators.external-secrets.io/MFA',
  'generators.external-secrets.io/Password',
  'generators.external-secrets.io/QuayAccessToken',
  'generators.external-secrets.io/SSHKey',
  'generators.external-secrets.io/STSSessionToken',
  'generators.external-secrets.io/UUID',
  'generators.external-secrets.io/VaultDynamicSecret',
  'generators.external-secrets.io/Webhook',
];
