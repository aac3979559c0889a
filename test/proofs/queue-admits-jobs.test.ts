import { expect, test } from 'vitest';
import { queueAdmitsJobs } from '../../lib/proofs/queue-admits-jobs';
import { refusals } from './scene';

const API = { apiVersion: 'kueue.x-k8s.io/v1beta2' };
const QUEUE = [
  {
    ...API,
    kind: 'ClusterQueue',
    metadata: { name: 'gpus' },
    spec: {
      resourceGroups: [
        {
          flavors: [
            {
              name: 'gpus',
              resources: [
                { name: 'cpu', nominalQuota: '16' },
                { name: 'memory', nominalQuota: '64Gi' },
                { name: 'nvidia.com/gpu', nominalQuota: 4 },
              ],
            },
          ],
        },
      ],
    },
  },
  {
    ...API,
    kind: 'LocalQueue',
    metadata: { name: 'jobs', namespace: 'apps' },
    spec: { clusterQueue: 'gpus' },
  },
];

const job = (limits: Record<string, string>, parallelism?: number) => ({
  metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'jobs' } },
  spec: {
    ...(parallelism ? { parallelism } : {}),
    template: {
      metadata: { labels: {} },
      spec: {
        containers: [
          { name: 'work', resources: { requests: { cpu: '2', memory: '8Gi', ...limits }, limits } },
        ],
      },
    },
  },
});
const once = ({ metadata, spec }: ReturnType<typeof job>) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'work', namespace: 'apps', ...metadata },
  spec,
});
const judged = (object: object) => refusals(queueAdmitsJobs, { objects: [...QUEUE, object] });

test('all pods together must fit', () => {
  expect(judged(once(job({ 'nvidia.com/gpu': '1' }, 4)))).toBe('');
  expect(judged(once(job({ 'nvidia.com/gpu': '1' }, 9)))).toMatchInlineSnapshot(`
    "Job/apps/work: asks more than queue 'jobs' may ever give, with all of its 9 pods: 18 cpu of 16, 72 GiB memory of 64 GiB, 9 nvidia.com/gpu of 4
      why: Kueue lets a Job in whole or not at all: it stays suspended, and nothing fails
      fix: ask for less, or raise the limit of the pool"
  `);
});

test('what the queue does not give at all', () => {
  expect(judged(once(job({ 'nvidia.com/mig-3g.40gb': '1' })))).toContain('1 nvidia.com/mig-3g.40gb of none');
});

test('disk is not counted', () => {
  expect(judged(once(job({ 'ephemeral-storage': '500Gi' })))).toBe('');
});

test('a CronJob is judged by the Jobs it makes', () => {
  const nightly = (gpus: string) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly', namespace: 'apps' },
    spec: { schedule: '0 1 * * *', jobTemplate: job({ 'nvidia.com/gpu': gpus }) },
  });
  expect(judged(nightly('4'))).toBe('');
  expect(judged(nightly('8'))).toContain('CronJob/apps/nightly: asks more than queue');
});
