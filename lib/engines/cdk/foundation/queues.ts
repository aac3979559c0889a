import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnQueue, CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FoundationPlan } from '../../../aws';

export function realizeQueues(scope: Construct, plan: FoundationPlan['queues']): void {
  for (const { id, ...queue } of plan) {
    const own = new Construct(scope, id);
    const made = new CfnQueue(own, 'Queue', {
      queueName: queue.name,
      messageRetentionPeriod: queue.retentionSeconds,
      sqsManagedSseEnabled: queue.encrypted,
    });
    new CfnQueuePolicy(own, 'Policy', { queues: [made.ref], policyDocument: queue.policy });
    for (const rule of queue.rules) {
      new CfnRule(own, rule.id, {
        name: rule.name,
        eventPattern: { source: [rule.source], 'detail-type': [rule.detailType] },
        state: 'ENABLED',
        targets: [{ id: 'queue', arn: made.attrArn }],
      });
    }
  }
}
