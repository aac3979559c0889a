"""Reads configurations, as documents of YAML, from standard input and prints, as JSON, those keys of each that the installed LiteLLM does not declare."""

import inspect
import json
import sys

import litellm
import yaml
from litellm.caching.caching import Cache
from litellm.proxy._types import ConfigGeneralSettings, CoordinationRedisParams
from litellm.router import Router
from litellm.types.router import LiteLLM_Params, ModelInfo


def parameters(function):
    return set(inspect.signature(function).parameters)


answers = []


def compare(path, value, known):
    answers[-1].extend(f"{path}.{key}" for key in (value or {}) if key not in known)


for config in yaml.safe_load_all(sys.stdin):
    answers.append([])
    settings = config.get("litellm_settings") or {}
    general = config.get("general_settings") or {}
    coordination = general.get("coordination_redis")
    compare("router_settings", config.get("router_settings"), parameters(Router.__init__))
    # Read by the proxy's loader by name, without being declared anywhere.
    compare("litellm_settings", settings, {*dir(litellm), "cache_params"})
    compare("litellm_settings.cache_params", settings.get("cache_params"), parameters(Cache.__init__))
    compare("general_settings", general, ConfigGeneralSettings.model_fields)
    compare("general_settings.coordination_redis", coordination, CoordinationRedisParams.model_fields)
    for deployment in config["model_list"]:
        # The router reads 'weight' from the parameters, where the class takes it as one more, and hands the rest to the call.
        known = {*LiteLLM_Params.model_fields, *parameters(litellm.acompletion), "weight"}
        compare("litellm_params", deployment["litellm_params"], known)
        compare("model_info", deployment.get("model_info"), ModelInfo.model_fields)
print(json.dumps(answers))
