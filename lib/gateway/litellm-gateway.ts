import { Construct } from 'constructs';
import type { ICache, IModelEndpoint, IPostgres, IScrapeTarget, ITraceSink, IWebService } from '../contracts';
import {
  declare,
  type EnvVars,
  GeneratedSecret,
  type ISecret,
  images,
  type MetricsEndpoint,
  PlatformError,
  type PodGroup,
  policyOf,
  stamped,
  Task,
  Workload,
} from '../core';
import { CpuAutoscaler, type CpuRange, rangeOf, scalerId } from './cpu-autoscaler';
import { GatewayChange, type GatewayRollout } from './gateway-change';
import {
  configText,
  type GatewayState,
  keyVariable,
  type LiteLlmSettings,
  litellmConfig,
} from './litellm-config';
import { litellmKeys, unknownKeys } from './litellm-keys';
import { Recommendation } from './recommendation';
import { Routes } from './routes';

export interface LiteLlmGatewayProps {
  /** Keys, teams, budgets and logs. */
  readonly database: IPostgres;
  /**
   * What replicas share: limits, budgets, cooldowns. A queue, since a cache may forget them.
   * @default - none: one replica keeps them in its own memory
   */
  readonly coordination?: ICache;
  /**
   * Where equal requests find their answer again.
   * @default - none: every request reaches a model
   */
  readonly cache?: ICache;
  /**
   * Host name that clients use, such as `llm.example.com`, which something in front answers with TLS.
   * @default - inside the cluster only
   */
  readonly host?: string;
  /**
   * A number, or a range that follows the CPU in use, which metrics-server must measure.
   * @default - the environment's policy, fixed: 1 in dev, 2 in prod
   */
  readonly replicas?: number | CpuRange;
  /**
   * How a change reaches its callers, by Argo Rollouts.
   * @default - the replicas are replaced one after the other
   */
  readonly rollout?: GatewayRollout;
  /**
   * Say what its pods would need, by what they used, and change nothing. Needs a VerticalPodAutoscaler release.
   * @default false
   */
  readonly recommendations?: boolean;
  /**
   * Memory of one replica.
   * @default 4
   */
  readonly memoryGiB?: number;
  /**
   * Longest request that a stopping replica finishes.
   * @default 180
   */
  readonly drainSeconds?: number;
  /**
   * Days that logs of single requests are kept.
   * @default - the environment's policy
   */
  readonly retentionDays?: number;
  /**
   * Further settings by LiteLLM's own sections and keys; they win over ours.
   * @default - none
   */
  readonly settings?: LiteLlmSettings;
}

export interface RouteOptions {
  /**
   * Name that clients ask for. The same one twice means: balance between the endpoints.
   * @default - the endpoint's own
   */
  readonly alias?: string;
  /**
   * Share of the alias's requests; on all of its endpoints or on none.
   * @default - equal shares
   */
  readonly weight?: number;
  /**
   * Headers that requests for the alias carry; then none of the client's is passed on.
   * @default - none of its own
   */
  readonly headers?: Readonly<Record<string, string>>;
}

const PORT = 4000;
const STARTUP_SECONDS = 300;
const LEAST_MEMORY_GIB = 4;
const CONFIG = '/etc/litellm';

/**
 * The kernel asks a silent endpoint whether it is still there: a node that is gone without a word is found in a minute, not
 * at the end of the longest answer, and a NAT gateway, which forgets after 350 s, hears of a long silence too.
 */
const PROBE_ENV = {
  AIOHTTP_SO_KEEPALIVE: 'true',
  AIOHTTP_TCP_KEEPIDLE: '30',
  AIOHTTP_TCP_KEEPINTVL: '10',
  AIOHTTP_TCP_KEEPCNT: '3',
} as const;

/** One OpenAI-compatible door to all models: LiteLLM's proxy, with keys, budgets, retries and fallbacks. */
export class LiteLlmGateway extends Construct implements IScrapeTarget, IWebService {
  /** URL inside the cluster. */
  public readonly url: string;
  public readonly pods: PodGroup;
  public readonly port = PORT;
  /** Name of its Service. */
  public readonly service: string;
  /** Name of the Service of replicas that are being tried. */
  public readonly canaryService?: string;
  public readonly longestSeconds: number;
  /** Prometheus reads it without a key. */
  public readonly hidden = ['/metrics'];
  public readonly metrics: readonly MetricsEndpoint[];
  private readonly props: LiteLlmGatewayProps;
  private readonly routes = new Routes();
  private trace?: { readonly sink: ITraceSink; readonly project: ISecret };

  constructor(scope: Construct, id: string, props: LiteLlmGatewayProps) {
    super(scope, id);
    this.props = props;
    this.longestSeconds = props.drainSeconds ?? 180;
    this.service = id;
    const { min, max } = rangeOf(this, props.replicas ?? policyOf(this).replicas);
    const memoryGiB = props.memoryGiB ?? LEAST_MEMORY_GIB;
    this.mustFit(max, memoryGiB);

    const keys = new GeneratedSecret(this, 'Keys', {
      name: `${id}-keys`,
      // Never made anew: the salt key encrypts what the database holds.
      generate: { masterKey: { prefix: 'sk-' }, saltKey: { prefix: 'sk-' } },
    });
    const proxy: Workload = new Workload(this, 'Proxy', {
      name: id,
      image: images.litellm,
      args: [`--config=${CONFIG}/config.yaml`, `--port=${PORT}`, '--num_workers=1'],
      env: () => ({
        ...this.common(database),
        LITELLM_MASTER_KEY: keys.key('masterKey'),
        LITELLM_SALT_KEY: keys.key('saltKey'),
        LITELLM_MODE: 'PRODUCTION',
        LITELLM_LOG: 'ERROR',
        GRACEFUL_SHUTDOWN_TIMEOUT: `${this.longestSeconds}`,
        // Idle connections end from this side, after twice that at most: vLLM's 120 s would end them under a request.
        AIOHTTP_KEEPALIVE_TIMEOUT: '50',
        ...PROBE_ENV,
        DISABLE_SCHEMA_UPDATE: 'true',
        // Links in its pages and in what it mails.
        ...(props.host ? { PROXY_BASE_URL: `https://${props.host}` } : {}),
        ...this.storeEnv(coordination, cache),
        ...this.verbEnv(),
      }),
      resources: { cpu: '1', memory: `${memoryGiB}Gi` },
      config: { [CONFIG]: { 'config.yaml': () => configText(this.state()) } },
      ports: { http: PORT },
      ready: { path: '/health/readiness', timeoutSeconds: 5 },
      alive: { path: '/health/liveliness', timeoutSeconds: 5 },
      startupSeconds: STARTUP_SECONDS,
      drainSeconds: this.longestSeconds,
      replicas: min,
      ...(max > min ? { scaled: { by: scalerId(this, id), max } } : {}),
      ...(props.rollout ? { madeBy: id } : {}),
    });
    const kind = props.rollout ? 'Rollout' : 'Deployment';
    if (max > min) new CpuAutoscaler(this, 'Autoscaler', { target: id, kind, min, max });
    if (props.recommendations) new Recommendation(this, 'Recommendation', { target: id, kind });
    if (props.rollout) {
      this.canaryService = new GatewayChange(this, 'Change', {
        ...props.rollout,
        workload: proxy,
        port: PORT,
        startupSeconds: STARTUP_SECONDS,
        hasRoute: props.host !== undefined,
        aliases: () => this.routes.aliases,
        masterKey: keys.key('masterKey'),
        ...(max > min ? {} : { replicas: min }),
      }).canaryService;
    }
    const migration = new Task(this, 'Migration', {
      // A Job is immutable: another version of the schema is another Job.
      name: stamped(`${id}-migrate`, images.litellm),
      image: images.litellm,
      command: ['python', 'litellm/proxy/prisma_migration.py'],
      env: () => ({ ...this.common(database), DISABLE_SCHEMA_UPDATE: 'false' }),
      resources: { cpu: '500m', memory: '2Gi' },
      deadlineSeconds: 1800,
    });
    const clients = [proxy.pods];
    const database = props.database.database(this, {
      name: 'litellm',
      pods: [proxy.pods, migration.pods],
    });
    const coordination = props.coordination?.connect(this, { name: `${id}-coordination`, pods: clients });
    const cache = props.cache?.connect(this, { name: `${id}-cache`, pods: clients });

    this.url = `http://${proxy.host}:${PORT}`;
    this.pods = proxy.pods;
    this.metrics = [proxy.metrics('http', { exporter: 'litellm', path: '/metrics/' })];
    this.mustKnowKeys();
    this.declareNames(`Deployment/${proxy.namespace}/${id}`);
    this.node.addValidation({
      validate: () => [...this.routes.problems(), ...this.drainProblems(), ...this.keyProblems()],
    });
  }

  /** Send requests for a model to this endpoint. The same alias twice means: balance between them. */
  public route(to: IModelEndpoint, { alias = to.model, weight, headers }: RouteOptions = {}): void {
    const key = to.keyFor?.(this) ?? to.apiKey;
    this.routes.add({
      alias,
      to,
      ...(weight === undefined ? {} : { weight }),
      ...(headers ? { headers } : {}),
      ...(key ? { key } : {}),
    });
    if (to.pods && to.port !== undefined) {
      to.pods.allowFrom(this.pods, { port: to.port, why: `requests for '${alias}'` });
    } else {
      this.pods.reach('internet', { why: `requests for '${alias}'` });
    }
  }

  /** Ask these, in order, when every endpoint of an alias fails. */
  public fallback(alias: string, to: readonly string[]): void {
    this.routes.fallback(alias, to);
  }

  /** Copy each chat request for an alias to another route, whose answers nobody sees. */
  public mirror(alias: string, to: string): void {
    this.routes.mirror(alias, to);
  }

  /** Answer all requests of a session (header `x-litellm-session-id`) by the endpoint of an alias that answered its first. */
  public keepSessions(alias: string): void {
    this.routes.keepSessions(alias);
  }

  /** Let every pod of a namespace call the gateway; nobody else gets in. */
  public allowFromNamespace(namespace: string): void {
    this.pods.allowFromNamespace(namespace, { port: PORT, why: 'clients of the gateway' });
  }

  /** Send the spans of all requests to this project. */
  public traceTo(sink: ITraceSink): void {
    if (this.trace) {
      throw new PlatformError(this, {
        what: 'is to send its traces to two places',
        why: 'LiteLLM reads one Langfuse project from its environment',
        fix: 'call traceTo(sink) once',
      });
    }
    const project = sink.connect(this, { name: `${this.node.id}-tracing`, pods: [this.pods] });
    this.trace = { sink, project };
  }

  private state(): GatewayState {
    const { coordination, cache, settings = {}, retentionDays = policyOf(this).retentionDays } = this.props;
    return { routes: this.routes, coordination, cache, settings, retentionDays, traced: Boolean(this.trace) };
  }

  /** What the proxy and the migration both need; the root file system is read-only. */
  private common(database: ISecret): EnvVars {
    return {
      DATABASE_URL: database.key('uri'),
      HOME: '/tmp',
      LITELLM_MIGRATION_DIR: '/tmp/migrations',
      LITELLM_UI_PATH: '/tmp/ui',
      LITELLM_ASSETS_PATH: '/tmp/assets',
      // Prices come with the image: the pod has no way to the list on the internet.
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    };
  }

  private storeEnv(coordination: ISecret | undefined, cache: ISecret | undefined): EnvVars {
    return {
      ...(coordination
        ? { COORDINATION_HOST: coordination.key('host'), COORDINATION_PASSWORD: coordination.key('password') }
        : {}),
      ...(cache ? { CACHE_HOST: cache.key('host'), CACHE_PASSWORD: cache.key('password') } : {}),
      // The cache's own block has no key for it; the coordination block says its own.
      ...(this.props.cache?.tls ? { REDIS_SSL: 'true' } : {}),
    };
  }

  private verbEnv(): EnvVars {
    const trace = this.trace;
    return {
      ...Object.fromEntries(
        this.routes.all.flatMap((route) => (route.key ? [[keyVariable(route), route.key]] : [])),
      ),
      ...(trace
        ? {
            LANGFUSE_HOST: trace.sink.url,
            LANGFUSE_PUBLIC_KEY: trace.project.key('publicKey'),
            LANGFUSE_SECRET_KEY: trace.project.key('secretKey'),
          }
        : {}),
    };
  }

  private drainProblems(): string[] {
    const longest = this.routes.longestSeconds;
    return longest > this.longestSeconds
      ? [
          `drains for ${this.longestSeconds} s, but its longest route answers for up to ${longest} s. ` +
            `Raise drainSeconds to ${longest}`,
        ]
      : [];
  }

  /** Two names that differ in punctuation alone become one variable, and one provider would be sent the other's key. */
  private keyProblems(): string[] {
    const keyed = this.routes.all.filter(({ key }) => key);
    return keyed.flatMap((route, index) => {
      const other = keyed
        .slice(0, index)
        .find(({ to }) => to !== route.to && keyVariable({ ...route, to }) === keyVariable(route));
      return other
        ? [
            `reads the keys of '${other.to.model}' and '${route.to.model}' from one variable. Rename one of them`,
          ]
        : [];
    });
  }

  private declareNames(object: string): void {
    declare(this, 'join', () => [
      ...this.routes.all.map(({ to }) => ({ object, scope: 'model alias', uses: to.model })),
      ...this.routes.aliases.map((alias) => ({ object, scope: 'gateway alias', defines: alias })),
      ...this.routes.fallbacks.flatMap(([from, to]) =>
        [from, ...to].map((alias) => ({ object, scope: 'gateway alias', uses: alias })),
      ),
    ]);
  }

  private mustFit(replicas: number, memoryGiB: number): void {
    const { coordination, cache } = this.props;
    if (memoryGiB < LEAST_MEMORY_GIB) {
      throw new PlatformError(this, {
        what: `'memoryGiB' is ${memoryGiB}, below ${LEAST_MEMORY_GIB}`,
        why: 'one worker of LiteLLM grows to that under load, and is killed with every request it holds',
        fix: `raise memoryGiB to ${LEAST_MEMORY_GIB}`,
      });
    }
    if (replicas > 1 && !coordination) {
      throw new PlatformError(this, {
        what: `runs ${replicas} replicas without 'coordination'`,
        why: 'each would count limits, budgets and cooldowns by itself, so that all of them are exceeded',
        fix: "pass coordination: a cache of role 'queue', or set replicas to 1",
      });
    }
    if (coordination && coordination.role !== 'queue') {
      throw new PlatformError(this, {
        what: `'coordination' is a cache of role '${coordination.role}'`,
        why: 'it may evict what limits and budgets are counted in',
        fix: "pass one of role 'queue'",
      });
    }
    if (cache && cache.role !== 'cache') {
      throw new PlatformError(this, {
        what: `'cache' is a cache of role '${cache.role}'`,
        why: 'it never evicts: cached answers would fill it until writes fail for all that share it',
        fix: "pass one of role 'cache'",
      });
    }
  }

  private mustKnowKeys(): void {
    const [unknown] = unknownKeys(litellmConfig(this.state()));
    if (!unknown) return;
    throw new PlatformError(this, {
      what: `'settings' has ${unknown.path}, which LiteLLM ${litellmKeys().version} does not know${unknown.hint}`,
      why: 'LiteLLM boots in silence with a name that it does not know, and nothing is set',
      fix: 'write the name as its documentation does, or delete it',
    });
  }
}
