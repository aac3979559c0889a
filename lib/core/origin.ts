import type { IConstruct } from 'constructs';

const KEY = 'origin';

/** Say which entry of the environment file a construct comes from; findings about it then carry that line. */
export function setOrigin<T extends IConstruct>(construct: T, path: string): T {
  construct.node.addMetadata(KEY, path);
  return construct;
}

/** The entry of the environment file that a construct itself was made from. */
export function ownOrigin(construct: IConstruct): string | undefined {
  return construct.node.metadata.find((entry) => entry.type === KEY)?.data as string | undefined;
}

/** The entry that the construct, or the nearest one around it, was made from. */
export function originOf(construct: IConstruct): string | undefined {
  for (let at: IConstruct | undefined = construct; at; at = at.node.scope) {
    const origin = ownOrigin(at);
    if (origin) return origin;
  }
  return undefined;
}
