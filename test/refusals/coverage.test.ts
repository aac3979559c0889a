import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROOFS, STALE_WAIVER } from '../../lib/proofs';

/** Faults that have hurt somebody: each is refused here. */
const KNOWN = [
  ['fit', '70b-on-one-gpu 70b-on-a10g phi4-tp4 qwen235-fp8-tp8 phi35-full-context 8b-128k-l4 bf16-on-t4'],
  ['fit', 'fp8-kv-on-t4 gptoss120-one-80gb mig-3-3-1 mig-b200-2g40 two-on-one-gpu utilization'],
  ['place', 'limit-below-second spot-untolerated memory-allocatable zone-mismatch dra-karpenter'],
  ['place', 'anti-affinity system-nodes-full mig-auto-mode reserved-type block-zone quota region'],
  [
    'ref',
    'secret pvc gateway redis-host port selector two-models-one-service crd storage-class trigger-auth',
  ],
  ['conf', 'unknown-key fallback-unknown gateway-no-coordination gateway-memory latest literal-secret'],
  ['conf', 'dead-metric removed-flag kgateway-pool langfuse-serverless kafka-rf ab-weights bad-promql'],
  ['life', 'grace spot-drain all-spot pdb-blocks scaler-and-replicas rwo-two-replicas min-above-max'],
  ['life', 'route-timeout consolidation'],
  ['aws', '500 1mb apply-size karpenter-version ami-latest eks-unsupported public name'],
].flatMap(([group, faults]) => faults.split(' ').map((fault) => `${group}-${fault}`));

const namesIn = (folder: string, ending: string) =>
  readdirSync(join(__dirname, folder))
    .filter((name) => name.endsWith(ending) && name !== 'base.yaml')
    .map((name) => name.slice(0, -ending.length));

const environments = namesIn('.', '.yaml');
const trees = namesIn('trees', '.ts');
const refused = [...environments, ...trees].sort();

test('a fault is refused here, once', () => {
  expect(new Set(refused).size).toBe(refused.length);
  expect(KNOWN.filter((id) => !refused.includes(id))).toEqual([]);
});

test('each message and each repaired twin belongs to a fault', () => {
  expect(namesIn('messages', '.txt').sort()).toEqual(refused);
  expect(namesIn('repaired', '.yaml').sort()).toEqual([...environments].sort());
});

/** Tells and refuses nothing: a twin of prod in somebody's CI passes. */
const ONLY_WARNS = ['answers-are-real'];

test('every other proof refuses something here', () => {
  const text = refused.map((id) => readFileSync(join(__dirname, 'messages', `${id}.txt`), 'utf8')).join('');
  const idle = [...PROOFS.map(({ name }) => name), STALE_WAIVER].filter(
    (name) => !text.includes(`[${name}]`),
  );
  expect(idle).toEqual(ONLY_WARNS);
});
