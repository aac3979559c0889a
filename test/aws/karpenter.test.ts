import { expect, test } from 'vitest';
import { planOf } from './fixture';

const [queue] = planOf('prod').queues;

test('five kinds of notices reach the queue', () => {
  expect(queue.rules.map(({ source, detailType }) => `${source}: ${detailType}`)).toEqual([
    'aws.health: AWS Health Event',
    'aws.ec2: EC2 Spot Instance Interruption Warning',
    'aws.ec2: EC2 Instance Rebalance Recommendation',
    'aws.ec2: EC2 Instance State-change Notification',
    'aws.ec2: EC2 Capacity Reservation Instance Interruption Warning',
  ]);
});

test('the queue is encrypted, short-lived and speaks TLS only', () => {
  expect(queue).toMatchObject({ name: 'nexus-prod-karpenter', retentionSeconds: 300, encrypted: true });
  expect(queue.policy.Statement.map(({ Sid, Effect }) => [Sid, Effect])).toEqual([
    ['Notices', 'Allow'],
    ['TlsOnly', 'Deny'],
  ]);
});

test('rules have names that EventBridge accepts', () => {
  for (const { name } of queue.rules) expect(name).toMatch(/^[a-z0-9-]{1,64}$/);
});
