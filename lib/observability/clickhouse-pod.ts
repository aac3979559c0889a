import type { Construct } from 'constructs';
import { claimSpec, type PodSpec, sized } from '../core';

/** User of ClickHouse's images. */
const USER = 101;

/** What a pod of ClickHouse or of a keeper needs in order to be let into a restricted namespace. */
const RESTRICTED_POD = {
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

interface MemberContainer {
  readonly name: string;
  readonly image: string;
  readonly cpu: string;
  readonly memory: string;
  readonly ports: Readonly<Record<string, number>>;
}

export interface MemberPod {
  readonly container: MemberContainer;
  readonly spread: Pick<PodSpec, 'topologySpreadConstraints'>;
  /** The disk of each pod. */
  readonly volume: { readonly name: string; readonly storageGiB: number };
}

/** The parts of an installation that say what its pods are, and that every pod is one of these. */
export function podTemplates(scope: Construct, { container, spread, volume }: MemberPod) {
  const spec = {
    ...RESTRICTED_POD,
    ...spread,
    containers: [{ ...restrictedContainer(container), env: [{ name: 'TZ', value: 'UTC' }] }],
  };
  return {
    defaults: { templates: { podTemplate: 'default', dataVolumeClaimTemplate: volume.name } },
    templates: {
      podTemplates: [{ name: 'default', spec }],
      volumeClaimTemplates: [
        { name: volume.name, reclaimPolicy: 'Retain', spec: claimSpec(scope, volume.storageGiB) },
      ],
    },
  };
}

/** The container of a pod template; the operator adds probes and mounts. */
function restrictedContainer({ name, image, cpu, memory, ports }: MemberContainer) {
  return {
    name,
    image,
    ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })),
    resources: sized({ cpu, memory }),
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
}
