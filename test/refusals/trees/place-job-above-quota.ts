// A Job that asks for more GPUs than its queue may ever give.
import type { App } from 'cdk8s';
import { job, queues } from '../queues';

export const faulty = (app: App) => job(queues(app), { queue: 'batch', gpus: 1, pods: 3 });
export const repaired = (app: App) => job(queues(app), { queue: 'batch', gpus: 1, pods: 2 });
