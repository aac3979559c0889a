import type { ResourceRequirements } from './kube';

/** CPU and memory of a container that a chart or an operator writes. */
export interface Size {
  readonly cpu: string;
  readonly memory: string;
}

/** Memory is limited to its request. CPU is not: throttling costs latency and protects nobody on its own request. */
export function sized({ cpu, memory }: Size): ResourceRequirements {
  return { requests: { cpu, memory }, limits: { memory } };
}
