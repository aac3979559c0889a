import { expect, test } from 'vitest';
import { images } from '../../lib/core';
import { litellmKeys, unknownKeys } from '../../lib/gateway/litellm-keys';

test('the list is that of the pinned image', () => {
  expect(images.litellm.split(':')[1]).toBe(`v${litellmKeys().version}`);
});

test('names every key that LiteLLM would pass over, in every section', () => {
  const config = {
    modelist: [],
    model_list: [
      {
        model_name: 'a',
        modelinfo: {},
        litellm_params: { model: 'x/y', api_bas: '' },
        model_info: { idd: 'a' },
      },
    ],
    router_settings: { num_retry: 1 },
    general_settings: { masterkey: 'x', coordination_redis: { hosts: 'x' } },
    litellm_settings: { cache_params: { typ: 'redis' }, callbacks: ['promethus'] },
  };
  expect(unknownKeys(config)).toEqual([
    { path: 'modelist', hint: "; did you mean 'model_list'?" },
    { path: 'model_list[0].modelinfo', hint: "; did you mean 'model_info'?" },
    { path: 'model_list[0].litellm_params.api_bas', hint: "; did you mean 'api_base'?" },
    { path: 'model_list[0].model_info.idd', hint: "; did you mean 'id'?" },
    { path: 'router_settings.num_retry', hint: "; did you mean 'num_retries'?" },
    { path: 'general_settings.masterkey', hint: "; did you mean 'master_key'?" },
    { path: 'general_settings.coordination_redis.hosts', hint: "; did you mean 'host'?" },
    { path: 'litellm_settings.cache_params.typ', hint: "; did you mean 'type'?" },
    { path: 'litellm_settings.callbacks promethus', hint: "; did you mean 'prometheus'?" },
  ]);
});
