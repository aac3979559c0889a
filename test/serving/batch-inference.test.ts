import { App } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { GpuNodePool } from '../../lib/compute';
import {
  type KubeObject,
  Layer,
  objectsOf,
  POLICIES,
  type PodSpec,
  render,
  setCluster,
  setPolicy,
} from '../../lib/core';
import { S3Store, SeaweedStore } from '../../lib/data';
import { validateObject } from '../../lib/schemas';
import { BatchInference, type BatchInferenceProps } from '../../lib/serving';
import { AWS } from '../core/tree';
import { only } from './pool';

const batch = (props: Partial<BatchInferenceProps> = {}, store: 's3' | 'seaweedfs' = 's3') => {
  const app = new App();
  setPolicy(app, POLICIES.prod);
  setCluster(app, { ...AWS, priorityClasses: true });
  const ground = new Layer(app, 'ground', { phase: 'data', namespace: 'data' });
  const pool = new GpuNodePool(ground, 'l4', { gpu: 'L4', capacity: 'spot', limit: 8 });
  const objects = store === 's3' ? new S3Store(ground, 'objects') : new SeaweedStore(ground, 'objects');
  const layer = new Layer(app, 'batch', { phase: 'apps', namespace: 'batch' });
  new BatchInference(layer, 'reviews', {
    model: 'Qwen/Qwen3-8B',
    pool,
    bucket: objects.bucket('batch'),
    input: 'reviews/in',
    output: 'reviews/out',
    deadlineHours: 6,
    queue: { name: 'l4', priorityClass: 'nexus-normal' },
    ...props,
  });
  return { app, layer };
};

interface JobSpec {
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds: number;
  readonly podFailurePolicy: { readonly rules: readonly object[] };
  readonly suspend?: boolean;
  readonly template: { readonly spec: PodSpec };
}

const spec = (object: KubeObject) => object.spec as JobSpec;

describe('once', () => {
  const { app, layer } = batch();
  const job = only(layer, 'Job');

  test('waits in its queue, and does not suspend itself: whoever delivers it would again and again', () => {
    expect(job.metadata.labels).toMatchObject({
      'kueue.x-k8s.io/queue-name': 'l4',
      'kueue.x-k8s.io/priority-class': 'nexus-normal',
    });
    expect(spec(job).suspend).toBeUndefined();
    expect(job.metadata.annotations).toEqual({ 'pulumi.com/skipAwait': 'true' });
  });

  test('ends with its deadline; a lost node is no try, and what cannot succeed is not tried again', () => {
    expect(spec(job)).toMatchObject({
      activeDeadlineSeconds: 21600,
      backoffLimit: 3,
      podFailurePolicy: {
        rules: [
          { action: 'FailJob', onExitCodes: { operator: 'In', values: [3] } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
    });
  });

  test('runs on the pool below everything else, and stops before a spot node is gone', () => {
    expect(spec(job).template.spec).toMatchObject({
      nodeSelector: { 'nexus.dev/pool': 'l4' },
      priorityClassName: 'nexus-batch',
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 90,
    });
  });

  test('the engine is told everything it would otherwise guess', () => {
    const [{ args, command, resources }] = spec(job).template.spec.containers;
    expect(command).toEqual(['python3', '/etc/batch/run.py']);
    expect(args).toEqual([
      '--model=Qwen/Qwen3-8B',
      '--served-model-name',
      'Qwen/Qwen3-8B',
      'reviews',
      '--tensor-parallel-size=1',
      '--max-model-len=auto',
      '--max-num-seqs=256',
      '--max-num-batched-tokens=2048',
      '--gpu-memory-utilization=0.92',
    ]);
    expect(resources?.limits).toMatchObject({ 'nvidia.com/gpu': '1' });
  });

  test('reads and writes its prefixes, and nothing beside them', () => {
    const bucket = 'arn:aws:s3:::nexus-prod-batch-111122223333-us-east-1';
    const { statements } = render(app).facts.of('identity')[0];
    expect(statements.map(({ resources, conditions }) => [resources, conditions])).toEqual([
      [[bucket], undefined],
      [[bucket], { StringLike: { 's3:prefix': ['reviews/in/*'] } }],
      [[`${bucket}/reviews/in/*`], undefined],
      [[bucket], undefined],
      [[bucket], { StringLike: { 's3:prefix': ['reviews/out/*'] } }],
      [[`${bucket}/reviews/out/*`], undefined],
    ]);
    expect(statements[2].actions).toEqual(['s3:GetObject']);
  });

  test('is sized like a model that serves', () => {
    expect(render(app).facts.of('model')).toMatchObject([
      { alias: 'reviews', batch: true, pool: 'l4', start: { batchedTokens: 2048, utilization: 0.92 } },
    ]);
  });

  test('changed work is a new Job; the account keeps its name', () => {
    const other = only(batch({ context: 8192 }).layer, 'Job').metadata.name;
    expect(other).toMatch(/^reviews-[0-9a-f]{8}$/);
    expect(job.metadata.name).toMatch(/^reviews-[0-9a-f]{8}$/);
    expect(other).not.toBe(job.metadata.name);
    expect(spec(job).template.spec.serviceAccountName).toBe('reviews');
  });
});

test('by the clock: one run waits for the one before it, each in the queue', () => {
  const { layer } = batch({ schedule: '0 1 * * *' });
  expect(only(layer, 'CronJob')).toMatchObject({
    metadata: { name: 'reviews' },
    spec: {
      schedule: '0 1 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      jobTemplate: { metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'l4' } } },
    },
  });
});

test('outside S3 it gets the keys and the address of the stand-in', () => {
  const { layer } = batch({}, 'seaweedfs');
  const env = spec(only(layer, 'Job')).template.spec.containers[0].env?.map(({ name }) => name);
  expect(env).toEqual(expect.arrayContaining(['AWS_ENDPOINT_URL_S3', 'AWS_ACCESS_KEY_ID']));
});

test('what it writes is legal', () => {
  for (const props of [{}, { schedule: '0 1 * * *' }, { task: 'embed', gpus: 1 } as const]) {
    expect(objectsOf(batch(props).layer).flatMap((object) => validateObject(object))).toEqual([]);
  }
});

test('answers among the requests are refused', () => {
  expect(() => batch({ output: 'reviews/in/out' })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: batch/reviews (BatchInference): 'input' is 'reviews/in' and 'output' is 'reviews/in/out': one lies in the other
      why: the next run would take its own answers for requests, or requests for answers
      fix: give each a prefix of its own]
  `);
});
