import type { Construct } from 'constructs';
import { isCron, isTimeZone, PlatformError } from '../core';
import type { ReplicaRange } from './replica-range';

/** Hours in which more replicas run, whatever the load. */
export interface OfficeHours {
  /** When they begin: five fields of cron, such as `0 8 * * 1-5`. */
  readonly from: string;
  /** When they end. */
  readonly to: string;
  /**
   * Zone of both.
   * @default 'UTC'
   */
  readonly timezone?: string;
  /** Replicas that run at least. */
  readonly replicas: number;
}

/** The trigger of KEDA for such hours; the highest of all triggers wins. */
export function cronTrigger(
  at: Construct,
  { from, to, timezone = 'UTC', replicas }: OfficeHours,
  { min, max }: ReplicaRange,
): Record<string, unknown> {
  const fault = (what: string, why: string, fix: string) => new PlatformError(at, { what, why, fix });
  for (const [key, cron] of Object.entries({ from, to })) {
    if (isCron(cron)) continue;
    const why = 'KEDA reads five fields of cron, and scales by nothing while it cannot';
    throw fault(`'schedule.${key}' is '${cron}'`, why, "write it as '0 8 * * 1-5'");
  }
  if (from === to) {
    throw fault(`'schedule' begins and ends with '${from}'`, 'KEDA refuses hours of no length', "move 'to'");
  }
  if (!isTimeZone(timezone)) {
    const why = 'KEDA finds no such zone, and scales by nothing';
    throw fault(`'schedule.timezone' is '${timezone}'`, why, 'write one such as Europe/Berlin or UTC');
  }
  if (replicas > max) {
    const why = 'the scaler never goes above its ceiling: fewer would run than the file says';
    throw fault(`'schedule' wants ${replicas} replicas of at most ${max}`, why, `raise max to ${replicas}`);
  }
  if (replicas <= min) {
    const why = 'so many run at any hour';
    throw fault(
      `'schedule' wants ${replicas} replicas of at least ${min}`,
      why,
      `raise it above ${min}, or delete it`,
    );
  }
  return { type: 'cron', metadata: { timezone, start: from, end: to, desiredReplicas: `${replicas}` } };
}
