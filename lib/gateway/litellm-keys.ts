import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../core';

type Section =
  | 'router_settings'
  | 'general_settings'
  | 'litellm_settings'
  | 'litellm_params'
  | 'model_info'
  | 'cache_params'
  | 'callbacks';

interface KeyList extends Readonly<Record<Section, readonly string[]>> {
  /** Version of LiteLLM it was read from. */
  readonly version: string;
}

let list: KeyList | undefined;

/** The keys that the LiteLLM in `versions.ts` reads. */
export function litellmKeys(): KeyList {
  list ??= JSON.parse(readFileSync(join(__dirname, 'data', 'litellm-keys.json'), 'utf8')) as KeyList;
  return list;
}

/** Read by the proxy, though no class or module of the list declares them. */
const UNDECLARED = { litellm_params: ['weight'], litellm_settings: ['cache_params'] };
const DEPLOYMENT = ['model_name', 'litellm_params', 'model_info'];
/** Fields of its class CoordinationRedisParams. */
const COORDINATION = [
  'host',
  'port',
  'password',
  'username',
  'url',
  'ssl',
  'startup_nodes',
  'sentinel_nodes',
];

/** One name that LiteLLM would pass over in silence. */
export interface UnknownKey {
  /** Such as `router_settings.num_retry`. */
  readonly path: string;
  /** `; did you mean 'num_retries'?`, or nothing. */
  readonly hint: string;
}

/** Every name in a configuration that LiteLLM does not know: it boots with them without a word. */
export function unknownKeys(config: Readonly<Record<string, unknown>>): UnknownKey[] {
  const keys = litellmKeys();
  const found: UnknownKey[] = [];
  const compare = (path: string, value: unknown, known: readonly string[]) => {
    for (const key of Object.keys((value ?? {}) as object)) {
      if (!known.includes(key)) found.push({ path: `${path}${key}`, hint: didYouMean(key, known) });
    }
  };
  const { general_settings: general, litellm_settings: litellm } = config as Record<string, Settings>;
  compare('', config, ['model_list', 'router_settings', 'litellm_settings', 'general_settings']);
  for (const [index, deployment] of ((config.model_list ?? []) as Settings[]).entries()) {
    compare(`model_list[${index}].`, deployment, DEPLOYMENT);
    compare(`model_list[${index}].litellm_params.`, deployment.litellm_params, [
      ...keys.litellm_params,
      ...UNDECLARED.litellm_params,
    ]);
    compare(`model_list[${index}].model_info.`, deployment.model_info, keys.model_info);
  }
  compare('router_settings.', config.router_settings, keys.router_settings);
  compare('general_settings.', general, keys.general_settings);
  compare('general_settings.coordination_redis.', general?.coordination_redis, COORDINATION);
  compare('litellm_settings.', litellm, [...keys.litellm_settings, ...UNDECLARED.litellm_settings]);
  compare('litellm_settings.cache_params.', litellm?.cache_params, keys.cache_params);
  for (const name of (litellm?.callbacks ?? []) as string[]) {
    if (!keys.callbacks.includes(name)) {
      found.push({ path: `litellm_settings.callbacks ${name}`, hint: didYouMean(name, keys.callbacks) });
    }
  }
  return found;
}

type Settings = Readonly<Record<string, unknown>>;
