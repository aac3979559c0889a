import { canariesOf, type Environment } from '../environments';
import { EnvoyGatewayCrds, GatewayApiCrds, InferenceCrds, LoadBalancerController } from '../lib/cluster';
import type { IScrapeTarget, IWebService } from '../lib/contracts';
import { type Layer, type Phase, setOrigin } from '../lib/core';
import {
  Agentgateway,
  AgentgatewayCrds,
  EdgeGateway,
  EnvoyAiGateway,
  EnvoyAiGatewayCrds,
  type GatewayController,
  InferenceGateway,
  Istio,
  IstioCrds,
  type ModelServer,
  type PickedModel,
} from '../lib/serving';
import { withAliases } from './aliases';
import { type Served, sharesOf } from './canaries';
import { picksOf } from './models';
import type { Origins } from './origins';

/** What the parts of a platform share while they are put together. */
export interface Building {
  readonly environment: Environment;
  readonly from: Origins;
  readonly layer: (id: string, phase: Phase, namespace?: string, ...after: Layer[]) => Layer;
  readonly observed: <T extends IScrapeTarget>(target: T) => T;
}

/** A canary with a picker, its model, and who shares the requests between them. */
export interface SharedCanary {
  readonly gateway: InferenceGateway;
  readonly of: PickedModel;
  readonly canary: ModelServer;
}

type Implementation = NonNullable<Environment['gateway']['implementation']>;

/** Namespace of the controller, and of those proxies that it keeps beside it. */
const HOMES: Readonly<Record<Implementation, string>> = {
  agentgateway: 'agentgateway',
  'envoy-ai-gateway': 'envoy-gateway',
  istio: 'istio-system',
};
/** Layer of its own kinds. */
const KINDS: Readonly<Record<Implementation, string>> = {
  agentgateway: 'agentgateway-crds',
  'envoy-ai-gateway': 'ai-gateway-crds',
  istio: 'istio-crds',
};

/** Hosts that people outside the cluster use. */
const hostsOf = ({ gateway, observability }: Environment): readonly string[] =>
  [gateway.host, observability.langfuse?.host].filter((host) => host !== undefined);

/** The gateways of a platform, where it has any: one for the world, one for the replicas of its models. */
export class Doors {
  /** Namespaces they live in. */
  public readonly namespaces: readonly string[];
  /** Canaries whose share this gateway can change. */
  public readonly shared: SharedCanary[] = [];
  private readonly hosts: boolean;
  private readonly picked: boolean;
  /** Models as their picker's gateway answers for them. */
  public readonly pickedModels = new Map<string, PickedModel>();
  private controller?: GatewayController;

  constructor(private readonly building: Building) {
    const { environment } = building;
    this.hosts = hostsOf(environment).length > 0;
    this.picked = Object.values(environment.models).some((model) => picksOf(environment, model));
    this.namespaces = [
      ...(this.hosts || this.picked ? [HOMES[this.implementation]] : []),
      ...(this.hosts ? ['edge'] : []),
      ...(this.hosts && environment.aws ? ['load-balancer'] : []),
    ];
  }

  /** Their kinds, in phase `cluster`. */
  public kinds(): void {
    if (!this.hosts && !this.picked) return;
    const crds = this.building.layer('gateway-crds', 'cluster');
    new GatewayApiCrds(crds, 'gateway-api');
    new InferenceCrds(crds, 'inference');
    if (this.implementation === 'envoy-ai-gateway') new EnvoyGatewayCrds(crds, 'envoy-gateway');
  }

  /** Their controllers, in phase `operators`. */
  public controllers(certManager: Layer): void {
    const { environment, layer, observed } = this.building;
    if (this.hosts && environment.aws) {
      const home = layer('load-balancer', 'operators', 'load-balancer', certManager);
      observed(new LoadBalancerController(home, 'controller'));
    }
    if (!this.hosts && !this.picked) return;
    const namespace = HOMES[this.implementation];
    const kinds = layer(KINDS[this.implementation], 'operators', namespace);
    if (this.implementation === 'envoy-ai-gateway') {
      new EnvoyAiGatewayCrds(kinds, 'crds');
      const home = layer('envoy-gateway', 'operators', namespace, kinds, certManager);
      this.controller = observed(new EnvoyAiGateway(home, 'envoy-gateway'));
    } else if (this.implementation === 'istio') {
      new IstioCrds(kinds, 'crds');
      this.controller = observed(new Istio(layer('istio', 'operators', namespace, kinds), 'istio'));
    } else {
      new AgentgatewayCrds(kinds, 'crds');
      const home = layer('agentgateway', 'operators', namespace, kinds);
      this.controller = observed(new Agentgateway(home, 'agentgateway'));
    }
  }

  private get implementation(): Implementation {
    return this.building.environment.gateway.implementation ?? 'agentgateway';
  }

  /** The inside one: endpoints by the name that clients ask for, in place of the servers it picks for. */
  public models(home: Layer, servers: readonly ModelServer[]): readonly Served[] {
    const { environment, from, observed } = this.building;
    const canaries = canariesOf(environment.models);
    const stable = servers.filter(({ model }) => !canaries.has(model));
    const behind = stable.filter(({ model }) => picksOf(environment, environment.models[model]));
    const canaryOf = ({ model }: ModelServer) => {
      const to = servers.find((server) => canaries.get(server.model)?.of === model);
      return to ? { to, weight: canaries.get(to.model)?.weight ?? 0 } : undefined;
    };
    const picked = this.pickedModels;
    const splits: Served[] = [];
    const served = () => {
      const own = stable.flatMap((server): readonly Served[] => {
        const to = picked.get(server.model);
        return [
          ...sharesOf(server.model, to ?? server, to ? undefined : canaryOf(server)),
          ...(to ?? server).adapters.map((adapter) => ({ alias: adapter.model, to: adapter })),
        ];
      });
      return withAliases(environment, [...own, ...splits]);
    };
    if (!this.controller || !behind.length) return served();
    const controller = this.controller;
    const drainSeconds = Math.max(...behind.map((server) => server.longestSeconds));
    const gateway = from.of(
      'models',
      () => new InferenceGateway(home, 'inference-gateway', { controller, drainSeconds }),
    );
    for (const server of behind) {
      const asked = environment.models[server.model];
      const routing = 'routing' in asked ? asked.routing : undefined;
      const options = routing?.kind === 'picker' ? routing : undefined;
      const path = `models.${server.model}${options ? '.routing' : ''}`;
      const choice = {
        ...options,
        ...(options?.scorers || options?.profile ? { scorers: options.scorers ?? options.profile } : {}),
      };
      const model = from.try(path, () => gateway.route(server, choice));
      if (!model) continue;
      const canary = canaryOf(server);
      if (canary) {
        const { scorers, prefix, pickers } = choice;
        from.try(`models.${server.model}.canary`, () =>
          gateway.canary(model, canary.to, canary.weight, { scorers, prefix, pickers }),
        );
        this.shared.push({ gateway, of: model, canary: canary.to });
      }
      if (model.picker) setOrigin(model.picker, path);
      picked.set(server.model, model);
    }
    for (const [alias, shares] of Object.entries(environment.gateway.splits)) {
      const sides = Object.entries(shares).flatMap(([name, weight]) => {
        const to = [...picked.values()].flatMap((one) => [one, ...one.adapters]);
        return to.filter(({ model }) => model === name).map((side) => ({ to: side, weight }));
      });
      const split = from.try(`gateway.splits.${alias}`, () => gateway.split(alias, sides));
      if (split) splits.push({ alias, to: split });
    }
    observed(gateway);
    return served();
  }

  /** The outside one, in phase `apps`. */
  public edge(gateway: IWebService, pages: IWebService): void {
    const { environment, from, layer, observed } = this.building;
    if (!this.controller || !this.hosts) return;
    const controller = this.controller;
    const drainSeconds = Math.max(gateway.longestSeconds, pages.longestSeconds);
    const edge = from.of('edge', () => {
      return new EdgeGateway(layer('edge', 'apps', 'edge'), 'edge', {
        controller,
        drainSeconds,
        ...environment.edge,
      });
    });
    const { host } = environment.gateway;
    const traces = environment.observability.langfuse?.host;
    if (host) from.do('gateway.host', () => edge.route(gateway, host));
    if (traces) from.do('observability.langfuse.host', () => edge.route(pages, traces));
    observed(edge);
  }
}
