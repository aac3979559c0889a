// Objectives and rewrites that no picker reads, or that lead to nobody.
import { ApiObject, type App } from 'cdk8s';
import { declare } from '../../../lib/core';
import { ground, object, service } from '../ground';

const GROUP = 'llm-d.ai/v1alpha2';

interface Wrong {
  readonly api: string;
  readonly pool: string;
  readonly targets: readonly object[];
  readonly again: boolean;
}

function said(app: App, { api, pool, targets, again }: Wrong): void {
  const { apps, operators } = ground(app);
  const group = 'inference.networking.k8s.io';
  const kinds = [`${group}/InferencePool`, 'llm-d.ai/InferenceObjective', 'llm-d.ai/InferenceModelRewrite'];
  declare(operators, 'provides', { kinds: [...kinds, 'inference.networking.x-k8s.io/InferenceObjective'] });
  service(apps, 'picker', { ports: { grpc: 9002 }, ready: { tcp: 'grpc' } });
  service(apps, 'chat', {
    args: ['Qwen/Qwen3-8B', '--served-model-name', 'chat', '--lora-modules', 'sql=/sql'],
  });
  object(apps, `${group}/v1`, 'InferencePool', 'chat', {
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/name': 'chat' } },
      targetPorts: [{ number: 8080 }],
      endpointPickerRef: { name: 'picker', port: { number: 9002 } },
    },
  });
  object(apps, api, 'InferenceObjective', 'bulk', { spec: { priority: -10, poolRef: { name: 'chat' } } });
  object(apps, GROUP, 'InferenceObjective', 'urgent', { spec: { priority: 10, poolRef: { name: pool } } });
  const rewrite = (name: string) =>
    new ApiObject(apps, `rewrite-${name}`, {
      apiVersion: GROUP,
      kind: 'InferenceModelRewrite',
      metadata: { name, namespace: 'apps' },
      spec: {
        poolRef: { name: 'chat' },
        rules: [{ matches: [{ model: { type: 'Exact', value: 'assistant' } }], targets }],
      },
    });
  rewrite('assistant');
  if (again) rewrite('assistant-again');
}

export function faulty(app: App): void {
  said(app, {
    api: 'inference.networking.x-k8s.io/v1alpha2',
    pool: 'chta',
    targets: [{ modelRewrite: 'Qwen/Qwen3-8B', weight: 0 }, { modelRewrite: 'sql' }],
    again: true,
  });
}

export function repaired(app: App): void {
  said(app, {
    api: GROUP,
    pool: 'chat',
    targets: [
      { modelRewrite: 'chat', weight: 90 },
      { modelRewrite: 'sql', weight: 10 },
    ],
    again: false,
  });
}
