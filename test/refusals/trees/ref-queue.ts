// A Job in a queue that its namespace does not have.
import type { App } from 'cdk8s';
import { job, queues } from '../queues';

export const faulty = (app: App) => job(queues(app), { queue: 'batc', gpus: 1 });
export const repaired = (app: App) => job(queues(app), { queue: 'batch', gpus: 1 });
