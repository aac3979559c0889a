import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { IModelEndpoint, IScrapeTarget } from '../../contracts';
import {
  declare,
  type MetricsEndpoint,
  namespaceOf,
  PlatformError,
  type PodGroup,
  type SecretRef,
} from '../../core';
import type { Agentgateway } from './agentgateway';
import { EndpointPicker, type ModelPods, type PickerOptions } from './endpoint-picker';
import { GatewayProxy } from './gateway-proxy';

export interface InferenceGatewayProps {
  readonly controller: Agentgateway;
  /**
   * Longest request that a stopping proxy finishes; no model may answer longer.
   * @default 180
   */
  readonly drainSeconds?: number;
  /**
   * Largest request: its model is read from the whole of it. Answers stream.
   * @default 32
   */
  readonly bodyMiB?: number;
  /** @default - the environment's policy: 1 in dev, 2 in prod */
  readonly replicas?: number;
}

/** One side of a split. */
export interface Share {
  /** A model that this gateway routes. */
  readonly to: PickedModel;
  /** Percent of the requests. */
  readonly weight: number;
}

interface PoolShare {
  readonly name: string;
  readonly weight: number;
}

const PORT = 8080;
/** Carries the model of the body: routes cannot match a body. */
const MODEL_HEADER = 'x-gateway-model-name';
/** Time for an answer's way back: the model should be the one to give up. */
const MARGIN_SECONDS = 15;

/** A name that clients ask the gateway for. */
export class PickedModel extends Construct implements IModelEndpoint {
  public readonly provider: string;
  public readonly readsHeaders = true;

  /** Used by the gateway. */
  constructor(
    scope: Construct,
    id: string,
    public readonly model: string,
    public readonly baseUrl: string,
    public readonly pods: PodGroup,
    public readonly longestSeconds: number,
    public readonly picker?: EndpointPicker,
    private readonly server?: ModelPods,
  ) {
    super(scope, id);
    this.provider = `hosted_vllm/${model}`;
  }

  public get port(): number {
    return PORT;
  }

  /** Whether its replicas ask callers for a key. */
  public get asksForKey(): boolean {
    return this.server?.asksForKey ?? false;
  }

  /** The key goes through: its replicas ask for it, not the gateway. */
  public keyFor(consumer: Construct): SecretRef | undefined {
    return this.server?.keyFor?.(consumer);
  }
}

/** One URL inside the cluster for all models that have several replicas; each request goes to the best of them. */
export class InferenceGateway extends Construct implements IScrapeTarget {
  /** Up to and including `/v1`. */
  public readonly baseUrl: string;
  private readonly proxy: GatewayProxy;
  private readonly namespace: string;
  private readonly drainSeconds: number;
  private readonly pickers: EndpointPicker[] = [];
  /** Pools that share the requests for a name. */
  private readonly shares = new Map<string, readonly PoolShare[]>();

  constructor(scope: Construct, id: string, props: InferenceGatewayProps) {
    super(scope, id);
    this.namespace = namespaceOf(this);
    this.drainSeconds = props.drainSeconds ?? 180;
    this.baseUrl = `http://${id}.${this.namespace}.svc:${PORT}/v1`;
    this.proxy = new GatewayProxy(this, 'Proxy', id, {
      controller: props.controller,
      port: PORT,
      listeners: () => [{ name: 'http', port: PORT, protocol: 'HTTP' }],
      service: { spec: { type: 'ClusterIP' } },
      size: { cpu: '1', memory: '2Gi' },
      drainSeconds: this.drainSeconds,
      ...(props.replicas === undefined ? {} : { replicas: props.replicas }),
    });
    const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: id }];
    this.policy('by-model', {
      targetRefs,
      traffic: {
        phase: 'PreRouting',
        transformation: { request: { set: [{ name: MODEL_HEADER, value: 'json(request.body).model' }] } },
      },
    });
    // What is larger has no model, and so no route.
    this.policy('limits', { targetRefs, frontend: { http: { maxBufferSize: `${props.bodyMiB ?? 32}Mi` } } });
    this.node.addValidation({
      validate: () =>
        this.pickers.length ? [] : ['routes to no model. Call route(model) at least once, or leave it out'],
    });
  }

  /** Proxies and pickers. */
  public get metrics(): readonly MetricsEndpoint[] {
    return [...this.proxy.metrics, ...this.pickers.flatMap((picker) => picker.metrics)];
  }

  /** Send each request for a model to the replica that answers it best. */
  public route(server: ModelPods, options: PickerOptions = {}): PickedModel {
    this.mustBeFree(server.model);
    this.mustOutlast(server);
    const picker = new EndpointPicker(this, `Pool-${server.model}`, server, options);
    picker.allowFrom(this.proxy.pods);
    this.pickers.push(picker);
    this.httpRoute(server.model, server.longestSeconds, [{ name: picker.pool, weight: 1 }]);
    return this.picked(server.model, server.longestSeconds, picker, server);
  }

  /**
   * Give a second server a part of the requests for a model, in percent. Both stay up at every weight, so that one value
   * takes the requests back.
   */
  public canary(
    of: PickedModel,
    server: ModelPods,
    weight: number,
    options: Pick<PickerOptions, 'scorers'> = {},
  ): EndpointPicker {
    this.mustBePercent(server, weight);
    this.mustBeAlike(of, server);
    const picker = new EndpointPicker(this, `Pool-${server.model}`, server, {
      ...options,
      // Without its picker nobody tells it the name that it knows: its requests would fail one step later.
      onFailure: 'close',
      answersAs: of.model,
    });
    picker.allowFrom(this.proxy.pods);
    this.pickers.push(picker);
    const [stable] = this.shares.get(of.model) ?? [];
    this.shares.set(of.model, [
      { ...stable, weight: 100 - weight },
      { name: picker.pool, weight },
    ]);
    return picker;
  }

  /**
   * What a route says that stands before the one of a model with a canary: it matches the method too, which goes first
   * whatever else is alike. For whoever changes the weights while the platform runs.
   */
  public nearer({ model, longestSeconds }: PickedModel): Readonly<Record<string, unknown>> {
    if (this.shares.get(model)?.length !== 2) {
      throw new PlatformError(this, {
        what: `'${model}' has no canary whose share could change`,
        why: 'all of its requests go to one pool',
        fix: `call canary(of, server, weight) for '${model}' first`,
      });
    }
    return this.routeSpec(model, longestSeconds, this.backends(model), 'POST');
  }

  /** Share the requests for a new name between models: an alias, or a comparison. */
  public split(alias: string, shares: readonly Share[]): PickedModel {
    this.mustBeFree(alias);
    this.mustBeWhole(alias, shares);
    this.mustBeOpen(alias, shares);
    const longest = Math.max(...shares.map(({ to }) => to.longestSeconds));
    const pools = shares.flatMap(({ to, weight }) => {
      if (!to.picker || !this.pickers.includes(to.picker)) {
        throw new PlatformError(this, {
          what: `'${alias}' is to share its requests with '${to.model}', which this gateway does not pick for`,
          why: 'a share goes to the pool of a model',
          fix: `pass what route() returned for '${to.model}'`,
        });
      }
      to.picker.answerAs(alias);
      return [{ name: to.picker.pool, weight }];
    });
    this.httpRoute(alias, longest, pools);
    const model = this.picked(alias, longest);
    declare(model, 'join', {
      object: `HTTPRoute/${this.namespace}/${alias}`,
      scope: 'model alias',
      defines: alias,
    });
    return model;
  }

  private picked(
    model: string,
    longestSeconds: number,
    picker?: EndpointPicker,
    server?: ModelPods,
  ): PickedModel {
    const { baseUrl, proxy } = this;
    return new PickedModel(this, model, model, baseUrl, proxy.pods, longestSeconds, picker, server);
  }

  private httpRoute(model: string, longestSeconds: number, pools: readonly PoolShare[]): void {
    this.shares.set(model, pools);
    new ApiObject(this, `Route-${model}`, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: model, namespace: this.namespace },
      spec: this.routeSpec(model, longestSeconds, Lazy.any({ produce: () => this.backends(model) })),
    });
  }

  private routeSpec(model: string, longestSeconds: number, backendRefs: unknown, method?: 'POST') {
    return {
      parentRefs: [this.proxy.parentRef('http')],
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

  private backends(model: string) {
    return (this.shares.get(model) ?? []).map(({ name, weight }) => ({
      group: 'inference.networking.k8s.io',
      kind: 'InferencePool',
      name,
      weight,
    }));
  }

  private policy(name: string, spec: object): void {
    new ApiObject(this, `Policy-${name}`, {
      apiVersion: 'agentgateway.dev/v1alpha1',
      kind: 'AgentgatewayPolicy',
      metadata: { name: `${this.proxy.name}-${name}`, namespace: this.namespace },
      spec,
    });
  }

  private mustBeFree(model: string): void {
    if (this.node.tryFindChild(model)) {
      throw new PlatformError(this, {
        what: `'${model}' is routed already`,
        why: 'one of the two would never be asked',
        fix: 'choose another name',
      });
    }
  }

  private mustOutlast({ model, longestSeconds }: IModelEndpoint): void {
    if (longestSeconds <= this.drainSeconds) return;
    throw new PlatformError(this, {
      what: `drains for ${this.drainSeconds} s, and '${model}' answers for up to ${longestSeconds} s`,
      why: 'a stopping proxy would cut answers that are still being written',
      fix: `raise drainSeconds to ${longestSeconds}`,
    });
  }

  private mustBePercent({ model }: IModelEndpoint, weight: number): void {
    if (Number.isInteger(weight) && weight >= 0 && weight <= 100) return;
    throw new PlatformError(this, {
      what: `'${model}' is to get ${weight} percent of the requests`,
      why: 'weights of routes are whole numbers, and the two sides share all requests',
      fix: 'choose a whole number from 0 to 100',
    });
  }

  private mustBeAlike(of: PickedModel, server: ModelPods): void {
    if (this.shares.get(of.model)?.length !== 1) {
      throw new PlatformError(this, {
        what: `'${server.model}' is to be a canary of '${of.model}', whose requests are shared already`,
        why: 'a canary and its model have all requests between them',
        fix: `pass what route() returned for a model without another canary`,
      });
    }
    if (server.longestSeconds > of.longestSeconds) {
      throw new PlatformError(this, {
        what: `'${server.model}' answers for up to ${server.longestSeconds} s, and the route of '${of.model}' waits ${of.longestSeconds} s`,
        why: 'its longest answers would be cut, and it would look worse than it is',
        fix: `give both the same drainSeconds`,
      });
    }
    if (of.keyFor(this)?.secret !== server.keyFor?.(this)?.secret) {
      throw new PlatformError(this, {
        what: `'${server.model}' and '${of.model}' do not ask for the same key`,
        why: 'a caller sends one key and knows not to whom: the other would refuse it',
        fix: `pass keyOf: the server of '${of.model}'`,
      });
    }
  }

  private mustBeOpen(alias: string, shares: readonly Share[]): void {
    const keyed = shares.find(({ to }) => to.asksForKey);
    if (!keyed) return;
    throw new PlatformError(this, {
      what: `'${alias}' shares its requests with '${keyed.to.model}', which asks for a key of its own`,
      why: 'a caller sends one key and knows not to whom: the others would refuse it',
      fix: `drop apiKey of '${keyed.to.model}': network policies let only the gateway in`,
    });
  }

  private mustBeWhole(alias: string, shares: readonly Share[]): void {
    const sum = shares.reduce((total, { weight }) => total + weight, 0);
    if (sum === 100) return;
    throw new PlatformError(this, {
      what: `weights of '${alias}' add up to ${sum}`,
      why: 'they are percent: what is missing or too much would be shared out in silence',
      fix: 'let them add up to 100',
    });
  }
}
