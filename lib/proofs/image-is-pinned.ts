import { isCustom } from './kinds';
import type { Proof, Refusal } from './proof';
import { walk } from './walk';

/** Parts of a tag that say that it moves, even beside a number: `latest-gpu`, `cuda12-latest`. */
const MOVING = /(^|[-_.])(latest|edge)($|[-_.])/;

/**
 * What is wrong with an image reference. A tag with a digit counts as a version, so `main-v1.77.5` and `18.4` pass;
 * `main`, `stable`, `nightly` and `dev` have none.
 */
export function unpinned(image: string): string | undefined {
  if (image.includes('@sha256:')) return undefined;
  const last = image.slice(image.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  if (colon < 0) return 'has no tag, which means latest';
  const tag = last.slice(colon + 1);
  if (MOVING.test(tag) || !/\d/.test(tag)) return `has the tag '${tag}', which moves`;
  return undefined;
}

/** A volume that shows the files of an image. */
interface MountedImage {
  readonly name: string;
  readonly image?: { readonly reference: string };
}

/** Keys of charts and custom resources under which images stand. */
const IMAGE = /^(image|imageName|[a-z]\w*Image)$/;
const WHY = 'the same manifest runs another program tomorrow, and a rollback brings nothing back';
const FIX = 'name a version, or a digest';

/**
 * Every image has a version: in pods, in custom resources, in chart values that name one, and of nodes. Files that are mounted
 * from one are named by its digest in tier prod: they are data that no build of ours has seen.
 *
 * Fails: `image: example.com/demo:latest`.
 */
export const imageIsPinned: Proof = {
  name: 'image-is-pinned',
  about: 'Images of containers, custom resources, chart values and nodes name a version that does not move.',
  check({ rendered, policy }) {
    const findings: Refusal[] = [];
    let checked = 0;
    const byDigest = policy?.tier === 'prod' && !policy.assumed;
    const judge = (object: string, at: string, image: string) => {
      checked++;
      const fault = unpinned(image);
      if (fault) findings.push({ object, what: `${at} '${image}' ${fault}`, why: WHY, fix: FIX });
    };
    for (const { owner, template } of rendered.facts.of('pods')) {
      for (const { name, image } of [...(template.spec.initContainers ?? []), ...template.spec.containers]) {
        if (image) judge(owner, `container '${name}': image`, image);
      }
      for (const { name, image } of (template.spec.volumes ?? []) as readonly MountedImage[]) {
        if (!image) continue;
        judge(owner, `volume '${name}': image`, image.reference);
        if (!byDigest || unpinned(image.reference) || image.reference.includes('@sha256:')) continue;
        findings.push({
          object: owner,
          what: `volume '${name}': image '${image.reference}' is named by a tag, in an environment of tier prod`,
          why: 'whoever may push to its repository changes what replicas answer with, one node at a time',
          fix: 'name its digest: repository@sha256:…',
        });
      }
    }
    for (const { id, json } of rendered.objects) {
      if (!isCustom(json)) continue;
      walk(json.spec, (key, value, path) => {
        if (IMAGE.test(key)) {
          if (typeof value === 'string' && value) judge(id, `spec.${path}`, value);
          else if (isParts(value)) judge(id, `spec.${path}`, `${value.repository}:${value.tag}`);
        } else if (key === 'alias' && typeof value === 'string' && json.kind === 'EC2NodeClass') {
          checked++;
          if (!value.endsWith('@latest')) return;
          findings.push({
            object: id,
            what: `spec.${path} '${value}' moves`,
            why: 'every node is replaced on the day of a release, GPUs and their models too',
            fix: "name a release, such as 'al2023@v20260714'",
          });
        }
      });
    }
    for (const { name, namespace, values } of rendered.facts.of('release')) {
      const release = `release/${namespace}/${name}`;
      walk(values, (key, value, path, parent) => {
        if (typeof value !== 'string' || !value) return;
        // Without a tag the chart, which has an exact version, decides.
        if (key === 'tag' && !isDigest(parent))
          judge(release, `values.${path}`, `${parent.repository ?? 'image'}:${value}`);
        else if (IMAGE.test(key) && value.slice(value.lastIndexOf('/')).includes(':'))
          judge(release, `values.${path}`, value);
      });
    }
    return { findings, checked };
  },
};

function isParts(value: unknown): value is { readonly repository: string; readonly tag: string } {
  const parts = value as { repository?: unknown; tag?: unknown } | null;
  return typeof parts === 'object' && typeof parts?.repository === 'string' && typeof parts.tag === 'string';
}

const isDigest = (parent: Readonly<Record<string, unknown>>): boolean =>
  typeof parent.digest === 'string' && parent.digest.startsWith('sha256:');
