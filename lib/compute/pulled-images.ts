import { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import { Daemon, images, PlatformError } from '../core';

export interface PulledImagesProps {
  /** Pool whose nodes pull. */
  readonly pool: INodePool;
  /** Images of containers, such as an engine's, by a short name. Each must hold a program `true`. */
  readonly images: Readonly<Record<string, string>>;
  /**
   * Images whose files are mounted, such as weights, by a short name.
   * @default - none
   */
  readonly mounted?: Readonly<Record<string, string>>;
  /**
   * Secrets with the logins of their registries.
   * @default - none: the rights of the node
   */
  readonly pullSecrets?: readonly string[];
}

/**
 * Images on every node of a pool, whether or not a model runs there yet: what comes to a node that is there, another model
 * or the next version of an engine, does not wait for its image. The id names the DaemonSet. Deliver it before the models:
 * its pods are ready once everything is pulled. A node that starts for a model pulls for that model at the same time, and
 * is no faster for it.
 */
export class PulledImages extends Construct {
  constructor(scope: Construct, id: string, props: PulledImagesProps) {
    super(scope, id);
    const { pool, mounted = {}, pullSecrets = [] } = props;
    if (!Object.keys(props.images).length) {
      throw new PlatformError(this, {
        what: `pulls nothing on the nodes of pool '${pool.name}'`,
        why: 'its pods would take a place on each node for nothing',
        fix: 'name images, or leave it out',
      });
    }
    new Daemon(this, id, {
      image: images.pause,
      resources: { cpu: '10m', memory: '32Mi' },
      placement: pool.placement,
      init: Object.fromEntries(
        Object.entries(props.images).map(([name, image]) => [
          `pull-${name}`,
          { image, command: ['true'], resources: { cpu: '10m', memory: '32Mi' } },
        ]),
      ),
      mounts: Object.fromEntries(
        Object.entries(mounted).map(([name, image]) => [`/pulled/${name}`, { image }]),
      ),
      pullSecrets,
      graceSeconds: 1,
    });
  }
}
