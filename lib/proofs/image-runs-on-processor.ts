import { processorsOf, repositoryOf } from '../catalog';
import { closedTo } from './placement';
import type { Proof, Refusal } from './proof';

/**
 * Pods that may land on nodes of arm64 have images that are built for it.
 *
 * Fails: a Deployment placed on a pool of `arch: arm64` with an image that nobody knows to be built for it.
 */
export const imageRunsOnProcessor: Proof = {
  name: 'image-runs-on-processor',
  about: 'Images of pods that may land on arm64 are built for it.',
  check({ rendered }) {
    const { facts } = rendered;
    const pools = facts.of('pool').filter(({ arch }) => arch === 'arm64');
    const stated = new Map(
      facts.of('image').map(({ repository, processors }) => [repositoryOf(repository), processors]),
    );
    const findings: Refusal[] = [];
    let checked = 0;
    for (const { owner, template } of facts.of('pods')) {
      const open = pools.find((pool) => closedTo(pool, template.spec) === undefined);
      if (!open) continue;
      for (const { name, image } of [...(template.spec.initContainers ?? []), ...template.spec.containers]) {
        // What charts run is AWS's and their own: they are placed on amd64, and what follows every node is built for both.
        if (!image) continue;
        checked++;
        const processors = stated.get(repositoryOf(image)) ?? processorsOf(image);
        if (processors?.includes('arm64')) continue;
        const repository = repositoryOf(image);
        findings.push({
          object: owner,
          what: `may land on pool '${open.name}' of arm64, and image '${image}' of container '${name}' is ${
            processors ? `built for ${processors.join(' and ')} alone` : 'not known to be built for it'
          }`,
          why: "an image for other processors ends with 'exec format error' at every start",
          fix: processors
            ? 'place it on a pool of amd64'
            : `place it on a pool of amd64, or say what it is built for: declare(construct, 'image', { repository: '${repository}', processors: ['amd64', 'arm64'] })`,
        });
      }
    }
    if (checked === 0) return { findings, checked, skipped: 'no image of ours may land on arm64' };
    return { findings, checked };
  },
};
