import type { Construct } from 'constructs';
import { nodeImage, PlatformError } from '../core';

/** An image of one's own, built from the EKS image of Amazon Linux 2023 with NVIDIA's driver: it is started alike. */
export interface OwnImage {
  /** Its id in the region, such as `ami-0123456789abcdef0`. */
  readonly ami: string;
  /** Branch of the driver in it, such as 595. */
  readonly driver: number;
}

/**
 * What the nodes of a GPU pool start from: the EKS images of Amazon Linux 2023 or of Bottlerocket, whose device plugin is part
 * of the system, or an image of one's own.
 */
export type NodeImage = 'al2023' | 'bottlerocket' | OwnImage;

/** Branch of NVIDIA's driver in both pinned images. */
const PINNED_DRIVER = 580;
/** First branch that runs containers of CUDA 13, as all engines are. */
const OLDEST_DRIVER = 580;
/** Cards that a later branch knows first. */
const FIRST_DRIVER: Readonly<Record<string, number>> = { 'RTX-PRO-4500': 595 };

const driverOf = (image: NodeImage): number => (typeof image === 'string' ? PINNED_DRIVER : image.driver);

/** Cards that the pinned images cannot run. */
export const needsOwnImage = (gpu: string): boolean => (FIRST_DRIVER[gpu] ?? 0) > PINNED_DRIVER;

/** Refuses an image whose driver does not run the card, or the engines. */
export function mustDrive(pool: Construct, gpu: string, image: NodeImage, others: readonly string[]): void {
  const needed = Object.hasOwn(FIRST_DRIVER, gpu) ? FIRST_DRIVER[gpu] : OLDEST_DRIVER;
  const driver = driverOf(image);
  if (driver >= needed) return;
  const own = `build an image with driver ${needed} and name it: image: { ami: …, driver: ${needed} }`;
  if (typeof image === 'string') {
    throw new PlatformError(pool, {
      what: `'gpu' is '${gpu}', which the node image cannot run`,
      why: `the card needs driver ${needed}, and the ${image === 'bottlerocket' ? 'Bottlerocket' : 'EKS'} image brings ${driver}`,
      fix: `choose from ${others.join(', ')}, or ${own}`,
    });
  }
  throw new PlatformError(pool, {
    what: `'image.driver' is ${driver}`,
    why:
      needed === OLDEST_DRIVER
        ? `engines are CUDA 13 builds, which need driver ${needed}: their pods would fail at start`
        : `${gpu} needs driver ${needed}: its nodes would show no GPU`,
    fix: own,
  });
}

/** How a node class names an image. */
export function selectedBy(image: NodeImage): object {
  if (typeof image === 'string') return { amiSelectorTerms: [{ alias: nodeImage[image] }] };
  return { amiFamily: 'AL2023', amiSelectorTerms: [{ id: image.ami }] };
}
