import { expect, test } from 'vitest';
import { type Rehearsal, rehearsalScreen } from '../../lib/rehearsal';

const REHEARSAL: Rehearsal = {
  environment: 'dev',
  ok: false,
  applied: 174,
  refused: [{ object: 'NodePool/l4', words: 'spec.limits: Invalid value' }],
  warnings: [],
  steps: [{ name: 'phase serving', seconds: 2.4, podsRunning: 10, podsPending: 1, nodes: 4 }],
  skipped: ['scale to maximum: nothing scales'],
  secondsToRunning: 12.25,
  nodes: [
    { pool: 'l4', instanceType: 'g6.xlarge', capacity: 'spot', count: 2, usdPerHour: 1.61 },
    { pool: 'system', instanceType: 'm7g.large', capacity: 'on-demand', count: 3, usdPerHour: 0.245 },
  ],
  stuck: [
    {
      owner: 'Deployment/serving/chat',
      step: 'phase serving',
      wanted: 2,
      ready: 1,
      kubernetes: ['0/4 nodes are available: 4 Insufficient nvidia.com/gpu.'],
      proofs: [],
    },
  ],
  disagreements: [{ owner: 'Deployment/serving/chat', proofs: 'pass', scheduler: 'leaves pending' }],
};

test('one screen: what ran when, on what, for how much, and what did not', () => {
  expect(rehearsalScreen(REHEARSAL)).toMatchInlineSnapshot(`
    "dev  not everything runs (simulated nodes, real control plane)
      applied   174 objects, 1 refused, 0 warnings
      running   after 12.3 s
                  2.4 s  phase serving: 10 running, 1 pending, 4 nodes
                skipped  scale to maximum: nothing scales
      nodes     $1.85 an hour; spot is counted at the on-demand price
                2 × g6.xlarge (l4, spot) $1.61
                3 × m7g.large (system, on-demand) $0.24

      refused  NodePool/l4
        Kubernetes: spec.limits: Invalid value

      stuck    Deployment/serving/chat: 1 of 2 (phase serving)
        Kubernetes: 0/4 nodes are available: 4 Insufficient nvidia.com/gpu.
        proofs: nothing

      differ   Deployment/serving/chat: proofs pass, the scheduler leaves pending
    "
  `);
});

test('a cluster without prices says so', () => {
  const nodes = [{ pool: 'local', instanceType: 'local', capacity: 'on-demand', count: 1 }];
  const screen = rehearsalScreen({ ...REHEARSAL, ok: true, refused: [], stuck: [], nodes });
  expect(screen).toContain('dev  everything runs');
  expect(screen).toContain('nodes     no prices');
});
