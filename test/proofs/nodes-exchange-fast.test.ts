import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import { GpuNodePool } from '../../lib/compute';
import { Layer, render, setCluster } from '../../lib/core';
import { proofInput } from '../../lib/proofs';
import { nodesExchangeFast } from '../../lib/proofs/nodes-exchange-fast';
import { SglangService, VllmService } from '../../lib/serving';
import { AWS } from '../core/tree';

type Engine = new (...args: ConstructorParameters<typeof VllmService>) => unknown;
const VLLM: Engine = VllmService;
const SGLANG = SglangService as Engine;

function check({ efa = false, nodes = 2, model = 'deepseek-ai/DeepSeek-R1', engine = VLLM, more = {} } = {}) {
  const app = new App();
  setCluster(app, AWS);
  const zones = ['us-east-1a'];
  const pool = new GpuNodePool(new Layer(app, 'capacity', { phase: 'capacity' }), 'h100', {
    gpu: 'H100',
    perNode: 8,
    limit: 64,
    zones,
    efa,
  });
  new engine(new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' }), 'large', {
    model,
    pool,
    gpus: 8,
    nodes,
    context: 32768,
    ...more,
    image: 'registry.example.com/vllm-efa:v0.33.0',
  });
  return nodesExchangeFast.check(proofInput(render(app)));
}

test('what TCP costs is said, and nothing is refused', () => {
  const { findings, checked } = check();
  expect(checked).toBe(1);
  expect(findings).toMatchInlineSnapshot(`
    [
      {
        "fix": "set efa: true on 'h100' and give the model an image with the EFA libraries, or waive this",
        "object": "model/large",
        "severity": "warning",
        "what": "its 2 nodes exchange over TCP: pool 'h100' has no EFA",
        "why": "a full step of 8192 tokens carries 112 MiB once from node to node, about 23 ms at 40 Gbit/s of TCP",
      },
    ]
  `);
});

test('each border of two nodes is crossed', () => {
  expect(check({ nodes: 4 }).findings[0].why).toContain('112 MiB 3 times');
});

test('ranks that share experts exchange in every layer of them: TCP is refused', () => {
  const more = { dataParallel: 16, expertParallel: true, batchedTokens: 1024 };
  const [finding] = check({ more }).findings;
  expect(finding).not.toHaveProperty('severity');
  expect(finding.why).toMatchInlineSnapshot(
    `"a full step of 1024 tokens carries 112 MiB 116 times from node to node, about 2725 ms at 40 Gbit/s of TCP"`,
  );
  expect(check({ more, efa: true }).findings).toEqual([]);
});

test('so do GPUs of two nodes that share each layer', () => {
  const [finding] = check({ engine: SGLANG, more: { batchedTokens: 1024 } }).findings;
  expect(finding).not.toHaveProperty('severity');
  expect(finding.why).toMatchInlineSnapshot(
    `"a full step of 1024 tokens carries 14 MiB 122 times from node to node, about 358 ms at 40 Gbit/s of TCP"`,
  );
});

test('of a model that nobody described nothing is claimed', () => {
  expect(check({ model: 'example/unheard-of' }).findings[0].why).toContain('is not known');
});

test('with EFA, and on one node, there is nothing to say', () => {
  expect(check({ efa: true })).toMatchObject({ findings: [], checked: 1 });
  expect(check({ nodes: 1 })).toMatchObject({ findings: [], checked: 1 });
});
