import { sized } from '../core';

/** User of ClickHouse's images. */
const USER = 101;

/** What a pod of ClickHouse or of a keeper needs in order to be let into a restricted namespace. */
export const RESTRICTED_POD = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: USER,
    runAsGroup: USER,
    fsGroup: USER,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  },
} as const;

export interface MemberContainer {
  readonly name: string;
  readonly image: string;
  readonly cpu: string;
  readonly memory: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** The container of a pod template; the operator adds probes and mounts. */
export function restrictedContainer({ name, image, cpu, memory, ports }: MemberContainer) {
  return {
    name,
    image,
    ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })),
    resources: sized({ cpu, memory }),
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
}
