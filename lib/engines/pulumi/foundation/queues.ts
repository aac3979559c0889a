import { EventRule, EventTarget } from '@pulumi/aws/cloudwatch';
import { Queue, QueuePolicy } from '@pulumi/aws/sqs';
import type { FoundationPlan } from '../../../aws';
import type { Options } from './references';

export function realizeQueues(plan: FoundationPlan['queues'], options: Options): void {
  for (const { id, ...queue } of plan) {
    const made = new Queue(
      id,
      {
        name: queue.name,
        messageRetentionSeconds: queue.retentionSeconds,
        sqsManagedSseEnabled: queue.encrypted,
      },
      options,
    );
    new QueuePolicy(id, { queueUrl: made.id, policy: JSON.stringify(queue.policy) }, options);
    for (const rule of queue.rules) {
      const name = `${id}-${rule.id}`;
      const pattern = { source: [rule.source], 'detail-type': [rule.detailType] };
      const source = new EventRule(
        name,
        { name: rule.name, eventPattern: JSON.stringify(pattern), state: 'ENABLED' },
        options,
      );
      new EventTarget(name, { rule: source.name, targetId: 'queue', arn: made.arn }, options);
    }
  }
}
