import { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import { Daemon, images, namespaceOf, PlatformError, WorkloadIdentity } from '../core';
import { claimedVolume } from './claimed-volume';
import { type ModelCache, storeEnv } from './model-cache';
import type { IWeightsPlace, PlacedFolder, WantedWeights } from './placed-weights';
import { nodeWeights, SharedProgram } from './shared-program';

export interface NodeCacheProps {
  /** Pool whose nodes hold the weights; its instance types have disks of their own. */
  readonly pool: INodePool;
  /** Where the nodes copy them from. */
  readonly cache: ModelCache;
}

/** Below the folder of the kubelet, which lies on the node's own disks where it has some, whatever its image. */
const HOST_FOLDER = '/var/lib/kubelet/plugins/nexus.dev/weights';
const FOLDER = '/cache';
const LIST = 'models.json';
/** From the bucket onto the disk. */
const COPY_SECONDS_PER_GIB = 5;
/** From the disk onto the GPU. */
const READ_SECONDS_PER_GIB = 2;

/**
 * Weights on the disks of the nodes of a pool: one pod on each node copies every model that is served there once, with
 * the checksum of every file and going on where it was interrupted, and deletes what nobody names any more. Servers see
 * their own models alone, and cannot write. The id names the DaemonSet, which needs a namespace of level "baseline".
 *
 * A volume of type `hostPath` behind a claim: pods keep to the level "restricted", which knows claims and no paths of
 * the host, and whichever node a pod comes to, the claim is that node's own folder.
 */
export class NodeCache extends Construct implements IWeightsPlace {
  public readonly from = 'nvme';
  public readonly secondsPerGiB = READ_SECONDS_PER_GIB;
  public readonly remote = false;
  /** Pool whose nodes hold the weights. */
  public readonly pool: INodePool;
  private readonly cache: ModelCache;
  private readonly identity: WorkloadIdentity;
  private readonly held = new Map<string, number>();
  private readonly claims = new Map<string, string>();
  private readonly program: SharedProgram;

  constructor(scope: Construct, id: string, { pool, cache }: NodeCacheProps) {
    super(scope, id);
    this.pool = pool;
    this.cache = cache;
    this.mustHaveDisks();
    this.program = new SharedProgram(this);
    this.identity = new WorkloadIdentity(this, 'Identity', { name: id });
    new Daemon(this, id, {
      image: images.litellm,
      command: nodeWeights('hold', cache.bucket.name, `/etc/nexus/${LIST}`, FOLDER),
      env: storeEnv(this, cache.bucket),
      config: { '/etc/nexus': { [LIST]: () => this.list() } },
      sharedFiles: this.program.filesFor(this),
      mounts: { [FOLDER]: { claim: this.claimIn(this, true), write: true } },
      resources: { cpu: '100m', memory: '256Mi' },
      // Nobody else counts what lies there: so much less of the disk is given to pods.
      diskGiB: () => [...this.held.values()].reduce((sum, GiB) => sum + GiB * 1.05, 0),
      placement: pool.placement,
      // A replica that took its place on a full node would wait for it for ever.
      priorityClass: 'system-node-critical',
      identity: this.identity,
      rootBecause: 'the kubelet makes the folder on the node, and gives it to root',
    });
    this.node.addValidation({
      validate: () =>
        this.held.size ? [] : ['holds no model. Name it in `weights` of a server on its pool'],
    });
  }

  public place(server: Construct, { model, revision, GiB }: WantedWeights): PlacedFolder {
    const { bucket, prefix, fetchSeconds } = this.cache.fetch(model, revision);
    if (!this.held.has(prefix)) {
      this.held.set(prefix, GiB);
      bucket.grantRead(this.identity, prefix);
    }
    return {
      mount: { claim: this.claimIn(server, false), subPath: prefix.slice(0, -1) },
      waitsSeconds: fetchSeconds + GiB * COPY_SECONDS_PER_GIB,
    };
  }

  public filesFor(server: Construct) {
    return this.program.filesFor(server);
  }

  /** The small ones first, which would wait longest for the others. */
  private list(): string {
    const bySize = [...this.held].sort(([a, x], [b, y]) => x - y || a.localeCompare(b));
    return JSON.stringify(bySize.map(([prefix]) => prefix));
  }

  /** Claim on the folder of whichever node a pod comes to, in the namespace of the pod. */
  private claimIn(consumer: Construct, write: boolean): string {
    const namespace = namespaceOf(consumer);
    const known = this.claims.get(namespace);
    if (known) return known;
    const name = this.node.id;
    claimedVolume(this, {
      id: namespace,
      name,
      namespace,
      volumeName: `${name}-${namespace}`,
      accessMode: write ? 'ReadWriteMany' : 'ReadOnlyMany',
      from: { hostPath: { path: HOST_FOLDER, type: 'DirectoryOrCreate' } },
    });
    this.claims.set(namespace, name);
    return name;
  }

  private mustHaveDisks(): void {
    const { name, disk } = this.pool;
    if (disk === 'nvme') return;
    throw new PlatformError(this, {
      what: `holds weights on the nodes of pool '${name}', which ${disk ? 'keep their files on a volume' : 'nobody knows to have disks of their own'}`,
      why: 'a volume of gp3 reads 125 MiB a second: weights come faster from the bucket',
      fix: 'choose instance types with local disks in a GpuNodePool, or stream from the bucket (weights: s3)',
    });
  }

  /** Used by servers: whether they run where the weights are. */
  public mustServe(server: Construct, pool: INodePool): void {
    if (pool.name === this.pool.name) return;
    throw new PlatformError(server, {
      what: `runs on pool '${pool.name}', and its weights lie on the nodes of pool '${this.pool.name}'`,
      why: 'its pods would wait for files that nobody brings there',
      fix: `make a NodeCache for '${pool.name}', or run it on '${this.pool.name}'`,
    });
  }
}
