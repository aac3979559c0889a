import { servicePrice } from '../catalog';
import type { Rendered } from '../core';
import { memoryMiB } from '../proofs';
import { HOURS } from './amount';
import { unitLine } from './foundation-lines';
import type { CostLine } from './line';

interface ClaimSpec {
  readonly resources?: { readonly requests?: { readonly storage?: string } };
}
interface Claim {
  readonly spec?: ClaimSpec;
}

/** GiB of every volume that pods claim for themselves, and of every claim that stands alone. */
export function claimedGiB({ objects, facts }: Rendered): number {
  const size = (spec: ClaimSpec | undefined) => memoryMiB(spec?.resources?.requests?.storage) / 1024;
  let gib = 0;
  for (const { replicas, template } of facts.of('pods')) {
    if (replicas === 'node') continue;
    // What an operator will claim stands in the pods it declares as an ephemeral volume.
    for (const volume of template.spec.volumes ?? []) {
      const { ephemeral } = volume as { readonly ephemeral?: { readonly volumeClaimTemplate?: Claim } };
      gib += replicas * size(ephemeral?.volumeClaimTemplate?.spec);
    }
  }
  for (const { json } of objects) {
    if (json.kind === 'PersistentVolumeClaim' && json.apiVersion === 'v1')
      gib += size(json.spec as ClaimSpec);
    if (json.kind !== 'StatefulSet') continue;
    const { replicas = 1, volumeClaimTemplates = [] } = json.spec as {
      readonly replicas?: number;
      readonly volumeClaimTemplates?: readonly Claim[];
    };
    for (const claim of volumeClaimTemplates) gib += replicas * size(claim.spec);
  }
  return gib;
}

/** Volumes of stores in the cluster. */
export function volumeLines(rendered: Rendered, region: string): readonly CostLine[] {
  const gib = Math.ceil(claimedGiB(rendered));
  if (!gib) return [];
  const price = servicePrice('gp3GibMonth', region);
  return [unitLine('EBS', 'volumes', { count: gib, of: 'GiB gp3', price })];
}

/** Load balancers that objects ask AWS for. */
export function balancerLines({ objects }: Rendered, region: string): readonly CostLine[] {
  const asked = objects.filter(
    ({ json }) =>
      (json.kind === 'Service' && (json.spec as { readonly type?: string })?.type === 'LoadBalancer') ||
      (json.kind === 'Ingress' && json.apiVersion.startsWith('networking.k8s.io')),
  );
  if (!asked.length) return [];
  const price = servicePrice('loadBalancerHour', region);
  const part = { count: asked.length, of: 'load balancer, before its load', price, hours: HOURS };
  return [unitLine('Load balancers', asked.map(({ json }) => json.metadata.name).join(', '), part)];
}
