import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { clusterScoped } from '../core';

/** Order in which a queue lets Jobs in, by name; a Job that names none has 0. */
export const BATCH_PRIORITIES = { normal: 'nexus-normal', urgent: 'nexus-urgent' } as const;

const VALUES = { normal: 0, urgent: 1000 } as const;

/** Classes of Jobs in a queue: an urgent one takes the place of a normal one, which comes again. */
export class BatchPriorities extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const level of ['normal', 'urgent'] as const) {
      const object = new ApiObject(this, level, {
        apiVersion: 'kueue.x-k8s.io/v1beta2',
        kind: 'WorkloadPriorityClass',
        metadata: { name: BATCH_PRIORITIES[level] },
        value: VALUES[level],
      });
      clusterScoped(object);
    }
  }
}
