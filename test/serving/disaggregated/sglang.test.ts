import { describe, expect, test } from 'vitest';
import { DisaggregatedService } from '../../../lib/serving';
import { only } from '../pool';
import { ground } from '../routing/doors';
import { edges, efa, envOf, h100, pickerFile, podOf, served } from './served';

describe('two roles on SGLang', () => {
  const { layer, chat } = served({ engine: 'sglang' });

  test('know their part', () => {
    const args = (name: string) =>
      podOf(layer, name).engine.args?.filter((arg) => arg.startsWith('--disaggregation'));
    const both = ['--disaggregation-transfer-backend=nixl', '--disaggregation-bootstrap-port=8998'];
    expect(args('chat')).toEqual(['--disaggregation-mode=decode', ...both]);
    expect(args('chat-prefill')).toEqual(['--disaggregation-mode=prefill', ...both]);
    expect(podOf(layer, 'chat').sidecar?.args).toContain('--kv-connector=sglang');
    expect(envOf(layer, 'chat')).toMatchObject({
      SGLANG_HOST_IP: { fieldRef: { fieldPath: 'status.podIP' } },
    });
  });

  test('its bootstrap port and those of the transfer are open to the other role, and to nobody else', () => {
    expect(edges(layer, 'chat', 'chat-prefill')).toEqual(['8000', '1024-65535']);
    expect(edges(layer, 'chat-prefill', 'chat')).toEqual(['1024-65535']);
  });

  test('each prompt goes to a prefill pod, and without the picker nothing is answered', () => {
    expect(chat.disaggregation).toMatchObject({ from: 'always', answersAlone: false });
    expect(pickerFile(layer).plugins).toContainEqual({ type: 'always-disagg-pd-decider' });
    expect(only(layer, 'InferencePool').spec).toMatchObject({
      endpointPickerRef: { failureMode: 'FailClose' },
    });
  });

  test('over EFA it is told so in its own words', () => {
    const { layer: other } = ground('serving');
    const pool = h100(other, { efa });
    new DisaggregatedService(other, 'chat', {
      engine: 'sglang',
      model: 'Qwen/Qwen3-32B',
      image: 'registry.example.com/sglang-efa:v0.5.21',
      prefill: { pool, gpus: 8 },
      decode: { pool, gpus: 8 },
    });
    expect(envOf(other, 'chat')).toMatchObject({
      SGLANG_DISAGGREGATION_NIXL_BACKEND: 'LIBFABRIC',
      FI_PROVIDER: 'efa',
    });
  });
});
