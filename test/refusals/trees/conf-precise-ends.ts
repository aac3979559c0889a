// A picker that goes by exact prefixes, and an engine that tells of them elsewhere, under another name and in other blocks.
import type { App } from 'cdk8s';
import { declare, toYaml } from '../../../lib/core';
import { ground, object, service } from '../ground';

const PRODUCER = 'precise-prefix-cache-producer';

function precise(app: App, engine: readonly string[], plugins: readonly object[], dataLayer?: object): void {
  const { apps, operators } = ground(app);
  declare(operators, 'provides', { kinds: ['inference.networking.k8s.io/InferencePool'] });
  const config = {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    plugins: [
      { type: PRODUCER, parameters: { tokenProcessorConfig: { blockSizeTokens: 64 } } },
      { type: 'endpoint-notification-source' },
      ...plugins,
    ],
    schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'prefix-cache-scorer', weight: 1 }] }],
    ...(dataLayer ? { dataLayer } : {}),
  };
  const args = ['--pool-name=chat', '--pool-namespace=apps'];
  const file = { '/etc/picker': { 'config.yaml': toYaml(config) } };
  const picker = service(apps, 'picker', {
    args,
    config: file,
    ports: { grpc: 9002 },
    ready: { tcp: 'grpc' },
  });
  const chat = service(apps, 'chat', { args: engine, ports: { http: 8000, 'kv-events': 5557 } });
  chat.pods.allowFrom(picker.pods, { port: 5557, why: 'what is in its cache' });
  chat.pods.allowFrom(picker.pods, { port: 8000, why: 'tokens of prompts' });
  object(apps, 'inference.networking.k8s.io/v1', 'InferencePool', 'chat', {
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/name': 'chat' } },
      targetPorts: [{ number: 8000 }],
      endpointPickerRef: { name: 'picker', port: { number: 9002 } },
    },
  });
}

const events = (config: object) =>
  `--kv-events-config=${JSON.stringify({ enable_kv_cache_events: true, publisher: 'zmq', ...config })}`;

export function faulty(app: App): void {
  precise(
    app,
    [
      'Qwen/Qwen3-8B',
      '--served-model-name=chat',
      '--block-size=16',
      '--no-enable-prefix-caching',
      events({ endpoint: 'tcp://picker:5556', topic: 'kv@chat@Qwen/Qwen3-8B' }),
    ],
    [{ type: 'prefix-cache-scorer' }, { type: 'token-producer' }],
  );
}

export function repaired(app: App): void {
  precise(
    app,
    [
      'Qwen/Qwen3-8B',
      '--served-model-name=chat',
      '--block-size=64',
      events({ endpoint: 'tcp://*:5557', topic: 'kv@chat@chat' }),
    ],
    [
      { type: 'prefix-cache-scorer', parameters: { prefixMatchInfoProducerName: PRODUCER } },
      {
        type: 'token-producer',
        parameters: { modelName: 'chat', vllm: { url: 'http://chat.apps.svc:8000' } },
      },
    ],
    { sources: [{ pluginRef: 'endpoint-notification-source', extractors: [{ pluginRef: PRODUCER }] }] },
  );
}
