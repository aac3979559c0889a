import { Construct } from 'constructs';
import { charts, HelmRelease, policyOf, sized, spread } from '../core';

/** Its kinds and its templates name it. */
const NAMESPACE = 'kserve';
const NAME = 'llmisvc-controller-manager';
const WEBHOOK_PORT = 9443;
// Its own 300 MiB are for all Secrets, Deployments and pods of its services at once.
const SIZE = { cpu: '100m', memory: '512Mi' };

/** KServe's kinds for language models. Their schemas are open: closed ones take half of the largest release there may be. */
export class KServeCrds extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new HelmRelease(this, 'Release', {
      name: 'kserve-llmisvc-crd',
      namespace: NAMESPACE,
      ...charts.kserveCrds,
      footprint: {},
      provides: ['ClusterStorageContainer', 'LLMInferenceService', 'LLMInferenceServiceConfig'].map(
        (kind) => `serving.kserve.io/${kind}`,
      ),
    });
  }
}

/**
 * Makes Deployments and Services of LLMInferenceServices: KServe's controller for language models, without the one for
 * other models, and without Knative. Lives in a namespace called `kserve`, after cert-manager.
 */
export class KServe extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const labels = {
      'app.kubernetes.io/component': 'controller',
      'app.kubernetes.io/instance': NAMESPACE,
      'app.kubernetes.io/name': NAME,
      'control-plane': NAME,
    };
    const topologySpreadConstraints = spread(labels);
    const resources = sized(SIZE);
    const release = new HelmRelease(this, 'Release', {
      name: NAMESPACE,
      namespace: NAMESPACE,
      ...charts.kserve,
      values: {
        kserve: {
          // All that is shared, but for a ClusterStorageContainer: nothing is fetched by it.
          createSharedResources: false,
          certManager: { enabled: true },
          inferenceServiceConfig: { enabled: true },
          llmisvc: {
            // Pools and objectives of another version, over those that the endpoint picker reads.
            createGIECRDs: false,
            controller: {
              replicas,
              imagePullPolicy: 'IfNotPresent',
              // The chart's own limit of a tenth of a core would stay below ours: keys of 4096 bits are made on it.
              resources: { ...resources, limits: { ...resources.limits, cpu: '1' } },
              ...(replicas > 1 ? { topologySpreadConstraints } : {}),
            },
          },
        },
      },
      requires: ['cert-manager.io/Certificate', 'cert-manager.io/Issuer'],
      footprint: {
        controller: {
          labels,
          replicas,
          // Its metrics listen on the loopback address.
          containers: [{ name: 'manager', ...SIZE, ports: { 'webhook-server': WEBHOOK_PORT } }],
          serviceAccount: NAME,
          ...(replicas > 1 ? { spec: { topologySpreadConstraints } } : {}),
        },
      },
    });
    const { pods } = release.pods('controller');
    pods.reach('apiServer', { why: 'watches services of models and makes their pods' });
    pods.allowFromControlPlane(WEBHOOK_PORT);
  }
}
