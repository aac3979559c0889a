import { type Cluster, type Facts, idOf, type Layer, objectsOf, PodGroup, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { AWS, layer } from '../core/tree';

/** A cluster without AWS, such as kind. */
export const LOCAL: Cluster = {
  environment: 'local',
  prefix: 'nexus',
  kubernetes: '1.36',
  serviceCidr: '10.96.0.0/16',
  apiServerPort: 6443,
  storageClass: 'standard',
};

/** A layer of stores: on AWS in prod, on kind in local. */
export const stores = (tier: 'dev' | 'local' | 'prod' = 'prod'): Layer =>
  layer('data', { tier, cluster: tier === 'local' ? LOCAL : AWS });

/** Pods of somebody who connects, in the namespace of the layer. */
export const pods = (scope: Layer, name = 'web'): PodGroup =>
  new PodGroup(scope, name, { name, labels: { 'app.kubernetes.io/name': name } });

export const facts = (layer: Layer): Facts => render(layer.node.root).facts;

/** What an API server would refuse. */
export const faults = (layer: Layer): string[] =>
  objectsOf(layer).flatMap((object) =>
    validateObject(object).map(({ path, message }) => `${idOf(object)} ${path}: ${message}`),
  );

interface Rule {
  readonly from?: readonly object[];
  readonly to?: readonly object[];
  readonly ports?: readonly { readonly port: number }[];
}

/** Ports on which the policies of both ends let one group through to another. */
export function openBetween(layer: Layer, from: string, to: string): number[] {
  const policies = new Map(
    objectsOf(layer)
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map(({ metadata, spec }) => [
        metadata.name,
        spec as { ingress: Rule[]; egress: Rule[]; podSelector: object },
      ]),
  );
  const selector = (name: string) => JSON.stringify(policies.get(name)?.podSelector);
  const matching = (rules: readonly Rule[] | undefined, side: 'from' | 'to', peer: string) =>
    (rules ?? [])
      .filter((rule) =>
        rule[side]?.some(
          (p) => JSON.stringify((p as { podSelector?: object }).podSelector) === selector(peer),
        ),
      )
      .flatMap((rule) => (rule.ports ?? []).map(({ port }) => port));
  const out = matching(policies.get(from)?.egress, 'to', to);
  return matching(policies.get(to)?.ingress, 'from', from)
    .filter((port) => out.includes(port))
    .sort((a, b) => a - b);
}
