import { Construct } from 'constructs';
import { namespaceOf, stamped, type WorkloadIdentity } from '../core';
import { claimedVolume } from './claimed-volume';
import type { ModelCache } from './model-cache';
import type { IWeightsPlace, PlacedFolder, WantedWeights } from './placed-weights';
import { SharedProgram } from './shared-program';

export interface MountedCacheProps {
  /** Bucket that is seen as a file system. */
  readonly cache: ModelCache;
}

/** Name of the driver, which `MountpointDriver` brings. */
const DRIVER = 's3.csi.aws.com';
/** From the bucket to one process, through the file system. */
const READ_SECONDS_PER_GIB = 5;

/**
 * Weights in the bucket, seen as files by Mountpoint for Amazon S3: nothing is copied, every format can be read, and a
 * server sees its own models alone, with the rights of its own account. Needs a `MountpointDriver` in the cluster.
 */
export class MountedCache extends Construct implements IWeightsPlace {
  public readonly from = 'mountpoint';
  public readonly secondsPerGiB = READ_SECONDS_PER_GIB;
  public readonly remote = true;
  private readonly cache: ModelCache;
  private readonly program: SharedProgram;

  constructor(scope: Construct, id: string, { cache }: MountedCacheProps) {
    super(scope, id);
    this.cache = cache;
    this.program = new SharedProgram(this);
  }

  public place(server: Construct, wanted: WantedWeights, identity: WorkloadIdentity): PlacedFolder {
    const { model, revision, GiB } = wanted;
    const { bucket, prefix, fetchSeconds } = this.cache.fetch(model, revision);
    bucket.grantRead(identity, prefix);
    const namespace = namespaceOf(server);
    const short = model
      .split('/')[1]
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-');
    // What a volume says of its source stands for ever: a change is another volume.
    const name = stamped(`${server.node.id}-${short}`, [bucket.name, prefix, cacheGiB(GiB)].join('\n'));
    const volumeName = `${namespace}-${name}`;
    claimedVolume(this, {
      id: volumeName,
      name,
      namespace,
      volumeName,
      accessMode: 'ReadOnlyMany',
      from: {
        mountOptions: ['read-only', `region ${bucket.region}`, `prefix ${prefix}`],
        csi: {
          driver: DRIVER,
          volumeHandle: volumeName,
          readOnly: true,
          volumeAttributes: {
            bucketName: bucket.name,
            // Those of the pod, which reads its own models, and not the driver's, which would read them all.
            authenticationSource: 'pod',
            // What one process has read, the others of the node find on its disk.
            cache: 'emptyDir',
            cacheEmptyDirSizeLimit: `${cacheGiB(GiB)}Gi`,
          },
        },
      },
    });
    return { mount: { claim: name }, waitsSeconds: fetchSeconds, diskGiB: cacheGiB(GiB) };
  }

  public filesFor(server: Construct) {
    return this.program.filesFor(server);
  }
}

/** The driver fills 95 percent of its limit. */
const cacheGiB = (GiB: number): number => Math.ceil(GiB * 1.1) + 1;
