import type { NodeImage } from './node-image';

/** Root volume where images, logs and scratch files lie on NVMe. */
const SYSTEM_VOLUME_GIB = 40;
/** Bottlerocket's own two: the system, and data beside what lies on NVMe. */
const BOTTLEROCKET_GIB = { system: 4, data: 20 };

/** The volumes that a node starts with; those with NVMe need little of them. */
export function volumesOf(image: NodeImage, nvme: boolean, volumeGiB: number): readonly object[] {
  if (image !== 'bottlerocket') {
    return [{ deviceName: '/dev/xvda', rootVolume: true, ebs: ebs(nvme ? SYSTEM_VOLUME_GIB : volumeGiB) }];
  }
  // Images, logs and scratch files lie on the second: Karpenter knows it by its name.
  return [
    { deviceName: '/dev/xvda', ebs: ebs(BOTTLEROCKET_GIB.system) },
    { deviceName: '/dev/xvdb', ebs: ebs(nvme ? BOTTLEROCKET_GIB.data : volumeGiB) },
  ];
}

const ebs = (gib: number) => ({
  volumeSize: `${gib}Gi`,
  volumeType: 'gp3',
  encrypted: true,
  deleteOnTermination: true,
});
