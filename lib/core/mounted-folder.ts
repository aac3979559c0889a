import { type ApiObject, JsonPatch } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-30';

/** A folder that somebody else fills. */
export type MountedFolder =
  | {
      /** Claim that holds it. */
      readonly claim: string;
      /**
       * Part of the volume that is seen.
       * @default - all of it
       */
      readonly subPath?: string;
      /**
       * Whether the pod may write to it.
       * @default false
       */
      readonly write?: boolean;
    }
  | {
      /** Image whose files it shows, never to be written to. */
      readonly image: string;
      /**
       * When the node asks the registry for it.
       * @default 'IfNotPresent'
       */
      readonly pullPolicy?: 'Always' | 'IfNotPresent';
      /**
       * Part of the image that is seen.
       * @default - all of it
       */
      readonly subPath?: string;
    };

/** Folders of a pod, by where it sees them. */
type Mounts = Readonly<Record<string, MountedFolder>>;

/** A volume's name, from the folder that it is seen as. */
export const volumeName = (path: string): string =>
  path
    .replace(/^\/+|\/+$/g, '')
    .replace(/[^a-z0-9]+/gi, '-')
    .toLowerCase() || 'root';

/** Volumes of a pod and where its containers see them. A claim that is seen in parts is one volume. */
export function mountedFolders(folders: Mounts = {}): { volumes: k8s.Volume[]; mounts: k8s.VolumeMount[] } {
  const volumes: k8s.Volume[] = [];
  const mounts = Object.entries(folders).map(([mountPath, { subPath, ...from }]): k8s.VolumeMount => {
    const readOnly = !('write' in from && from.write);
    const name = 'claim' in from ? `claim-${from.claim}` : `image-${volumeName(mountPath)}`;
    if (!volumes.some((volume) => volume.name === name)) {
      // What an image volume says is not in these types: `writeImages` puts it there.
      const source =
        'claim' in from
          ? { persistentVolumeClaim: { claimName: from.claim, ...(readOnly ? { readOnly } : {}) } }
          : {};
      volumes.push({ name, ...source });
    }
    return { name, mountPath, ...(subPath ? { subPath } : {}), ...(readOnly ? { readOnly } : {}) };
  });
  return { volumes, mounts };
}

/** Writes images as volumes where the template of a workload lies in its object: the types drop what they do not know. */
export function writeImages(
  object: ApiObject,
  at: string,
  { spec }: k8s.PodTemplateSpec,
  { mounts = {} }: { readonly mounts?: Mounts },
): void {
  const patches = Object.entries(mounts).flatMap(([folder, from]) => {
    if (!('image' in from)) return [];
    const index = spec?.volumes?.findIndex(({ name }) => name === `image-${volumeName(folder)}`);
    const { image: reference, pullPolicy = 'IfNotPresent' } = from;
    return [JsonPatch.add(`${at}/spec/volumes/${index}/image`, { reference, pullPolicy })];
  });
  if (!patches.length) return;
  const typed = object.toJson.bind(object);
  object.toJson = () => JsonPatch.apply(typed(), ...patches);
}
