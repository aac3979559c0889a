import type { Instance } from './instances';

/** What all labels of an instance type begin with, on nodes that Karpenter launches. */
export const INSTANCE_LABEL = 'karpenter.k8s.aws/instance-';

/** Labels that a type may lack. */
export const OPTIONAL_INSTANCE_LABELS = [
  'gpu-name',
  'gpu-manufacturer',
  'gpu-count',
  'gpu-memory',
  'local-nvme',
].map((name) => INSTANCE_LABEL + name);

/** The labels that AWS's provider of Karpenter puts on a node of a type. */
export function instanceLabels({
  type,
  family,
  category,
  generation,
  ...rest
}: Instance): Record<string, string> {
  const { gpu, localNvmeGB } = rest;
  const size = type.slice(type.indexOf('.') + 1);
  const labels = {
    category,
    family,
    generation: `${generation}`,
    size,
    cpu: `${rest.vcpu}`,
    'cpu-manufacturer': rest.cpuVendor,
    memory: `${rest.memoryMiB}`,
    hypervisor: size.startsWith('metal') ? '' : 'nitro',
    'network-bandwidth': `${Math.round(rest.networkGbps * 1000)}`,
    'ebs-bandwidth': `${Math.round(rest.ebsGbps * 1000)}`,
    ...(gpu
      ? {
          'gpu-name': gpu.ec2Name,
          'gpu-manufacturer': 'nvidia',
          'gpu-count': `${gpu.count}`,
          'gpu-memory': `${gpu.memoryMiB}`,
        }
      : {}),
    ...(localNvmeGB > 0 ? { 'local-nvme': `${localNvmeGB}` } : {}),
  };
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [INSTANCE_LABEL + name, value]));
}
