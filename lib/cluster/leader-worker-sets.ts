import { Construct } from 'constructs';
import { apart, charts, HelmRelease, policyOf, sized } from '../core';

const NAME = 'lws';
const WEBHOOK_PORT = 9443;
const SIZE = { cpu: '100m', memory: '512Mi' };
const LABELS = {
  'control-plane': 'controller-manager',
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/instance': NAME,
};

/**
 * Makes groups of pods that work as one, such as a model over several nodes. Lives in a namespace called `lws-system`:
 * its kinds name the webhook there.
 */
export class LeaderWorkerSets extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const affinity = apart(LABELS);
    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      namespace: 'lws-system',
      ...charts.lws,
      values: {
        replicaCount: replicas,
        resources: sized(SIZE),
        podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        ...(replicas > 1 ? { affinity } : {}),
      },
      provides: [
        'disaggregatedset.x-k8s.io/DisaggregatedSet',
        'disaggregatedset.x-k8s.io/DisaggregatedSetRoleScaler',
        'leaderworkerset.x-k8s.io/LeaderWorkerSet',
      ],
      footprint: {
        controller: {
          labels: LABELS,
          replicas,
          containers: [{ name: 'manager', ...SIZE, ports: { 'webhook-server': WEBHOOK_PORT } }],
          serviceAccount: 'lws-controller-manager',
          ...(replicas > 1 ? { spec: { affinity } } : {}),
        },
      },
    });
    const { pods } = release.pods('controller');
    pods.reach('apiServer', { why: 'watches groups and makes their pods' });
    pods.allowFromControlPlane(WEBHOOK_PORT);
  }
}
