import type { IConstruct } from 'constructs';
import { type Finding, formatFinding } from './finding';
import { originOf } from './origin';

/** What a construct has to say when it cannot exist as asked. */
export interface Fault {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** A fault found while constructing: names the place, the fault, the reason and the repair. */
export class PlatformError extends Error {
  public readonly finding: Finding;

  constructor(at: IConstruct | string, fault: Fault, origin?: string) {
    const place = typeof at === 'string' ? at : `${at.node.path || '(root)'} (${at.constructor.name})`;
    const cause = origin ?? (typeof at === 'string' ? undefined : originOf(at));
    const finding: Finding = {
      proof: 'construct',
      severity: 'error',
      object: place,
      ...fault,
      ...(cause ? { origin: cause } : {}),
    };
    super(formatFinding(finding));
    this.name = 'PlatformError';
    this.finding = finding;
  }

  /** The same fault, led back to the entry of the environment file that caused it. */
  public from(origin: string): PlatformError {
    if (this.finding.origin) return this;
    const { object, what, why, fix } = this.finding;
    return new PlatformError(object, { what, why, fix }, origin);
  }
}
