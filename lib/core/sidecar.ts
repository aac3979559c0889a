import { k8s } from 'cdk8s-plus-30';
import type { ContainerProps } from './pod-template';

/** A container in front of the main one: it starts before that, and is told to stop once that has ended. */
export interface SidecarProps extends ContainerProps {
  /** Container ports by name; the Service opens these, and those of the main container no more. */
  readonly ports: Readonly<Record<string, number>>;
  /** Path on its first port that says whether it takes traffic. */
  readonly ready: string;
}

/** The container of a sidecar, as a native one: an ordinary second container would be told to stop at the same moment. */
export function sidecarOf(container: k8s.Container, { ports, ready }: SidecarProps): k8s.Container {
  const [first] = Object.keys(ports);
  const { volumeMounts: _, ...rest } = container;
  return {
    ...rest,
    restartPolicy: 'Always',
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
    readinessProbe: {
      httpGet: { path: ready, port: k8s.IntOrString.fromString(first) },
      periodSeconds: 10,
      failureThreshold: 3,
    },
  };
}
