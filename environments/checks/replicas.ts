import { isCron, isTimeZone } from '../../lib/core/cron';
import type { Checking } from './draft';

/** Replicas of a model, or of a role of it, and what scales them. */
export interface Replicated {
  readonly engine?: string;
  readonly replicas?: { readonly min?: number; readonly max?: number };
  readonly autoscale?: {
    readonly on?: string;
    readonly target?: number;
    readonly schedule?: readonly {
      readonly from?: string;
      readonly to?: string;
      readonly timezone?: string;
      readonly replicas?: number;
    }[];
  };
}

/** There is a number of replicas, and what scales them has room. */
export function checkReplicas(path: string, of: Replicated, fault: Checking['fault']): void {
  const { min, max } = of.replicas ?? {};
  if (min !== undefined && max !== undefined && min > max) {
    fault(`${path}.replicas.min`, `${min} is above max, ${max}`);
  }
  if (min === 0) {
    const why = 'nothing here holds requests for the minutes until a replica is back';
    const fix = 'that would take a queue in front of it, such as the HTTP add-on of KEDA; write 1';
    fault(`${path}.replicas.min`, `0, and ${why}: ${fix}`);
  }
  checkAutoscale(path, of, fault);
}

/** What scales them against the room that they have to scale in. */
function checkAutoscale(
  path: string,
  { autoscale, replicas, engine }: Replicated,
  fault: Checking['fault'],
): void {
  if (!autoscale) return;
  const { min, max } = replicas ?? {};
  if (!replicas || (min !== undefined && min === max)) {
    const number = replicas ? `fixed at ${min}` : "the tier's number";
    fault(`${path}.autoscale`, `nothing reads this: replicas are ${number}; write replicas: { min, max }`);
    return;
  }
  if (autoscale.on === 'gpu' && engine === 'simulator') {
    fault(`${path}.autoscale.on`, "'gpu', and the simulator holds none; follow queue or kvCache");
  }
  const share = autoscale.on === 'kvCache' || autoscale.on === 'gpu' || autoscale.on === 'batch';
  if (autoscale.target !== undefined && autoscale.target >= 100 && share) {
    fault(
      `${path}.autoscale.target`,
      `${autoscale.target} percent, which no replica comes above; write less`,
    );
  }
  for (const [index, hours] of (autoscale.schedule ?? []).entries()) {
    const here = `${path}.autoscale.schedule[${index}]`;
    for (const key of ['from', 'to'] as const) {
      const cron = hours[key];
      if (cron && !isCron(cron)) fault(`${here}.${key}`, `'${cron}' has a range that goes downward`);
    }
    if (hours.from && hours.from === hours.to) fault(`${here}.to`, `'${hours.to}' is when they begin, too`);
    if (hours.timezone && !isTimeZone(hours.timezone)) {
      fault(`${here}.timezone`, `there is no time zone '${hours.timezone}'`);
    }
    if (hours.replicas === undefined) continue;
    if (max !== undefined && hours.replicas > max) {
      fault(`${here}.replicas`, `${hours.replicas} is above replicas.max, ${max}`);
    }
    if (min !== undefined && hours.replicas <= min) {
      fault(`${here}.replicas`, `${hours.replicas} run at any hour: replicas.min is ${min}`);
    }
  }
}
