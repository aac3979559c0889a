import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import {
  charts,
  GeneratedSecret,
  HelmRelease,
  type ISecret,
  type MetricsEndpoint,
  type PodGroup,
  sized,
} from '../core';

export interface ClickHouseOperatorProps {
  /**
   * Namespaces in which it looks for installations.
   * @default - its own: that is what the operator does when nothing is said
   */
  readonly namespaces?: readonly string[];
}

const NAME = 'clickhouse-operator';
/** `nobody` of its images; a number, because Kubernetes cannot tell whether a name is root. */
const NOBODY = 65534;
const OPERATOR = { cpu: '100m', memory: '256Mi' };
const EXPORTER = { cpu: '50m', memory: '128Mi' };

const LOCKED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/**
 * Altinity's operator, which runs ClickHouse and its keepers. Its CRDs come from the chart's `crds/` folder, which Helm
 * never upgrades: apply the new ones before a new version.
 */
export class ClickHouseOperator extends Construct implements IScrapeTarget {
  /** Its pods, which every ClickHouse lets in. */
  public readonly pods: PodGroup;
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string, props: ClickHouseOperatorProps = {}) {
    super(scope, id);
    // The chart's own has a password that everybody can read in its repository.
    const credentials = new GeneratedSecret(this, 'Credentials', {
      name: NAME,
      generate: { password: {} },
      literals: { username: 'clickhouse_operator' },
    });
    const release = new HelmRelease(this, 'Release', {
      ...charts.clickhouseOperator,
      name: NAME,
      values: {
        fullnameOverride: NAME,
        // A Job that applies the same CRDs once more, from an image without a version.
        crdHook: { enabled: false },
        secret: { create: false },
        operator: { resources: sized(OPERATOR), containerSecurityContext: LOCKED, env: waitFor(credentials) },
        metrics: { resources: sized(EXPORTER), containerSecurityContext: LOCKED, env: waitFor(credentials) },
        podSecurityContext: {
          runAsNonRoot: true,
          runAsUser: NOBODY,
          runAsGroup: NOBODY,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        ...(props.namespaces
          ? {
              configs: {
                // Regular expressions; without anchors `langfuse` would take `langfuse-old` too.
                files: {
                  'config.yaml': {
                    watch: { namespaces: props.namespaces.map((name) => `^${name}$`) },
                  },
                },
              },
            }
          : {}),
      },
      provides: [
        'clickhouse.altinity.com/ClickHouseInstallation',
        'clickhouse.altinity.com/ClickHouseInstallationTemplate',
        'clickhouse.altinity.com/ClickHouseOperatorConfiguration',
        'clickhouse-keeper.altinity.com/ClickHouseKeeperInstallation',
      ],
      footprint: {
        operator: {
          labels: {
            'app.kubernetes.io/name': 'altinity-clickhouse-operator',
            'app.kubernetes.io/instance': NAME,
          },
          replicas: 1,
          serviceAccount: NAME,
          containers: [
            { name: 'altinity-clickhouse-operator', ...OPERATOR, ports: { 'op-metrics': 9999 } },
            { name: 'metrics-exporter', ...EXPORTER, ports: { 'ch-metrics': 8888 } },
          ],
        },
      },
    });
    const operator = release.pods('operator');
    this.pods = operator.pods;
    this.pods.reach('apiServer', { why: 'watches installations, writes their StatefulSets' });
    this.metrics = [operator.metrics('op-metrics')];
  }
}

/** The operator reads its credentials once, at its start, and goes on with public ones when they are not there yet. */
function waitFor(secret: ISecret) {
  const { secret: name, key } = secret.key('username');
  return [{ name: 'CREDENTIALS_OF', valueFrom: { secretKeyRef: { name, key } } }];
}
