import { cut, type InterruptionNeed, queueArn, queueName } from '../core';
import type { Site } from './foundation-input';
import { denyPlaintext, type PolicyDocument, policyOf } from './policy-document';

export interface QueuePlan {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly retentionSeconds: number;
  /** Encrypted with the key of SQS: EventBridge cannot use another without rights of its own. */
  readonly encrypted: boolean;
  readonly policy: PolicyDocument;
  readonly rules: readonly EventRulePlan[];
}

/** Events that are sent to the queue. */
export interface EventRulePlan {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly detailType: string;
}

/** What takes nodes away, as `[id, source, detail type]`. */
const NOTICES = [
  ['scheduled-change', 'aws.health', 'AWS Health Event'],
  ['spot-interruption', 'aws.ec2', 'EC2 Spot Instance Interruption Warning'],
  ['rebalance', 'aws.ec2', 'EC2 Instance Rebalance Recommendation'],
  ['state-change', 'aws.ec2', 'EC2 Instance State-change Notification'],
  ['reservation-interruption', 'aws.ec2', 'EC2 Capacity Reservation Instance Interruption Warning'],
] as const;

/** The queue that Karpenter reads to drain nodes before they go. */
export function planQueue(site: Site, need: InterruptionNeed): QueuePlan {
  const arn = queueArn(site.cluster, need.name);
  return {
    id: need.name,
    name: queueName(site.cluster, need.name),
    arn,
    // A notice older than five minutes is about a node that is gone.
    retentionSeconds: 300,
    encrypted: true,
    policy: policyOf(
      {
        Sid: 'Notices',
        Effect: 'Allow',
        Principal: { Service: ['events.amazonaws.com', 'sqs.amazonaws.com'] },
        Action: 'sqs:SendMessage',
        Resource: arn,
      },
      denyPlaintext('sqs:*', [arn]),
    ),
    rules: NOTICES.map(([id, source, detailType]) => ({
      id,
      name: cut(`${site.name}-${need.name}-${id}`, 64),
      source,
      detailType,
    })),
  };
}
