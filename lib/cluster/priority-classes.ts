import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { clusterScoped, PRIORITIES } from '../core';

/** The classes that say who takes whose place where room is short. */
export class PriorityClasses extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const { name, value, preempts, about } of Object.values(PRIORITIES)) {
      const object = new k8s.KubePriorityClass(this, name, {
        metadata: { name },
        value,
        preemptionPolicy: preempts ? 'PreemptLowerPriority' : 'Never',
        description: about,
      });
      clusterScoped(object);
    }
  }
}
