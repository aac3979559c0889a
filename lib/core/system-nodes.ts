import type { Labels, Taint } from './kube';

/** The managed nodes that must exist before Karpenter can make any: for Karpenter and the add-ons alone. */
export const SYSTEM_NODES = {
  labels: { 'nexus.dev/nodes': 'system' } as Labels,
  taint: { key: 'CriticalAddonsOnly', value: 'true', effect: 'NoSchedule' } as Taint,
  instanceType: 'm7g.large',
  count: 3,
  volumeGiB: 50,
} as const;
