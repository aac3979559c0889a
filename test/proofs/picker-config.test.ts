import { describe, expect, test } from 'vitest';
import { configFaults } from '../../lib/proofs/picker/config';
import { PLUGINS } from '../../lib/proofs/picker/plugins';
import { pickerConfigIsKnown } from '../../lib/proofs/picker-config-is-known';
import { ENGINE_METRICS, pickerConfig } from '../../lib/serving/routing/picker-config';
import { EXPERIMENTAL, SCORER_PROFILES, SCORERS } from '../../lib/serving/routing/scorers';
import { configMap, refusals } from './scene';

const HEAD = { apiVersion: 'llm-d.ai/v1alpha1', kind: 'EndpointPickerConfig' };
const say = (config: object, experimental = false) =>
  configFaults({ ...HEAD, ...config }, experimental).map(({ what }) => what);

describe('a file that the picker understands', () => {
  test.each(Object.keys(SCORER_PROFILES))('ours, with profile %s', (profile) => {
    const metrics = ENGINE_METRICS.vllm;
    if (!metrics) throw new Error('vLLM has metrics');
    const weights = SCORER_PROFILES[profile as keyof typeof SCORER_PROFILES];
    expect(configFaults(pickerConfig(weights, metrics), true)).toEqual([]);
  });

  test('both lists call the same scorers experimental', () => {
    const experimental = Object.entries(SCORERS).filter(([, type]) => PLUGINS[type].experimental);
    expect(experimental.map(([scorer]) => scorer)).toEqual(EXPERIMENTAL);
  });

  test('an instance by its own name', () => {
    const plugins = [{ name: 'busy', type: 'queue-scorer' }];
    const schedulingProfiles = [{ name: 'default', plugins: [{ pluginRef: 'busy', weight: 1 }] }];
    expect(say({ plugins, schedulingProfiles })).toEqual([]);
  });
});

test.each([
  ['a field', { plugin: [] }, "field 'plugin' is not known; did you mean 'plugins'?"],
  ['another version', { apiVersion: 'inference.networking.x-k8s.io/v1alpha1' }, 'apiVersion is'],
  [
    'a type',
    { plugins: [{ type: 'queue-scorrer' }] },
    "plugin type 'queue-scorrer' is not known; did you mean",
  ],
  [
    'a parameter',
    { plugins: [{ type: 'prefix-cache-scorer', parameters: { blockSize: 16 } }] },
    "parameter of prefix-cache-scorer: 'blockSize' is not known",
  ],
  [
    'a parameter of a plugin that reads none',
    { plugins: [{ type: 'queue-scorer', parameters: { threshold: 5 } }] },
    "parameter of queue-scorer: 'threshold' is not known",
  ],
  [
    'a deep parameter',
    {
      plugins: [
        { type: 'core-metrics-extractor', parameters: { engineConfigs: [{ name: 'x', kvUsage: 'y' }] } },
      ],
    },
    "parameter of core-metrics-extractor.engineConfigs[0]: 'kvUsage' is not known",
  ],
  [
    'a value of another type',
    { plugins: [{ type: 'max-score-picker', parameters: { maxNumOfEndpoints: '2' } }] },
    'max-score-picker.maxNumOfEndpoints is "2", not a number',
  ],
  [
    'what v0.11 no longer has',
    { plugins: [{ type: 'precise-prefix-cache-scorer' }] },
    "plugin 'precise-prefix-cache-scorer' is removed in v0.11",
  ],
  [
    'a reference',
    {
      plugins: [{ type: 'queue-scorer' }],
      schedulingProfiles: [{ name: 'a', plugins: [{ pluginRef: 'q' }] }],
    },
    "profile 'a': plugin 'q' is not known",
  ],
  ['a name twice', { plugins: [{ type: 'queue-scorer' }, { type: 'queue-scorer' }] }, 'stands there twice'],
  ['an experiment', { plugins: [{ type: 'session-affinity-scorer' }] }, 'is experimental'],
])('refuses %s', (_, config, said) => {
  expect(say(config).join('\n')).toContain(said);
});

test('reads ConfigMaps, and leaves other files alone', () => {
  const files = configMap({
    'picker.yaml': 'apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\nplugins: [{ type: queue }]\n',
    'notes.txt': 'an EndpointPickerConfig: [ is a file',
    'about.yaml': 'about: EndpointPickerConfig\n',
  });
  expect(refusals(pickerConfigIsKnown, { objects: [files] })).toMatch(
    /^ConfigMap\/apps\/files: 'picker\.yaml': plugin type 'queue' is not known/,
  );
  expect(refusals(pickerConfigIsKnown, { objects: [files] }).match(/ConfigMap/g)).toHaveLength(1);
});
