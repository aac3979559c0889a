import { describe, expect, test } from 'vitest';
import { type Layer, objectsOf, type PodTemplate, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import {
  SglangService,
  type SglangServiceProps,
  VllmService,
  type VllmServiceProps,
} from '../../lib/serving';
import { container, message, only, serving, TestPool } from './pool';

const h200 = (layer: Layer) => new TestPool(layer, 'h200', { gpu: 'H200', gpusPerNode: 8, limit: 64 });
const R1 = {
  model: 'deepseek-ai/DeepSeek-R1',
  gpus: 8,
  context: 32768,
  batchedTokens: 1024,
  maxSequences: 64,
};

const vllm = (layer: Layer, props: Partial<VllmServiceProps> = {}) =>
  new VllmService(layer, 'large', { ...R1, pool: props.pool ?? h200(layer), ...props });
const sglang = (layer: Layer, props: Partial<SglangServiceProps> = {}) =>
  new SglangService(layer, 'large', { ...R1, pool: props.pool ?? h200(layer), ...props });

const flags = (args: readonly string[] = []) =>
  args.filter((arg) =>
    /parallel|experts?|eplb|all2all|rank|nnodes|master|dist-|api-server|headless|dp-|running|prefill-size/.test(
      arg,
    ),
  );
const members = (layer: Layer) => {
  const { leaderWorkerTemplate } = only(layer, 'LeaderWorkerSet').spec as {
    leaderWorkerTemplate: { leaderTemplate: PodTemplate; workerTemplate: PodTemplate };
  };
  const { leaderTemplate, workerTemplate } = leaderWorkerTemplate;
  return [leaderTemplate, workerTemplate].map(({ spec }) => spec.containers[0]);
};
const startOf = (layer: Layer) => render(layer.node.root).facts.of('model')[0].start;

describe('vLLM: ranks that share experts', () => {
  test('on one node: one server with a door for each rank', () => {
    const layer = serving();
    const server = vllm(layer, { dataParallel: 8, expertParallel: true });
    expect(flags(container(layer).args)).toEqual([
      '--tensor-parallel-size=1',
      '--data-parallel-size=8',
      '--enable-expert-parallel',
      '--api-server-count=8',
    ]);
    expect(startOf(layer)).toMatchObject({ tensorParallel: 1, dataParallel: 8, expertParallel: true });
    expect(server).toMatchObject({ ranks: 8, nodes: 1, tellers: 1 });
    for (const object of objectsOf(layer)) expect(validateObject(object)).toEqual([]);
  });

  test('over two nodes: the first answers, and the place of a rank follows from the number of its node', () => {
    const layer = serving();
    vllm(layer, { nodes: 2, dataParallel: 16, expertParallel: { redundantExperts: 32 } });
    const [leader, worker] = members(layer);
    expect(flags(leader.args)).toMatchInlineSnapshot(`
      [
        "--tensor-parallel-size=1",
        "--data-parallel-size=16",
        "--enable-expert-parallel",
        "--enable-eplb",
        "--eplb-config={"num_redundant_experts":32}",
        "--api-server-count=8",
        "--nnodes=2",
        "--master-addr=$(LWS_LEADER_ADDRESS)",
        "--node-rank=0",
        "--data-parallel-address=$(VLLM_HOST_IP)",
      ]
    `);
    expect(flags(worker.args)).toMatchInlineSnapshot(`
      [
        "--tensor-parallel-size=1",
        "--data-parallel-size=16",
        "--enable-expert-parallel",
        "--enable-eplb",
        "--eplb-config={"num_redundant_experts":32}",
        "--nnodes=2",
        "--master-addr=$(LWS_LEADER_ADDRESS)",
        "--node-rank=$(LWS_WORKER_INDEX)",
        "--headless",
      ]
    `);
    expect(worker).not.toHaveProperty('ports');
    expect(leader.env).toContainEqual({
      name: 'VLLM_HOST_IP',
      valueFrom: { fieldRef: { fieldPath: 'status.podIP' } },
    });
    expect(startOf(layer)).toMatchObject({ dataParallel: 16, redundantExperts: 32 });
    for (const object of objectsOf(layer)) expect(validateObject(object)).toEqual([]);
  });

  test('ranks of several GPUs divide each layer among them, and no node has a part of the layers', () => {
    const layer = serving();
    vllm(layer, { nodes: 2, dataParallel: 4 });
    const [leader] = members(layer);
    expect(flags(leader.args)).toEqual(
      expect.arrayContaining(['--tensor-parallel-size=4', '--data-parallel-size=4', '--api-server-count=2']),
    );
    expect(leader.args?.join(' ')).not.toContain('pipeline');
  });

  test('whole experts without ranks are what they were', () => {
    const layer = serving();
    vllm(layer, { expertParallel: true });
    expect(flags(container(layer).args)).toEqual(['--tensor-parallel-size=8', '--enable-expert-parallel']);
    expect(startOf(layer)).not.toHaveProperty('tensorParallel');
  });

  test('the exchange of DeepEP takes memory that nobody counts', () => {
    const layer = serving();
    vllm(layer, { dataParallel: 8, expertParallel: { all2all: 'deepep_low_latency' } });
    expect(container(layer).args).toContain('--all2all-backend=deepep_low_latency');
    expect(startOf(layer)).toMatchObject({
      evenExperts: true,
      uncounted: ['--all2all-backend=deepep_low_latency'],
    });
  });

  test('another number of doors is taken', () => {
    const layer = serving();
    vllm(layer, { dataParallel: 8, expertParallel: true, extraArgs: ['--api-server-count=2'] });
    expect(flags(container(layer).args).slice(-1)).toEqual(['--api-server-count=2']);
  });
});

describe('SGLang', () => {
  test('over two nodes: all GPUs share each layer, and only the first answers', () => {
    const layer = serving();
    const server = sglang(layer, { nodes: 2 });
    const [leader, worker] = members(layer);
    expect(flags(leader.args)).toMatchInlineSnapshot(`
      [
        "--tensor-parallel-size=16",
        "--max-running-requests=64",
        "--chunked-prefill-size=1024",
        "--nnodes=2",
        "--dist-init-addr=$(LWS_LEADER_ADDRESS):20000",
        "--dist-timeout=14040",
        "--node-rank=0",
      ]
    `);
    expect(flags(worker.args)).toMatchInlineSnapshot(`
      [
        "--tensor-parallel-size=16",
        "--max-running-requests=64",
        "--chunked-prefill-size=1024",
        "--nnodes=2",
        "--dist-init-addr=$(LWS_LEADER_ADDRESS):20000",
        "--dist-timeout=14040",
        "--node-rank=$(LWS_WORKER_INDEX)",
      ]
    `);
    expect(worker).not.toHaveProperty('ports');
    expect(worker).not.toHaveProperty('startupProbe');
    expect(leader.startupProbe).toBeDefined();
    expect(leader.env).toContainEqual({
      name: 'SGLANG_HOST_IP',
      valueFrom: { fieldRef: { fieldPath: 'status.podIP' } },
    });
    expect(startOf(layer)).toMatchObject({ tensorParallel: 16 });
    expect(server).toMatchObject({ nodes: 2, tellers: 1, ranks: 1 });
    for (const object of objectsOf(layer)) expect(validateObject(object)).toEqual([]);
  });

  test('limits of a rank become those of all', () => {
    const layer = serving();
    sglang(layer, { dataParallel: 8, expertParallel: { redundantExperts: 8 } });
    expect(flags(container(layer).args)).toEqual([
      '--tensor-parallel-size=8',
      '--data-parallel-size=8',
      '--enable-dp-attention',
      '--expert-parallel-size=8',
      '--enable-eplb',
      '--ep-num-redundant-experts=8',
      '--max-running-requests=512',
      '--chunked-prefill-size=8192',
    ]);
    expect(startOf(layer)).toMatchObject({
      tensorParallel: 1,
      dataParallel: 8,
      denseParallel: 8,
      evenExperts: true,
      batchedTokens: 1024,
      maxSequences: 64,
    });
  });

  test('each node tells of the ranks that are on it, and answers nobody but Prometheus', () => {
    const layer = serving();
    const server = sglang(layer, { nodes: 2, dataParallel: 16, expertParallel: true });
    const [, worker] = members(layer);
    expect(worker.ports).toEqual([{ name: 'http', containerPort: 8000 }]);
    expect(server.tellers).toBe(2);
    expect(server.metrics[0].pods.labels).toEqual({ 'app.kubernetes.io/name': 'large' });
    expect(only(layer, 'Service').spec).toMatchObject({ selector: { 'nexus.dev/role': 'leader' } });
  });

  test('ranks leave the part of memory that work takes', () => {
    const fraction = (props: Partial<SglangServiceProps>) => {
      const layer = serving();
      sglang(layer, props);
      return Number(/--mem-fraction-static=([\d.]+)/.exec(container(layer).args?.join(' ') ?? '')?.[1]);
    };
    expect(fraction({ dataParallel: 8, batchedTokens: 4096 })).toBeLessThan(
      fraction({ batchedTokens: 4096 }),
    );
  });
});

test('without GPUs one simulator stands for all ranks', () => {
  const layer = serving();
  vllm(layer, { nodes: 2, dataParallel: 16, expertParallel: true, simulate: true });
  expect(container(layer).image).toMatch(/inference-sim/);
});

describe('refuses', () => {
  const refused = (
    props: Partial<VllmServiceProps>,
    make: (layer: Layer, props: never) => unknown = vllm,
  ) => {
    return message(() => make(serving(), props as never));
  };

  test('ranks that do not divide the GPUs', () => {
    expect(refused({ dataParallel: 3 })).toMatchInlineSnapshot(`
      "serving/large (VllmService): 'dataParallel' is 3, and a replica has 8 GPUs
        why: each rank works with as many GPUs as every other, all of them on one node
        fix: set dataParallel to 2 or 4 or 8, or leave it out"
    `);
    expect(refused({ dataParallel: 4, nodes: 3 })).toMatch(
      /set dataParallel to 3 or 6 or 12 or 24, or leave/,
    );
    expect(refused({ dataParallel: 2, gpus: 1 })).toMatch(/leave dataParallel out, or raise gpus/);
  });

  test('ranks of a model without experts, and experts on one GPU', () => {
    expect(refused({ model: 'Qwen/Qwen3-32B', dataParallel: 4 })).toMatchInlineSnapshot(`
      "serving/large (VllmService): 'dataParallel' is 4, and Qwen/Qwen3-32B has no experts to share
        why: its ranks would be whole servers that only start, stop and fail together
        fix: delete dataParallel, and set gpus to 2 and replicas to as many as there were ranks"
    `);
    expect(refused({ model: 'Qwen/Qwen3-30B-A3B', gpus: 1, expertParallel: true })).toMatchInlineSnapshot(`
      "serving/large (VllmService): has 'expertParallel' on one GPU
        why: it holds all experts anyway, and there is nobody to share them with
        fix: delete expertParallel, or raise gpus"
    `);
  });

  test('DeepEP where it has nothing to write through', () => {
    const expertParallel = { all2all: 'deepep_high_throughput' } as const;
    expect(refused({ nodes: 2, dataParallel: 16, expertParallel })).toMatchInlineSnapshot(`
      "serving/large (VllmService): 'expertParallel.all2all' is 'deepep_high_throughput' on 2 nodes
        why: between nodes DeepEP lets GPUs drive InfiniBand or RoCE themselves, and AWS has EFA, which they cannot
        fix: use 'allgather_reducescatter', which NCCL carries over whatever there is"
    `);
    const l40s = new TestPool(serving(), 'l40s', { gpu: 'L40S', gpusPerNode: 8 });
    expect(refused({ pool: l40s, dataParallel: 8, expertParallel })).toMatchInlineSnapshot(`
      "serving/large (VllmService): 'expertParallel.all2all' is 'deepep_high_throughput' on pool 'l40s' of L40S
        why: DeepEP writes into the memory of other GPUs over NVLink, and has kernels from Hopper on
        fix: use 'allgather_reducescatter', which NCCL carries over whatever there is"
    `);
  });

  test('experts that an engine cannot move', () => {
    const expertParallel = { redundantExperts: 8 };
    expect(refused({ model: 'openai/gpt-oss-120b', expertParallel })).toMatchInlineSnapshot(`
      "serving/large (VllmService): has 'expertParallel.redundantExperts', and vLLM cannot move the experts of openai/gpt-oss-120b
        why: its class does not say where they lie: copies would take memory, and the load stay as it is
        fix: delete redundantExperts"
    `);
    expect(refused({ model: 'Qwen/Qwen3-30B-A3B', quantization: 'awq', expertParallel })).toMatch(
      /kernels for AWQ and GPTQ/,
    );
    expect(refused({ model: 'mistralai/Mixtral-8x7B-Instruct-v0.1', expertParallel }, sglang)).toMatch(
      /SGLang cannot move the experts/,
    );
  });

  test('what each rank would take for itself, and attention that SGLang cannot give it', () => {
    expect(refused({ dataParallel: 8, kvOffloadGiB: 64 })).toMatchInlineSnapshot(`
      "serving/large (VllmService): has 'kvOffloadGiB' and 'dataParallel' 8
        why: each rank would take that much of the host's memory for itself
        fix: delete kvOffloadGiB"
    `);
    expect(refused({ model: 'mistralai/Mixtral-8x7B-Instruct-v0.1', dataParallel: 8 }, sglang)).toMatch(
      /SGLang has no attention of ranks/,
    );
  });

  test('options that say it a second time', () => {
    expect(refused({ extraArgs: ['--enable-expert-parallel'] })).toMatch(/use the prop 'expertParallel'/);
    expect(refused({ extraArgs: ['--data-parallel-size=8'] })).toMatch(/use the prop 'dataParallel'/);
    expect(refused({ extraArgs: ['--data-parallel-start-rank=8'] })).toMatch(
      /one address answers for all ranks/,
    );
  });

  test('SGLang over nodes with EFA on an image without its libraries', () => {
    const efa = { resource: 'vpc.amazonaws.com/efa', perNode: 16 };
    const pool = new TestPool(serving(), 'h200', { gpu: 'H200', gpusPerNode: 8, efa });
    expect(refused({ pool, nodes: 2 }, sglang)).toMatch(/build one \(FROM lmsysorg\/sglang:/);
  });
});
