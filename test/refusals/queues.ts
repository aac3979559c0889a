import { ApiObject, type App, JsonPatch } from 'cdk8s';
import { Kueue } from '../../lib/cluster';
import { BatchPriorities, BatchQueue, GpuNodePool } from '../../lib/compute';
import { type Placement, Task } from '../../lib/core';
import { type Ground, ground } from './ground';

interface Queued extends Ground {
  readonly placement: Placement;
}

/** The ground with a pool of two L4 and a queue for it, open to the namespace 'apps'. */
export function queues(app: App): Queued {
  const made = ground(app);
  const pool = new GpuNodePool(made.capacity, 'batch', { gpu: 'L4', limit: 2 });
  new Kueue(made.operators, 'kueue', { namespaces: ['apps'] });
  new BatchPriorities(made.apps, 'priorities');
  new BatchQueue(made.apps, 'queue', { pool, namespaces: ['apps'] });
  return { ...made, placement: pool.placement };
}

/** A Job in a queue, without a fault but for what is asked. */
export function job(
  { apps, placement }: Queued,
  { queue, gpus, pods = 1 }: { readonly queue: string; readonly gpus: number; readonly pods?: number },
): void {
  const task = new Task(apps, 'train', {
    image: 'docker.io/example/train:1.2.3',
    resources: { cpu: '1', memory: '2Gi', gpus },
    deadlineSeconds: 3600,
    placement,
  });
  const object = ApiObject.of(task.node.findChild('Job'));
  object.addJsonPatch(
    JsonPatch.add('/metadata/labels/kueue.x-k8s.io~1queue-name', queue),
    JsonPatch.add('/spec/parallelism', pods),
    JsonPatch.add('/spec/completions', pods),
  );
}
