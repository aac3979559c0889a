import { ApiObject, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import type { MetricsEndpoint } from '../../core';
import type { Fleet } from './fleet';
import { parentRef } from './gateway-object';

/** A pool and its part of the requests for a name. */
export interface PoolShare {
  readonly name: string;
  readonly weight: number;
}

/** Time for an answer's way back: the model should be the one to give up. */
const MARGIN_SECONDS = 15;

/** How proxies read the model off a request and send it to a pool, and what they cannot do. */
export interface ModelRoutes {
  /** Why the requests for a name cannot go to several pools; absent where they can. */
  readonly cannotShare?: string;
  /** Why requests do not go on while a picker is away; absent where they do. */
  readonly cannotFailOpen?: string;
  /** Of whoever reads models for the proxies. */
  readonly metrics?: readonly MetricsEndpoint[];
  /** Tell proxies how to reach the Service of a picker, where they do not know. */
  reach?(picker: string): void;
  /** Send requests for a model to pools; asked for when the manifest is written. */
  route(model: string, longestSeconds: number, pools: () => readonly PoolShare[]): void;
}

/** Pools as routes name them. */
export const backends = (pools: readonly PoolShare[]) =>
  pools.map(({ name, weight }) => ({
    group: 'inference.networking.k8s.io',
    kind: 'InferencePool',
    name,
    weight,
  }));

/** Carries the model of the body: routes cannot match a body. */
export const MODEL_HEADER = 'x-gateway-model-name';

/** Routes by a header that has the model of the body. */
export abstract class HeaderModelRoutes implements ModelRoutes {
  constructor(
    protected readonly gateway: Construct,
    protected readonly fleet: Fleet,
  ) {}

  public route(model: string, longestSeconds: number, pools: () => readonly PoolShare[]): void {
    new ApiObject(this.gateway, `Route-${model}`, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: model, namespace: this.fleet.namespace },
      spec: this.spec(model, longestSeconds, Lazy.any({ produce: () => backends(pools()) })),
    });
  }

  /** What a route of a model says; one that matches the method, too, goes first. */
  public spec(
    model: string,
    longestSeconds: number,
    backendRefs: unknown,
    method?: 'POST',
  ): Readonly<Record<string, unknown>> {
    return {
      parentRefs: [parentRef(this.fleet, 'http')],
      rules: [
        {
          matches: [
            {
              ...(method ? { method } : {}),
              path: { type: 'PathPrefix', value: '/v1' },
              headers: [{ type: 'Exact', name: MODEL_HEADER, value: model }],
            },
          ],
          backendRefs,
          timeouts: { request: `${longestSeconds + MARGIN_SECONDS}s` },
        },
      ],
    };
  }
}

/** A header that agentgateway writes before it chooses a route. */
export class AgentgatewayModelRoutes extends HeaderModelRoutes {
  public readonly cannotFailOpen =
    'agentgateway 1.4.1 streams a body to the picker before it has heard from it, and cannot send it elsewhere any more: requests get an error until the picker is back (agentgateway issue 3473)';

  constructor(gateway: Construct, fleet: Fleet, bodyMiB: number) {
    super(gateway, fleet);
    const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: fleet.name }];
    this.policy('by-model', {
      targetRefs,
      traffic: {
        phase: 'PreRouting',
        transformation: { request: { set: [{ name: MODEL_HEADER, value: 'json(request.body).model' }] } },
      },
    });
    // What is larger has no model, and so no route.
    this.policy('limits', { targetRefs, frontend: { http: { maxBufferSize: `${bodyMiB}Mi` } } });
  }

  private policy(name: string, spec: object): void {
    new ApiObject(this.gateway, `Policy-${name}`, {
      apiVersion: 'agentgateway.dev/v1alpha1',
      kind: 'AgentgatewayPolicy',
      metadata: { name: `${this.fleet.name}-${name}`, namespace: this.fleet.namespace },
      spec,
    });
  }
}

/** Envoy AI Gateway's own routes, whose proxies read bodies themselves. */
export class EnvoyModelRoutes implements ModelRoutes {
  public readonly cannotShare =
    'a rule of Envoy AI Gateway takes one InferencePool: the API server refuses two';
  public readonly cannotFailOpen =
    'Envoy AI Gateway does not read failureMode: its proxies answer with an error until the picker is back';

  constructor(
    private readonly gateway: Construct,
    private readonly fleet: Fleet,
  ) {}

  public route(model: string, longestSeconds: number, pools: () => readonly PoolShare[]): void {
    new ApiObject(this.gateway, `Route-${model}`, {
      apiVersion: 'aigateway.envoyproxy.io/v1beta1',
      kind: 'AIGatewayRoute',
      metadata: { name: model, namespace: this.fleet.namespace },
      spec: {
        parentRefs: [parentRef(this.fleet, 'http')],
        rules: [
          {
            matches: [{ headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: model }] }],
            backendRefs: Lazy.any({
              produce: () => backends(pools()).map(({ weight: _, ...pool }) => pool),
            }),
            timeouts: { request: `${longestSeconds + MARGIN_SECONDS}s` },
          },
        ],
      },
    });
  }
}
