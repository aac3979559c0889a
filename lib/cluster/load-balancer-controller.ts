import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import {
  charts,
  clusterName,
  clusterOf,
  HelmRelease,
  type MetricsEndpoint,
  PlatformError,
  policyOf,
  sized,
  spread,
  WorkloadIdentity,
} from '../core';
import { loadBalancerStatements } from './load-balancer-permissions';

const NAME = 'aws-load-balancer-controller';
const WEBHOOK_PORT = 9443;
const SIZE = { cpu: '100m', memory: '256Mi' } as const;

const RESTRICTED = {
  runAsNonRoot: true,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};

/** Makes Network Load Balancers for the Services that ask for its class; it looks at no other. */
export class LoadBalancerController extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const cluster = clusterOf(this);
    if (!cluster.aws) {
      throw new PlatformError(this, {
        what: 'is placed in a cluster outside AWS',
        why: 'there is nobody who would make a load balancer for it',
        fix: 'leave it out, or give the environment an aws section',
      });
    }
    const identity = new WorkloadIdentity(this, 'Identity', { name: NAME, create: false });
    for (const statement of loadBalancerStatements(cluster.aws.region)) identity.grant(statement);

    const { replicas } = policyOf(this);
    const labels = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/instance': NAME };
    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      ...charts.awsLoadBalancerController,
      values: {
        clusterName: clusterName(cluster),
        region: cluster.aws.region,
        // Found by its name: its id is AWS's to choose, and pods do not reach the metadata service.
        vpcTags: { Name: clusterName(cluster) },
        replicaCount: replicas,
        resources: sized(SIZE),
        ...(replicas > 1
          ? { podDisruptionBudget: { maxUnavailable: 1 }, topologySpreadConstraints: spread(labels) }
          : {}),
        podSecurityContext: { fsGroup: 65534, seccompProfile: { type: 'RuntimeDefault' } },
        securityContext: RESTRICTED,
        // Else each render makes another certificate.
        enableCertManager: true,
        // Fails closed on every Service of the cluster; ours name their class themselves.
        enableServiceMutatorWebhook: false,
        // No Ingress here.
        createIngressClassResource: false,
        ingressClassParams: { create: false },
        enableShield: false,
        enableWaf: false,
        enableWafv2: false,
      },
      requires: ['cert-manager.io/Certificate', 'cert-manager.io/Issuer'],
      provides: [
        'aga.k8s.aws/GlobalAccelerator',
        'elbv2.k8s.aws/ALBTargetControlConfig',
        'elbv2.k8s.aws/IngressClassParams',
        'elbv2.k8s.aws/TargetGroupBinding',
        'gateway.k8s.aws/ListenerRuleConfiguration',
        'gateway.k8s.aws/LoadBalancerConfiguration',
        'gateway.k8s.aws/TargetGroupConfiguration',
      ],
      footprint: {
        controller: {
          labels,
          replicas,
          containers: [
            { name: NAME, ...SIZE, ports: { 'webhook-server': WEBHOOK_PORT, 'metrics-server': 8080 } },
          ],
          serviceAccount: NAME,
          spec: {
            priorityClassName: 'system-cluster-critical',
            ...(replicas > 1 ? { topologySpreadConstraints: spread(labels) } : {}),
          },
        },
      },
    });
    const controller = release.pods('controller');
    controller.pods.reach('apiServer', { why: 'reads Services, writes target group bindings' });
    controller.pods.allowFromControlPlane(WEBHOOK_PORT);
    identity.usedBy(controller.pods);
    this.metrics = [controller.metrics('metrics-server')];
  }
}
