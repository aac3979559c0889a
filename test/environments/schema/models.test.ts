import { describe, expect, test } from 'vitest';
import { awsWith, localPlus } from '../files';

describe('models', () => {
  const chat = 'model: Qwen/Qwen3-32B, pool: l40s, gpus: 4';
  const model = (text: string) => awsWith([chat, text]);

  test('more GPUs than a node has', () => {
    expect(model('model: Qwen/Qwen3-32B, pool: l40s, gpus: 8')).toMatchInlineSnapshot(`
      "env.yaml
        15:52  models.chat.gpus: 8, but pool 'l40s' has at most 4 per node
      1 problem; nothing was synthesized"
    `);
  });

  test('a number of GPUs that no model is split over', () => {
    expect(model('model: Qwen/Qwen3-32B, pool: l40s, gpus: 16')).toMatchInlineSnapshot(`
      "env.yaml
        15:52  models.chat.gpus: 16 is not one of 1, 2, 4, 8
      1 problem; nothing was synthesized"
    `);
  });

  test('pools', () => {
    expect(model('model: Qwen/Qwen3-32B, pool: h20')).toMatchInlineSnapshot(`
      "env.yaml
        15:40  models.chat.pool: 'h20' is not a pool here; did you mean 'h200'?
      1 problem; nothing was synthesized"
    `);
    expect(model('model: Qwen/Qwen3-32B, pool: general')).toMatchInlineSnapshot(`
      "env.yaml
        15:40  models.chat.pool: 'general' has no GPUs, and vLLM needs one; name a pool with gpu
      1 problem; nothing was synthesized"
    `);
    expect(model('model: Qwen/Qwen3-32B')).toMatchInlineSnapshot(`
      "env.yaml
        15:9  models.chat.pool: is missing: GPU pool that the replicas run on (without AWS, use engine: simulator)
      1 problem; nothing was synthesized"
    `);
    expect(model('model: Qwen/Qwen3-32B, engine: simulator, pool: l40s')).toMatchInlineSnapshot(`
      "env.yaml
        15:53  models.chat.pool: is not read with engine 'simulator', only with 'vllm', 'sglang', 'kserve', 'ollama', 'triton'
      1 problem; nothing was synthesized"
    `);
    expect(model('model: Qwen/Qwen3-32B, engine: simulator')).toBe('(loads)');
  });

  test('a faulty pool is told once, not again by its models', () => {
    expect(awsWith(['gpu: L40S', 'gpu: L40'])).toMatchInlineSnapshot(`
      "env.yaml
        12:16  pools.l40s.gpu: 'L40' is not one of T4, A10G, L4, L40S, A100-40, A100-80, H100, H200, B200, B300, RTX-PRO-6000, RTX-PRO-4500; did you mean 'L40S'?
      1 problem; nothing was synthesized"
    `);
    expect(awsWith(['l40s: { gpu: L40S, perNode: 4, limit: 8 }', 'l40s: 4'])).toMatchInlineSnapshot(`
      "env.yaml
        12:9  pools.l40s: is a single value; a map is expected
      1 problem; nothing was synthesized"
    `);
  });

  test('replicas', () => {
    expect(model(`${chat}, replicas: { min: 5, max: 2 }`)).toMatchInlineSnapshot(`
      "env.yaml
        15:72  models.chat.replicas.min: 5 is above max, 2
      1 problem; nothing was synthesized"
    `);
    expect(model(`${chat}, replicas: 3`)).toMatchInlineSnapshot(`
      "env.yaml
        15:65  models.chat.replicas: is a single value; a map is expected
      1 problem; nothing was synthesized"
    `);
    expect(model(`${chat}, replica: { min: 1, max: 2 }`)).toMatchInlineSnapshot(`
      "env.yaml
        15:55  models.chat.replica: unknown key; did you mean 'replicas'?
      1 problem; nothing was synthesized"
    `);
    expect(model(`${chat}, replicas: { min: 0 }`)).toMatchInlineSnapshot(`
      "env.yaml
        15:65  models.chat.replicas.max: is missing: Most replicas
        15:72  models.chat.replicas.min: 0, and nothing here holds requests for the minutes until a replica is back: that would take a queue in front of it, such as the HTTP add-on of KEDA; write 1
      2 problems; nothing was synthesized"
    `);
  });

  test('utilization', () => {
    const said = ['0', '1.2', '"0.9"', '.inf', '0.985', 'high'].map((value) =>
      model(`${chat}, utilization: ${value}`).split('\n')[1].trim(),
    );
    expect(said).toMatchInlineSnapshot(`
      [
        "15:68  models.chat.utilization: 0 is not above 0",
        "15:68  models.chat.utilization: 1.2 is above the most, 0.98",
        "15:68  models.chat.utilization: '0.9' is text; write it without quotes",
        "15:68  models.chat.utilization: .inf is not a number",
        "15:68  models.chat.utilization: 0.985 is above the most, 0.98",
        "15:68  models.chat.utilization: 'high' is not a number",
      ]
    `);
    expect(model(`${chat}, utilization: 0.98`)).toBe('(loads)');
  });

  test('numbers', () => {
    expect(
      model(
        `${chat}, context: 32k, maxSequences: 1.5, batchedTokens: 0, drainSeconds: -1, startupSeconds: "60"`,
      ),
    ).toMatchInlineSnapshot(`
      "env.yaml
        15:64   models.chat.context: '32k' is not a whole number
        15:83   models.chat.maxSequences: 1.5 is not a whole number
        15:103  models.chat.batchedTokens: 0 is below the least, 1
        15:120  models.chat.drainSeconds: -1 is below the least, 0
        15:140  models.chat.startupSeconds: '60' is text; write it without quotes
      5 problems; nothing was synthesized"
    `);
  });

  test('words', () => {
    expect(
      model(
        'model: qwen3, pool: l40s, quantization: FP8, kvCacheDtype: fp9, extraArgs: [1, "--x", "--x"], engine: vlm',
      ),
    ).toMatchInlineSnapshot(`
      "env.yaml
        15:113  models.chat.engine: 'vlm' is not one of vllm, sglang, kserve, ollama, triton, simulator; did you mean 'vllm'?
      1 problem; nothing was synthesized"
    `);
    expect(
      model('model: qwen3, pool: l40s, quantization: FP8, kvCacheDtype: fp9, extraArgs: [1, "--x", "--x"]'),
    ).toMatchInlineSnapshot(`
      "env.yaml
        15:18  models.chat.model: 'qwen3' is not a model such as Qwen/Qwen3-32B
        15:51  models.chat.quantization: 'FP8' is not a method such as fp8 or awq_marlin
        15:70  models.chat.kvCacheDtype: 'fp9' is not one of auto, bfloat16, fp8, fp8_e4m3, fp8_e5m2; did you mean 'fp8'?
        15:87  models.chat.extraArgs[0]: 1 is read as a number; write it in quotes: "1"
      4 problems; nothing was synthesized"
    `);
  });

  test('outside AWS only the simulator runs', () => {
    expect(localPlus('models: { a: { model: a/b }, b: { model: a/b, pool: l4 } }\n')).toMatchInlineSnapshot(`
      "env.yaml
        11:14  models.a.pool: is missing: GPU pool that the replicas run on (without AWS, use engine: simulator)
        11:53  models.b.pool: there are no GPU pools in an environment without 'aws'; use engine: simulator
      2 problems; nothing was synthesized"
    `);
    expect(localPlus('models: { a: { model: a/b, engine: simulator, pool: l4 } }\n')).toMatchInlineSnapshot(`
      "env.yaml
        11:47  models.a.pool: is not read with engine 'simulator', only with 'vllm', 'sglang', 'kserve', 'ollama', 'triton'
      1 problem; nothing was synthesized"
    `);
  });
});
