// New pods judged by a series that their engine no longer tells.
import type { App } from 'cdk8s';
import { ArgoRollouts } from '../../../lib/cluster';
import { ground, object } from '../ground';

function judged(app: App, series: string): void {
  const { apps, operators } = ground(app);
  new ArgoRollouts(operators, 'rollouts');
  const address = 'https://prometheus.example.com';
  object(apps, 'argoproj.io/v1alpha1', 'AnalysisTemplate', 'cache', {
    spec: {
      args: [{ name: 'hash' }],
      metrics: [
        {
          name: 'cache',
          failureCondition: 'result[0] > 0.9',
          provider: { prometheus: { address, query: `max(${series}{pod=~"chat-{{args.hash}}-.+"})` } },
        },
      ],
    },
  });
}

export function faulty(app: App): void {
  judged(app, 'vllm:gpu_cache_usage_perc');
}

export function repaired(app: App): void {
  judged(app, 'vllm:kv_cache_usage_perc');
}
