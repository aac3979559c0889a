import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import { charts, HelmRelease, type MetricsEndpoint, type PodGroup, policyOf, sized } from '../core';

const RESOURCES = { cpu: '200m', memory: '512Mi' };

/** The controller that runs Kafka from `Kafka` objects. Helm never upgrades its CRDs: they lie in the chart's `crds/`. */
export class StrimziOperator extends Construct implements IScrapeTarget {
  /** Its pods, which every Kafka lets in. */
  public readonly pods: PodGroup;
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const replicas = policyOf(this).replicas;
    const { cpu, memory } = RESOURCES;
    const release = new HelmRelease(this, 'Release', {
      ...charts.strimzi,
      name: 'strimzi',
      values: {
        replicas,
        resources: sized({ cpu, memory }),
        watchAnyNamespace: true,
        // Ours are derived from the edges; two sets would add up to the laxer one.
        generateNetworkPolicy: false,
        podDisruptionBudget: { enabled: replicas > 1 },
        // Its default leaves brokers without a seccomp profile: a restricted namespace would refuse them.
        extraEnvs: [{ name: 'STRIMZI_POD_SECURITY_PROVIDER_CLASS', value: 'restricted' }],
      },
      provides: [
        ...['Kafka', 'KafkaNodePool', 'KafkaTopic', 'KafkaUser', 'KafkaConnect', 'KafkaConnector'],
        ...['KafkaBridge', 'KafkaMirrorMaker2', 'KafkaRebalance'],
      ].map((kind) => `kafka.strimzi.io/${kind}`),
      footprint: {
        operator: {
          labels: { name: 'strimzi-cluster-operator' },
          replicas,
          serviceAccount: 'strimzi-cluster-operator',
          containers: [{ name: 'strimzi-cluster-operator', ...RESOURCES, ports: { http: 8080 } }],
        },
      },
    });
    const operator = release.pods('operator');
    this.pods = operator.pods;
    this.pods.reach('apiServer', { why: 'watches its objects' });
    this.metrics = [operator.metrics('http')];
  }
}
