import { k8s } from 'cdk8s-plus-30';
import type { LifecycleFact } from './facts';
import type { PodProps, ProbeTarget } from './pod-template';
import type { WorkloadProps } from './workload';

/** Time for endpoints to leave every proxy before the process is told to stop. */
export const DEREGISTER_SECONDS = 15;
/** Time between the last answer and the kill. */
export const MARGIN_SECONDS = 15;

export interface PodLife {
  readonly drainSeconds: number;
  readonly graceSeconds: number;
  /** What its container is asked, and told before it stops. */
  readonly probes: Pick<k8s.Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe' | 'lifecycle'>;
}

/** How a pod starts, takes traffic, is found beyond help and stops, whoever makes it. */
export function podLife(
  props: Pick<WorkloadProps, 'startupSeconds' | 'ready' | 'alive' | 'ports' | 'drainSeconds'>,
): PodLife {
  const { startupSeconds, ready, alive, ports, drainSeconds = 30 } = props;
  const periodSeconds = startupSeconds > 120 ? 10 : 5;
  return {
    drainSeconds,
    graceSeconds: DEREGISTER_SECONDS + drainSeconds + MARGIN_SECONDS,
    probes: {
      startupProbe: {
        ...probe(ready, ports),
        periodSeconds,
        failureThreshold: Math.ceil(startupSeconds / periodSeconds),
      },
      readinessProbe: { ...probe(ready, ports), periodSeconds: 10, failureThreshold: 3 },
      ...(alive ? { livenessProbe: { ...probe(alive, ports), periodSeconds: 20, failureThreshold: 3 } } : {}),
      lifecycle: sleepBeforeStop(DEREGISTER_SECONDS),
    },
  };
}

export const sleepBeforeStop = (seconds: number): k8s.Lifecycle => ({ preStop: { sleep: { seconds } } });

/** What scales pods, for the fact of their lives; nothing where their number stands. */
export const scaledFact = (
  scaled: WorkloadProps['scaled'],
  replicas: number,
): Pick<LifecycleFact, 'scaledBy' | 'minReplicas' | 'maxReplicas'> =>
  scaled ? { scaledBy: scaled.by, minReplicas: replicas, maxReplicas: scaled.max } : {};

function probe(target: ProbeTarget, ports: PodProps['ports']): k8s.Probe {
  if ('tcp' in target) return { tcpSocket: { port: k8s.IntOrString.fromString(target.tcp) } };
  if ('grpc' in target) {
    const number = ports?.[target.grpc];
    if (number === undefined) throw new Error(`a probe asks port '${target.grpc}', which is not opened`);
    return { grpc: { port: number, service: target.service } };
  }
  const timeout = target.timeoutSeconds ? { timeoutSeconds: target.timeoutSeconds } : {};
  if ('command' in target) return { exec: { command: [...target.command] }, ...timeout };
  const port = target.port ?? Object.keys(ports ?? {})[0];
  return { httpGet: { path: target.path, port: k8s.IntOrString.fromString(port) }, ...timeout };
}
