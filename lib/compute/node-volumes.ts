import type { NodeImage } from './node-image';

/** Root volume where images, logs and scratch files lie on NVMe. */
const SYSTEM_VOLUME_GIB = 40;
/** Bottlerocket's own two: the system, and data beside what lies on NVMe. */
const BOTTLEROCKET_GIB = { system: 4, data: 20 };

/** Where images, logs and scratch files lie on nodes without NVMe. */
export interface Volume {
  readonly gib: number;
  /** @default - the 125 of every gp3 volume */
  readonly mibPerSecond?: number;
}

/** The volumes that a node starts with; those with NVMe need little of them. */
export function volumesOf(image: NodeImage, nvme: boolean, volume: Volume): readonly object[] {
  if (image !== 'bottlerocket') {
    const root = nvme ? { gib: SYSTEM_VOLUME_GIB } : volume;
    return [{ deviceName: '/dev/xvda', rootVolume: true, ebs: ebs(root) }];
  }
  // Images, logs and scratch files lie on the second: Karpenter knows it by its name.
  return [
    { deviceName: '/dev/xvda', ebs: ebs({ gib: BOTTLEROCKET_GIB.system }) },
    { deviceName: '/dev/xvdb', ebs: ebs(nvme ? { gib: BOTTLEROCKET_GIB.data } : volume) },
  ];
}

/** What every gp3 volume does, and no volume of a node may exceed. */
export const GP3 = { iops: 3000, mibPerSecond: 125, mostMibPerSecond: 1000 } as const;
/** A gp3 volume moves a quarter of a MiB with each operation. */
const IOPS_PER_MIB = 4;

const ebs = ({ gib, mibPerSecond = GP3.mibPerSecond }: Volume) => ({
  volumeSize: `${gib}Gi`,
  volumeType: 'gp3',
  ...(mibPerSecond > GP3.mibPerSecond
    ? { iops: Math.max(GP3.iops, mibPerSecond * IOPS_PER_MIB), throughput: mibPerSecond }
    : {}),
  encrypted: true,
  deleteOnTermination: true,
});
