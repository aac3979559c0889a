import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadEnvironment } from '../../environments';
import { screen } from '../../lib/cli/screen';
import { ModelSimulator } from '../../lib/serving';
import { build } from '../../stacks/build';
import { sharesOf } from '../../stacks/canaries';

test('without a picker the gateway shares out the requests, and knows nobody who gets none', () => {
  const chart = new Chart(new App(), 'chart', { namespace: 'serving' });
  const stable = new ModelSimulator(chart, 'chat', { model: 'a/b' });
  const to = new ModelSimulator(chart, 'chat-canary', { model: 'a/c' });
  const at = (weight: number) =>
    sharesOf('chat', stable, { to, weight }).map((side) => [side.alias, side.to.model, side.weight]);
  expect(at(0)).toEqual([['chat', 'chat', undefined]]);
  expect(at(25)).toEqual([
    ['chat', 'chat', 75],
    ['chat', 'chat-canary', 25],
  ]);
  expect(at(100)).toEqual([['chat', 'chat-canary', undefined]]);
});

/** An example environment with something laid over it. */
function over(name: string, yaml: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'nexus-')), 'over.yaml');
  writeFileSync(file, `extends: ${join(__dirname, `../../environments/${name}.yaml`)}\n${yaml}`);
  return build(loadEnvironment(file));
}

test('both sides ask for one key, and are asked before anybody else', () => {
  const canary = '{ image: registry.example.com/vllm:v1, weight: 10, replicas: { min: 1, max: 1 } }';
  const { findings, rendered } = over(
    'stg',
    `budgetUsd: 30000\ngateway: { implementation: agentgateway }\nmodels: { chat: { canary: ${canary} } }\n`,
  );
  expect(findings).toEqual([]);
  const keys = rendered.objects.flatMap(({ id, json }) => {
    const found = /"name":"(VLLM_API_KEY|API_KEY|CHAT_API_KEY)","valueFrom":\{"secretKeyRef":(\{.*?\})/.exec(
      JSON.stringify(json),
    );
    return found ? [[id.replace(/-[0-9a-f]{8}$/, ''), found[2].includes('"chat-api-key"')]] : [];
  });
  expect(keys).toEqual([
    ['Deployment/serving/chat', true],
    ['Deployment/serving/chat-canary', true],
    ['Job/serving/chat-smoke', true],
    ['Job/serving/chat-canary-smoke', true],
    ['Deployment/gateway/gateway', true],
  ]);
});

describe('a shadow', () => {
  const built = over(
    'local',
    'models: { chat: { canary: { weight: 0, mirror: true } } }\ngateway: { fallbacks: ~ }\n',
  );
  const idOf = (kind: string, name: string) =>
    built.rendered.objects.find(({ id }) => id === `${kind}/${name}`)?.json;

  test('gets a copy of each chat request, under its own name', () => {
    expect(built.findings).toEqual([]);
    const { data } = idOf('ConfigMap', 'gateway/gateway-etc-litellm') as unknown as { data: object };
    const { model_list: list } = parse((data as Record<string, string>)['config.yaml']) as {
      model_list: { model_name: string; litellm_params: Record<string, string> }[];
    };
    const of = (alias: string) => list.filter(({ model_name }) => model_name === alias);
    expect(of('chat').map(({ litellm_params }) => litellm_params.silent_model)).toEqual(['chat-canary']);
    expect(of('chat-canary').map(({ litellm_params }) => litellm_params)).toEqual([
      { model: 'hosted_vllm/chat-canary', api_base: 'http://chat-canary.serving.svc:8000/v1' },
    ]);
    expect(list.filter(({ litellm_params }) => litellm_params.silent_model)).toHaveLength(1);
  });

  test('is compared with its model like any canary, and answers nobody', () => {
    const rules = built.rendered.objects.filter(({ json }) => json.kind === 'PrometheusRule');
    const judging = rules.filter(({ json }) => JSON.stringify(json).includes('CanaryIsWorse'));
    expect(JSON.stringify(judging.map(({ json }) => json))).toContain('model_name=\\"chat-canary\\"');
    const { spec } = idOf('HTTPRoute', 'serving/chat') as unknown as {
      spec: { rules: { backendRefs: object[] }[] };
    };
    expect(spec.rules[0].backendRefs).toMatchObject([{ weight: 100 }, { weight: 0 }]);
  });
});

test('who is not asked stands on the screen', () => {
  const built = over('dev', 'models: { chat: { smoke: false } }\n');
  expect(built.findings).toEqual([]);
  const lines = screen(built, [], 'out', false)
    .split('\n')
    .filter((line) => line.includes('no smoke test'));
  expect(lines).toEqual([expect.stringContaining('chat')]);
});
