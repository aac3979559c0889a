import type { ApiClient, LiveObject } from './api-client';

/** What a controller or the scheduler told of an object. */
export interface Happening extends LiveObject {
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly namespace?: string };
  readonly reason: string;
  readonly message: string;
  readonly reportingComponent?: string;
  readonly source?: { readonly component?: string };
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

/** Events of these reasons, newest first. */
export async function eventsOf(api: ApiClient, reasons: readonly string[]): Promise<Happening[]> {
  return ((await api.list('v1', 'Event')) as Happening[])
    .filter(({ reason }) => reasons.includes(reason))
    .sort((a, b) => whenOf(b).localeCompare(whenOf(a)));
}

const whenOf = ({ lastTimestamp, eventTime, metadata }: Happening): string =>
  lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
