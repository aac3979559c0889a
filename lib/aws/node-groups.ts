import { SYSTEM_NODES } from '../core';
import type { FoundationInput, Site } from './foundation-input';
import type { SubnetPlan } from './network';

export interface NodeGroupPlan {
  readonly name: string;
  readonly role: string;
  readonly subnets: readonly string[];
  readonly instanceTypes: readonly string[];
  /** Never left to EKS, whose choice by instance type has been an image without support. */
  readonly amiType: 'AL2023_ARM_64_STANDARD' | 'AL2023_x86_64_STANDARD';
  readonly capacity: 'ON_DEMAND';
  readonly size: { readonly min: number; readonly desired: number; readonly max: number };
  readonly maxUnavailable: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly {
    readonly key: string;
    readonly value: string;
    readonly effect: 'NO_SCHEDULE';
  }[];
  readonly launchTemplate: {
    readonly name: string;
    /** Instance metadata asks for a token, and answers no pod that is not on the host network. */
    readonly httpTokens: 'required';
    readonly hopLimit: number;
    readonly volume: {
      readonly device: string;
      readonly type: 'gp3';
      readonly sizeGiB: number;
      readonly encrypted: boolean;
    };
    /** Of instances and volumes, which tags of the group do not reach. */
    readonly tags: Readonly<Record<string, string>>;
  };
}

/** Graviton families carry a `g` after their generation: m7g, c8gn, im4gn. */
const isArm = (instanceType: string): boolean => /^[a-z]+\d+g[a-z]*\./.test(instanceType);

/** The nodes that must exist before Karpenter can make any: nothing but Karpenter and the add-ons tolerates them. */
export function planSystemNodes(
  site: Site,
  { instanceType, count }: NonNullable<FoundationInput['system']> = SYSTEM_NODES,
  subnets: readonly SubnetPlan[],
): NodeGroupPlan {
  return {
    name: 'system',
    role: 'system-nodes',
    subnets: subnets.filter((subnet) => subnet.kind === 'nodes').map((subnet) => subnet.name),
    instanceTypes: [instanceType],
    amiType: isArm(instanceType) ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD',
    capacity: 'ON_DEMAND',
    size: { min: count, desired: count, max: count + 1 },
    maxUnavailable: 1,
    labels: SYSTEM_NODES.labels,
    taints: [{ key: SYSTEM_NODES.taint.key, value: SYSTEM_NODES.taint.value ?? '', effect: 'NO_SCHEDULE' }],
    launchTemplate: {
      name: `${site.name}-system`,
      httpTokens: 'required',
      hopLimit: 1,
      volume: { device: '/dev/xvda', type: 'gp3', sizeGiB: SYSTEM_NODES.volumeGiB, encrypted: true },
      tags: { ...site.tags, Name: `${site.name}-system` },
    },
  };
}
