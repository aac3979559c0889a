import type { ICache } from '../contracts';
import { toYaml } from '../core';
import type { Route, Routes } from './routes';

type Section = 'router_settings' | 'litellm_settings' | 'general_settings';

/** Settings by LiteLLM's own sections and keys. */
export type LiteLlmSettings = Readonly<Partial<Record<Section, Readonly<Record<string, unknown>>>>>;

/** What the configuration file follows from. */
export interface GatewayState {
  readonly routes: Routes;
  readonly coordination?: ICache;
  readonly cache?: ICache;
  /** Sections of the user, which win. */
  readonly settings: LiteLlmSettings;
  /** Spans are sent to Langfuse. */
  readonly traced: boolean;
  /** Days that logs of single requests are kept. */
  readonly retentionDays: number;
}

/** Time for the answer's way back, on top of the endpoint's own limit: the endpoint should be the one to give up. */
const MARGIN_SECONDS = 15;

const env = (name: string) => `os.environ/${name}`;

/** Environment variable that holds an endpoint's key. */
export const keyVariable = ({ to }: Route): string =>
  `${to.model.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_API_KEY`;

/** The configuration as LiteLLM reads it. Secrets stay names of environment variables. */
export function litellmConfig(state: GatewayState) {
  const { routes, coordination, cache, settings } = state;
  const timeout = routes.longestSeconds + MARGIN_SECONDS;
  const hinted = [
    ...new Set(routes.all.filter(({ to, headers }) => to.readsHeaders && !headers).map(({ alias }) => alias)),
  ];
  return {
    model_list: routes.all.map((route) => {
      const { alias, to, weight, key, headers } = route;
      const shadow = routes.shadowOf(alias);
      return {
        model_name: alias,
        litellm_params: {
          model: to.provider,
          ...(to.baseUrl ? { api_base: to.baseUrl } : {}),
          ...(key ? { api_key: env(keyVariable(route)) } : {}),
          // Only ever `weight`: an rpm or tpm on one deployment leaves its siblings without requests.
          ...(weight === undefined ? {} : { weight }),
          ...(headers ? { extra_headers: headers } : {}),
          ...(shadow === undefined ? {} : { silent_model: shadow }),
        },
        model_info: { id: `${alias}/${to.model}` },
      };
    }),
    router_settings: {
      routing_strategy: 'simple-shuffle',
      num_retries: 2,
      // Never `allowed_fails`: LiteLLM reads 3 as unset; another number takes a Service away for some of its failures.
      cooldown_time: 30,
      timeout,
      ...(routes.fallbacks.length
        ? { fallbacks: routes.fallbacks.map(([from, to]) => ({ [from]: [...to] })) }
        : {}),
      ...(routes.sticky.length
        ? {
            model_group_affinity_config: Object.fromEntries(
              routes.sticky.map((alias) => [alias, ['session_affinity']]),
            ),
          }
        : {}),
      ...settings.router_settings,
    },
    litellm_settings: {
      request_timeout: timeout,
      // A parameter that one provider does not know must not fail the fallback to it.
      drop_params: true,
      json_logs: true,
      callbacks: ['prometheus', ...(state.traced ? ['langfuse_otel'] : [])],
      // Behind a network policy; with it, Prometheus would need a key of the gateway.
      require_auth_for_metrics_endpoint: false,
      // Sessions and priorities are for whoever picks a replica, and for nobody outside.
      ...(hinted.length ? { model_group_settings: { forward_client_headers_to_llm_api: hinted } } : {}),
      ...(cache
        ? {
            cache: true,
            cache_params: {
              type: 'redis',
              host: env('CACHE_HOST'),
              port: cache.port,
              password: env('CACHE_PASSWORD'),
              namespace: 'litellm',
              ttl: 600,
            },
          }
        : {}),
      ...settings.litellm_settings,
    },
    general_settings: {
      master_key: env('LITELLM_MASTER_KEY'),
      database_url: env('DATABASE_URL'),
      database_connection_pool_limit: 10,
      maximum_spend_logs_retention_period: `${state.retentionDays}d`,
      // Always the explicit block: what LiteLLM infers instead falls back to each pod's memory in silence.
      ...(coordination
        ? {
            coordination_redis: {
              host: env('COORDINATION_HOST'),
              port: coordination.port,
              password: env('COORDINATION_PASSWORD'),
              ssl: coordination.tls,
            },
          }
        : {}),
      ...settings.general_settings,
    },
  };
}

export const configText = (state: GatewayState): string => toYaml(litellmConfig(state));
