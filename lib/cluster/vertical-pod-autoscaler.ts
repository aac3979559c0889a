import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import { apart, charts, HelmRelease, type MetricsEndpoint, policyOf, sized } from '../core';

const NAME = 'vpa';
const SIZE = { cpu: '50m', memory: '512Mi' };
const LABELS = {
  'app.kubernetes.io/name': 'vertical-pod-autoscaler',
  'app.kubernetes.io/instance': NAME,
  'app.kubernetes.io/component': 'recommender',
};
const AFFINITY = apart(LABELS);

/**
 * Says what containers would need, by what they used: the recommender of the Vertical Pod Autoscaler. What would change
 * pods by it, its updater and its webhook, is left out. It reads what metrics-server measures.
 */
export class VerticalPodAutoscaler extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      ...charts.verticalPodAutoscaler,
      values: {
        podSecurityContext: {
          runAsNonRoot: true,
          runAsUser: 65_534,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containerSecurityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        admissionController: { enabled: false },
        updater: { enabled: false },
        recommender: {
          replicas,
          resources: sized(SIZE),
          podDisruptionBudget: { enabled: replicas > 1 },
          affinity: AFFINITY,
        },
      },
      provides: [
        'autoscaling.k8s.io/VerticalPodAutoscaler',
        'autoscaling.k8s.io/VerticalPodAutoscalerCheckpoint',
      ],
      footprint: {
        recommender: {
          labels: LABELS,
          replicas,
          containers: [{ name: 'recommender', ...SIZE, ports: { prometheus: 8942 } }],
          serviceAccount: 'vpa-vertical-pod-autoscaler-recommender',
          spec: { affinity: AFFINITY },
        },
      },
    });
    const recommender = release.pods('recommender');
    recommender.pods.reach('apiServer', { why: 'reads what pods use, writes what they would need' });
    this.metrics = [recommender.metrics('prometheus')];
  }
}
