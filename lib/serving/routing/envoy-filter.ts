import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Fleet } from './fleet';

/** A filter of Envoy by its name and its configuration. */
export interface HttpFilter {
  readonly name: string;
  /** Package and message of its configuration, below `envoy.extensions.filters.http`. */
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Filters that the proxies of one of Istio's gateways run before their own, the first one first. */
export function envoyFilter(
  scope: Construct,
  id: string,
  { name, namespace }: Pick<Fleet, 'name' | 'namespace'>,
  filters: readonly HttpFilter[],
): void {
  new ApiObject(scope, id, {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name: `${name}-${id.toLowerCase()}`, namespace },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }],
      // Each goes before what is there already.
      configPatches: filters.toReversed().map((filter) => ({
        applyTo: 'HTTP_FILTER',
        match: {
          context: 'GATEWAY',
          listener: {
            filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } },
          },
        },
        patch: {
          operation: 'INSERT_FIRST',
          value: {
            name: filter.name,
            typed_config: {
              '@type': `type.googleapis.com/envoy.extensions.filters.http.${filter.type}`,
              ...filter.config,
            },
          },
        },
      })),
    },
  });
}
