import { describe, expect, test } from 'vitest';
import { problems, template } from './fixtures';

const workload = (kind: string, spec: object) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'chat' },
  spec: { selector: { matchLabels: { app: 'chat' } }, template: template(), ...spec },
});

const container = { name: 'server', image: 'registry.example.com/server:1' };

describe.each(['Deployment', 'StatefulSet', 'DaemonSet'])('%s', (kind) => {
  test('selects its own pods', () => {
    expect(problems(workload(kind, {}))).toEqual([]);
    const other = problems(workload(kind, { selector: { matchLabels: { app: 'chats' } } }));
    expect(other).toEqual([
      "spec.selector: does not select the template: it wants app: chats, and the template's label is chat",
    ]);
    const absent = { matchExpressions: [{ key: 'tier', operator: 'Exists' }] };
    expect(problems(workload(kind, { selector: absent }))).toEqual([
      "spec.selector: does not select the template: it wants tier Exists, and the template's label is absent",
    ]);
    expect(problems(workload(kind, { selector: {} }))).toEqual([
      'spec.selector: must not be empty: it would select every pod',
    ]);
  });

  test('runs for ever', () => {
    expect(
      problems(workload(kind, { template: template({ restartPolicy: 'Never', activeDeadlineSeconds: 9 }) })),
    ).toEqual([
      "spec.template.spec.restartPolicy: must be 'Always' here, not 'Never'",
      'spec.template.spec.activeDeadlineSeconds: must be absent: only a Job ends',
    ]);
  });
});

describe('the template', () => {
  test('has labels and annotations that an object may have', () => {
    const metadata = { labels: { app: 'chat', bad: 'a b' }, annotations: { 'x y': 'z' } };
    expect(problems(workload('Deployment', { template: { ...template(), metadata } }))).toHaveLength(2);
  });
});

describe('what a workload holds', () => {
  test('is checked as what it is: labels to select by, and pods', () => {
    const selector = { matchLabels: { app: 'chat', bad: 'a b' } };
    const paths = problems(workload('Deployment', { selector })).map((line) => line.split(':')[0]);
    expect(paths).toEqual(['spec.selector.matchLabels.bad', 'spec.selector']);
    const pod = template({ restartPolicy: 'Never', containers: [{ name: 'server' }] });
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x' }, spec: { template: pod } };
    expect(problems(job)).toEqual(['spec.template.spec.containers[0].image: is required']);
  });
});

describe('selectors', () => {
  test('expressions are met or not', () => {
    const selecting = (operator: string, values?: string[]) =>
      problems(workload('Deployment', { selector: { matchExpressions: [{ key: 'app', operator, values }] } }))
        .length;
    expect(selecting('In', ['chat', 'x'])).toBe(0);
    expect(selecting('In', ['x'])).toBe(1);
    expect(selecting('NotIn', ['x'])).toBe(0);
    expect(selecting('NotIn', ['chat'])).toBe(1);
    expect(selecting('Exists')).toBe(0);
    expect(selecting('DoesNotExist')).toBe(1);
  });
});

describe('Deployment', () => {
  test('can replace its pods', () => {
    const rolling = (rollingUpdate: object, type = 'RollingUpdate') => ({
      strategy: { type, rollingUpdate },
    });
    expect(
      problems(workload('Deployment', rolling({ maxSurge: 0, maxUnavailable: '0%' }))),
    ).toMatchInlineSnapshot(`
      [
        "spec.strategy.rollingUpdate.maxUnavailable: must not be 0 when maxSurge is 0: no pod could ever be replaced",
      ]
    `);
    expect(problems(workload('Deployment', rolling({ maxSurge: 1 }, 'Recreate')))).toMatchInlineSnapshot(`
      [
        "spec.strategy.rollingUpdate: must be absent: the strategy is 'Recreate'",
      ]
    `);
    expect(problems(workload('Deployment', { minReadySeconds: 600 }))).toMatchInlineSnapshot(`
      [
        "spec.progressDeadlineSeconds: must be more than minReadySeconds 600, and is 600",
      ]
    `);
    expect(problems(workload('Deployment', { replicas: -1 }))).toMatchInlineSnapshot(`
      [
        "spec.replicas: must be at least 0, not -1",
      ]
    `);
  });
});

describe('StatefulSet', () => {
  const mounting = template({
    containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
  });
  const claim = (spec: object) => ({ volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }] });

  test('mounts what it claims', () => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    expect(problems(workload('StatefulSet', { template: mounting, ...claim(spec) }))).toEqual([]);
    expect(problems(workload('StatefulSet', { template: mounting }))).toMatchInlineSnapshot(`
      [
        "spec.template.spec.containers[0].volumeMounts[0].name: names no volume of the pod: 'data' (there are none)",
      ]
    `);
    expect(problems(workload('StatefulSet', claim({ accessModes: ['RWO'] })))).toMatchInlineSnapshot(`
      [
        "spec.volumeClaimTemplates[0].spec.accessModes[0]: must be one of 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod', not 'RWO'",
        "spec.volumeClaimTemplates[0].spec.resources.requests.storage: is required",
      ]
    `);
  });

  test('is named as its pods are', () => {
    expect(problems({ ...workload('StatefulSet', {}), metadata: { name: 'a.b' } })).toMatchInlineSnapshot(`
      [
        "metadata.name: 'a.b' must be lower-case letters, digits and '-', as a DNS label",
      ]
    `);
  });
});

describe('Job', () => {
  const job = (spec: object) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x' }, spec });

  test('ends', () => {
    expect(problems(job({ template: template({ restartPolicy: 'Never' }) }))).toEqual([]);
    expect(problems(job({ template: template() }))).toMatchInlineSnapshot(`
      [
        "spec.template.spec.restartPolicy: must be 'OnFailure' or 'Never': a Job ends",
      ]
    `);
    const podFailurePolicy = { rules: [] };
    expect(
      problems(job({ podFailurePolicy, template: template({ restartPolicy: 'OnFailure' }) })),
    ).toMatchInlineSnapshot(`
      [
        "spec.template.spec.restartPolicy: must be 'Never': there is a podFailurePolicy",
      ]
    `);
  });

  test('counts', () => {
    const good = template({ restartPolicy: 'Never' });
    expect(
      problems(job({ template: good, backoffLimit: -1, completionMode: 'Indexed' })),
    ).toMatchInlineSnapshot(`
      [
        "spec.backoffLimit: must be at least 0, not -1",
        "spec.completions: is required: completionMode is 'Indexed'",
      ]
    `);
    expect(problems(job({ template: good, selector: { matchLabels: { a: 'b' } } }))).toMatchInlineSnapshot(`
      [
        "spec.selector: must be absent: the server makes it",
      ]
    `);
  });

  test('CronJob: schedule, length of its name, and the Job in it', () => {
    const cron = (schedule: string, restartPolicy = 'Never') => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'x' },
      spec: { schedule, jobTemplate: { spec: { template: template({ restartPolicy }) } } },
    });
    for (const good of ['0 2 * * *', '*/5 1-3 1,15 JAN-MAR sun', '@daily', '@every 1h']) {
      expect(problems(cron(good))).toEqual([]);
    }
    expect(problems(cron('0 0 2 * * *'))).toMatchInlineSnapshot(`
      [
        "spec.schedule: must be five fields or a macro such as @daily, not '0 0 2 * * *' (a zone goes into timeZone)",
      ]
    `);
    expect(problems(cron('TZ=UTC 0 2 * * *', 'Always'))).toMatchInlineSnapshot(`
      [
        "spec.schedule: must be five fields or a macro such as @daily, not 'TZ=UTC 0 2 * * *' (a zone goes into timeZone)",
        "spec.jobTemplate.spec.template.spec.restartPolicy: must be 'OnFailure' or 'Never': a Job ends",
      ]
    `);
    expect(problems({ ...cron('@daily'), metadata: { name: 'x'.repeat(53) } })).toMatchInlineSnapshot(`
      [
        "metadata.name: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' has 53 characters, 52 are allowed: Jobs add a suffix",
      ]
    `);
  });
});
