import { describe, expect, test } from 'vitest';
import type { Layer } from '../../../lib/core';
import { DisaggregatedService, type DisaggregatedServiceProps } from '../../../lib/serving';
import { message } from '../pool';
import { ground } from '../routing/doors';
import { efa, h100, served } from './served';

describe('is refused', () => {
  const role = (layer: Layer, gpus: number, pool = h100(layer)) => ({ pool, gpus });
  const refused = (make: (layer: Layer) => object) => {
    const { layer } = ground('serving');
    const asked = { model: 'Qwen/Qwen3-32B', context: 32768, ...make(layer) } as DisaggregatedServiceProps;
    return message(() => new DisaggregatedService(layer, 'chat', asked));
  };
  const pools = (layer: Layer, gpus = 4, pool = h100(layer)) => ({
    prefill: role(layer, gpus, pool),
    decode: role(layer, gpus, pool),
  });

  test('divided GPUs', () => {
    const devices = [{ resource: 'nvidia.com/mig-3g.40gb', perNode: 16, slice: '3g.40gb' }];
    expect(refused((layer) => pools(layer, 1, h100(layer, { devices })))).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.pool' is 'h100', whose GPUs are divided
        why: the memory of a cache is opened to other nodes by its GPU, and was not seen to be by a part of one
        fix: name a pool with whole GPUs"
    `);
  });

  test('EFA without interfaces, with half of one, or in the image of the engine', () => {
    expect(refused((layer) => ({ ...pools(layer), transfer: 'efa' }))).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'transfer' is 'efa', and pool 'h100' of 'prefill' has no EFA
        why: its nodes have no interface to exchange by: the engine would end at its start
        fix: set efa: true on 'h100', or transfer: tcp, whose cost a warning states"
    `);
    expect(
      refused((layer) => ({
        ...pools(layer, 2, h100(layer, { efa: { ...efa, perNode: 1 } })),
        transfer: 'efa',
      })),
    ).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.gpus' is 2 of 8 on a node of 'h100', which has 1 EFA interface
        why: an interface goes to one pod, so that others of its node would have none
        fix: set prefill.gpus to 8, or transfer: tcp"
    `);
    expect(refused((layer) => pools(layer, 4, h100(layer, { efa })))).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'transfer' is 'efa', and the image is the engine's own
        why: that comes without the EFA libraries: NIXL finds no fabric, and the engine ends at its start
        fix: build one (FROM vllm/vllm-openai:v0.33.0, then the aws-efa-installer with --skip-kmod) and name it in 'image'"
    `);
  });

  test('more GPUs that read than heads, to fewer that answer', () => {
    expect(
      refused((layer) => {
        const pool = h100(layer, { gpusPerNode: 16 });
        return { prefill: { pool, gpus: 16 }, decode: { pool, gpus: 8 } };
      }),
    ).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.gpus' is 16, and 'decode.gpus' is 8, and Qwen/Qwen3-32B has 8 heads of keys and values
        why: 16 GPUs hold each of them more than once, and vLLM reads such a cache only into as many GPUs or more
        fix: set prefill.gpus to 8, or decode.gpus to 16"
    `);
  });

  test('numbers of GPUs that do not divide each other', () => {
    expect(
      refused((layer) => {
        const pool = h100(layer);
        return { prefill: { pool, gpus: 2 }, decode: { pool, gpus: 3 } };
      }),
    ).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.gpus' is 2, and 'decode.gpus' is 3
        why: vLLM shares out the heads of one over those of the other, so one number divides the other
        fix: set one of them to 4"
    `);
  });

  test('different numbers of GPUs on SGLang', () => {
    expect(
      refused((layer) => {
        const pool = h100(layer);
        return { engine: 'sglang', prefill: { pool, gpus: 2 }, decode: { pool, gpus: 4 } };
      }),
    ).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.gpus' is 2, and 'decode.gpus' is 4
        why: SGLang moves caches between different numbers of GPUs through buffers whose memory nobody here counts
        fix: set both to 4, or use engine: vllm"
    `);
  });

  test.each([
    [{ nonCachedTokens: 0 }, "'nonCachedTokens' is 0\n  why: to the picker 0 means never"],
    [{ engine: 'sglang', nonCachedTokens: 512 }, 'pods of SGLang that answer refuse every request'],
    [{ task: 'embed' }, "the task is 'embed'"],
    [{ kvOffloadGiB: 32 }, 'vLLM has one way out of its cache'],
    [{ speculative: { method: 'draft', model: 'Qwen/Qwen3-0.6B' } }, "with method 'draft'"],
    [{ model: 'Qwen/Qwen3-Next-80B-A3B-Instruct' }, 'keeps a state of each sequence beside its cache'],
    [{ extraArgs: ['--kv-transfer-config={}'] }, "use the prop 'transfer'"],
    [{ extraArgs: ['--data-parallel-size=2'] }, "'extraArgs' has '--data-parallel-size'"],
  ])('%o', (props, said) => {
    expect(refused((layer) => ({ ...pools(layer), ...props }))).toContain(said);
  });

  test('a gateway that asks any pod of SGLang while its picker is away', () => {
    expect(
      message(() => served({ engine: 'sglang' }, { onFailure: 'open' }, 'istio')),
    ).toMatchInlineSnapshot(`
      "layer/models/Pool-chat (EndpointPicker): 'onFailure' is 'open', and pods of 'chat' answer only what a picker sent them
        why: without a prefill pod named beside it, SGLang refuses each request of a model with two roles
        fix: set onFailure to 'close', or leave it out"
    `);
  });
});
