import { CRON, TIME_ZONE } from '../../lib/core/cron';
import { listOf, objectOf, optional } from '../fields';
import { enumOf, integer, number, string } from '../scalars';

const cron = {
  pattern: CRON,
  format: "five fields of cron, such as '0 8 * * 1-5' (minute, hour, day, month, weekday)",
};

const officeHours = objectOf('Hours in which more replicas run', {
  from: string('When they begin', cron),
  to: string('When they end', cron),
  timezone: optional(
    string('Zone of both; absent means UTC', {
      pattern: TIME_ZONE,
      format: 'a time zone such as Europe/Berlin or UTC',
    }),
  ),
  replicas: integer('Replicas that run at least', { min: 1 }),
});

const schedule = optional(listOf('Hours in which more run, whatever the load', officeHours, { min: 1 }));

const about = 'How replicas between min and max follow the load';

const target = optional(
  number('Enough for each replica: waiting requests (5), or percent of the cache (80) or the GPUs (60)', {
    above: 0,
  }),
);

/** What replicas of a model follow. */
export const byLoad = optional(
  objectOf(about, {
    on: optional(
      enumOf(
        'What they follow: requests that wait, the KV cache in use, how busy the GPUs are, or requests that wait as its picker sees them',
        ['queue', 'kvCache', 'gpu', 'picker'],
      ),
    ),
    target,
    schedule,
  }),
);

/** What the pods of a role follow. */
export const roleByLoad = optional(
  objectOf(about, {
    on: optional(
      enumOf(
        'What they follow; absent means queue for pods that read prompts, and kvCache for those that answer',
        ['queue', 'kvCache', 'gpu'],
      ),
    ),
    target,
    schedule,
  }),
);

/** What replicas on Triton follow. */
export const tritonByLoad = optional(
  objectOf(about, {
    on: optional(
      enumOf(
        'What they follow: requests that wait, how busy the GPUs are, or with tensorrtllm how full its batch or cache is',
        ['queue', 'gpu', 'batch', 'kvCache'],
      ),
    ),
    target: optional(
      number(
        'Enough for each replica: waiting requests (the largest batch), or percent of the GPUs (60), the batch or the cache (80)',
        { above: 0 },
      ),
    ),
    schedule,
  }),
);
