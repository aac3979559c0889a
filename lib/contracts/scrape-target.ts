import type { MetricsEndpoint } from '../core';

/** Something with metrics. */
export interface IScrapeTarget {
  readonly metrics: readonly MetricsEndpoint[];
}
