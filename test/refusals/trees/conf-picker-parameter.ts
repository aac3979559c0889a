// A file of the endpoint picker with a misspelt parameter, a metric that is gone and a plugin that is experimental.
import type { App } from 'cdk8s';
import { toYaml } from '../../../lib/core';
import { ground, service } from '../ground';

function picker(app: App, capacity: string, metric: string, args: readonly string[]): void {
  const { apps } = ground(app);
  const engine = { name: 'vllm', kvUsageSpec: metric };
  const config = {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    plugins: [
      { type: 'approx-prefix-cache-producer', parameters: { [capacity]: 31250 } },
      { type: 'session-affinity-scorer' },
      { type: 'core-metrics-extractor', parameters: { engineConfigs: [engine] } },
    ],
    schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'session-affinity-scorer', weight: 1 }] }],
  };
  service(apps, 'picker', { args, config: { '/etc/picker': { 'config.yaml': toYaml(config) } } });
}

export function faulty(app: App): void {
  picker(app, 'lruCapacityPerSever', 'vllm:gpu_cache_usage_perc', []);
}

export function repaired(app: App): void {
  picker(app, 'lruCapacityPerServer', 'vllm:kv_cache_usage_perc', ['--allow-experimental-plugins']);
}
