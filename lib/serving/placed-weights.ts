import type { Construct } from 'constructs';
import type { MountedFolder, WorkloadIdentity, WorkloadProps } from '../core';

/** One model, as somebody is asked for it. */
export interface WantedWeights {
  /** As the hub spells it. */
  readonly model: string;
  readonly revision?: string;
  /** Of its files, as far as anybody knows. */
  readonly GiB: number;
}

/** Where the files of one model lie for a pod. */
export interface PlacedFolder {
  readonly mount: MountedFolder;
  /** Longest time until they are there for the first time. */
  readonly waitsSeconds: number;
  /** Disk of the node that this pod takes for them, in GiB. */
  readonly diskGiB?: number;
}

/** Somebody who has weights lie in folders of pods, before or while they start. */
export interface IWeightsPlace {
  readonly from: 'nvme' | 'mountpoint';
  /** Of each GPU's process, which reads every file. */
  readonly secondsPerGiB: number;
  /** Whether each process reads from afar, for itself. */
  readonly remote: boolean;
  /** Have one model lie below `server`, whose pods have the rights of `identity`. */
  place(server: Construct, wanted: WantedWeights, identity: WorkloadIdentity): PlacedFolder;
  /** The program that waits for it. */
  filesFor(server: Construct): NonNullable<WorkloadProps['sharedFiles']>;
}
