import { expect, test } from 'vitest';
import { render, Task } from '../../lib/core';
import { find, layer } from './tree';

test('a job of its own account, closed in, that ends', () => {
  const l = layer();
  new Task(l, 'migrate', {
    image: 'example.com/tool:1.0.0',
    resources: { cpu: '100m', memory: '128Mi' },
    deadlineSeconds: 600,
  });
  expect(find(l, 'Job')).toMatchObject({
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: 600,
      template: { spec: { restartPolicy: 'Never', serviceAccountName: 'migrate' } },
    },
  });
  expect(find(l, 'NetworkPolicy').spec).not.toHaveProperty('ingress');
  expect(render(l).facts.of('pods')[0]).toMatchObject({ owner: 'Job/apps/migrate', job: true });
});

test('a group keeps policies and the account where the name changes with the work', () => {
  const l = layer();
  new Task(l, 'smoke', {
    name: 'smoke-1234abcd',
    group: 'smoke',
    image: 'example.com/tool:1.0.0',
    resources: { cpu: '100m', memory: '128Mi' },
    deadlineSeconds: 600,
  });
  expect(find(l, 'Job')).toMatchObject({
    metadata: { name: 'smoke-1234abcd' },
    spec: {
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'smoke' } },
        spec: { serviceAccountName: 'smoke' },
      },
    },
  });
  expect(find(l, 'NetworkPolicy')).toMatchObject({ metadata: { name: 'smoke' } });
});

test('by the clock it is a CronJob, whose Jobs carry their labels and end alike', () => {
  const l = layer();
  new Task(l, 'nightly', {
    image: 'example.com/tool:1.0.0',
    resources: { cpu: '100m', memory: '128Mi' },
    deadlineSeconds: 600,
    schedule: '0 1 * * *',
    jobLabels: { queue: 'batch' },
    fatalExitCode: 3,
    graceSeconds: 90,
  });
  expect(find(l, 'CronJob')).toMatchObject({
    spec: {
      schedule: '0 1 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        metadata: { labels: { 'app.kubernetes.io/name': 'nightly', queue: 'batch' } },
        spec: {
          activeDeadlineSeconds: 600,
          podFailurePolicy: { rules: [{ action: 'FailJob' }, { action: 'Ignore' }] },
          template: { spec: { terminationGracePeriodSeconds: 90 } },
        },
      },
    },
  });
  expect(render(l).facts.of('pods')[0]).toMatchObject({ owner: 'CronJob/apps/nightly', job: true });
});
