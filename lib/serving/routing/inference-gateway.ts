import { Construct } from 'constructs';
import type { IModelEndpoint, IScrapeTarget } from '../../contracts';
import { declare, type MetricsEndpoint, namespaceOf, PlatformError } from '../../core';
import { EndpointPicker, type ModelPods, type PickerOptions } from './endpoint-picker';
import { EnvoyAiGateway } from './envoy-gateway';
import type { Fleet } from './fleet';
import { fleetOf, type GatewayController } from './fleets';
import { Istio } from './istio';
import { IstioModelRoutes } from './istio-models';
import {
  AgentgatewayModelRoutes,
  backends,
  EnvoyModelRoutes,
  type ModelRoutes,
  type PoolShare,
} from './model-routes';
import { type Behind, PickedModel, INFERENCE_PORT as PORT } from './picked-model';
import { mustBeOpen, mustBeWhole, type Share, sharesByPool } from './shares';

export interface InferenceGatewayProps {
  readonly controller: GatewayController;
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

/** One URL inside the cluster for all models that have several replicas; each request goes to the best of them. */
export class InferenceGateway extends Construct implements IScrapeTarget {
  /** Up to and including `/v1`. */
  public readonly baseUrl: string;
  private readonly proxy: Fleet;
  private readonly routes: ModelRoutes;
  private readonly namespace: string;
  private readonly drainSeconds: number;
  private readonly pickers: EndpointPicker[] = [];
  /** Pools that share the requests for a name. */
  private readonly shares = new Map<string, readonly PoolShare[]>();

  constructor(scope: Construct, id: string, props: InferenceGatewayProps) {
    super(scope, id);
    const { controller, bodyMiB = 32 } = props;
    this.namespace = namespaceOf(this);
    this.drainSeconds = props.drainSeconds ?? 180;
    const told = {
      port: PORT,
      listeners: () => [{ name: 'http', port: PORT, protocol: 'HTTP' }] as const,
      service: { spec: { type: 'ClusterIP' } },
      size: { cpu: '1', memory: '2Gi' },
      drainSeconds: this.drainSeconds,
      bodyMiB,
      ...(props.replicas === undefined ? {} : { replicas: props.replicas }),
    } as const;
    this.proxy = fleetOf(this, id, controller, told, { models: true });
    this.baseUrl = `http://${this.proxy.host}:${PORT}/v1`;
    this.routes = this.readBy(controller, bodyMiB);
    this.node.addValidation({
      validate: () =>
        this.pickers.length ? [] : ['routes to no model. Call route(model) at least once, or leave it out'],
    });
  }

  /** Proxies, pickers, and whoever reads models for them. */
  public get metrics(): readonly MetricsEndpoint[] {
    const pickers = this.pickers.flatMap((picker) => picker.metrics);
    return [...this.proxy.metrics, ...(this.routes.metrics ?? []), ...pickers];
  }

  /** Send each request for a model to the replica that answers it best. */
  public route(server: ModelPods, options: PickerOptions = {}): PickedModel {
    this.mustBeFree(server.model);
    this.mustOutlast(server);
    this.mustFailAsAsked(server, options);
    const onFailure = this.routes.cannotFailOpen ? 'close' : options.onFailure;
    const picker = new EndpointPicker(this, `Pool-${server.model}`, server, { ...options, onFailure });
    picker.allowFrom(this.proxy.pods);
    this.routes.reach?.(picker.service);
    this.pickers.push(picker);
    const named = (model: string, adapters?: readonly PickedModel[]) => {
      this.httpRoute(model, server.longestSeconds, [{ name: picker.pool, weight: 1 }]);
      return this.picked(model, server.longestSeconds, { picker, server, adapters });
    };
    return named(
      server.model,
      (server.adapters ?? []).map(({ model }) => {
        this.mustBeFree(model);
        return named(model);
      }),
    );
  }

  /**
   * Give a second server a part of the requests for a model, in percent. Both stay up at every weight, so that one value
   * takes the requests back.
   */
  public canary(
    of: PickedModel,
    server: ModelPods,
    weight: number,
    options: Pick<PickerOptions, 'scorers' | 'prefix' | 'pickers'> = {},
  ): EndpointPicker {
    this.mustBePercent(server, weight);
    this.mustShare(of.model, 2);
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
    const shares = this.shares.get(model) ?? [];
    if (shares.length !== 2 || !(this.routes instanceof AgentgatewayModelRoutes)) {
      throw new PlatformError(this, {
        what: `'${model}' has no canary whose share could change`,
        why: 'all of its requests go to one pool',
        fix: `call canary(of, server, weight) for '${model}' first`,
      });
    }
    return this.routes.spec(model, longestSeconds, backends(shares), 'POST');
  }

  /**
   * Share the requests for a new name between models and their adapters: an alias, or a comparison. What one server answers
   * is shared by its picker, the rest by the route.
   */
  public split(alias: string, shares: readonly Share[]): PickedModel {
    this.mustBeFree(alias);
    mustBeWhole(this, alias, shares);
    mustBeOpen(this, alias, shares);
    const longest = Math.max(...shares.map(({ to }) => to.longestSeconds));
    const pools = sharesByPool(this, alias, shares, this.pickers);
    this.mustShare(alias, pools.length);
    for (const { picker, targets } of pools) picker.answerAs(alias, targets);
    this.httpRoute(
      alias,
      longest,
      pools.map(({ picker, weight }) => ({ name: picker.pool, weight })),
    );
    const [{ to }] = shares;
    const model = this.picked(
      alias,
      longest,
      pools.length === 1 ? { picker: to.picker, server: to.server } : {},
    );
    declare(model, 'join', {
      object: `HTTPRoute/${this.namespace}/${alias}`,
      scope: 'model alias',
      defines: alias,
    });
    return model;
  }

  private readBy(controller: GatewayController, bodyMiB: number): ModelRoutes {
    if (controller instanceof EnvoyAiGateway) return new EnvoyModelRoutes(this, this.proxy);
    return controller instanceof Istio
      ? new IstioModelRoutes(this, this.proxy, bodyMiB)
      : new AgentgatewayModelRoutes(this, this.proxy, bodyMiB);
  }

  private picked(model: string, longestSeconds: number, behind: Behind = {}): PickedModel {
    const { baseUrl, proxy } = this;
    return new PickedModel(this, model, { model, baseUrl, pods: proxy.pods, longestSeconds, ...behind });
  }

  private httpRoute(model: string, longestSeconds: number, pools: readonly PoolShare[]): void {
    this.shares.set(model, pools);
    this.routes.route(model, longestSeconds, () => this.shares.get(model) ?? []);
  }

  private mustFailAsAsked({ model }: ModelPods, { onFailure }: PickerOptions): void {
    if (onFailure !== 'open' || !this.routes.cannotFailOpen) return;
    throw new PlatformError(this, {
      what: `is to answer for '${model}' also while its picker is away`,
      why: this.routes.cannotFailOpen,
      fix: "use onFailure 'close', which is what happens, with a fallback at the gateway in front; or the controller Istio",
    });
  }

  private mustShare(name: string, pools: number): void {
    if (pools < 2 || !this.routes.cannotShare) return;
    throw new PlatformError(this, {
      what: `is to share the requests for '${name}' between ${pools} pools`,
      why: this.routes.cannotShare,
      fix: 'share them between adapters of one server, let the gateway in front share them, or use the controller Agentgateway',
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
}
