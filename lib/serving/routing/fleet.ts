import type { IScrapeTarget } from '../../contracts';
import type { Labels, PodGroup, Size } from '../../core';
import type { Listener } from './gateway-object';

/** How the Service in front of the proxies looks. */
export interface GatewayService {
  readonly annotations?: Labels;
  readonly spec: Readonly<Record<string, unknown>> & { readonly type: 'ClusterIP' | 'LoadBalancer' };
}

/** What the proxies of one Gateway are told, whoever makes them. */
export interface FleetProps {
  /** Asked for when the manifest is written. */
  readonly listeners: () => readonly Listener[];
  /** Port of all listeners. */
  readonly port: number;
  readonly service: GatewayService;
  readonly size: Size;
  /** @default - the environment's policy: 1 in dev, 2 in prod */
  readonly replicas?: number;
  /** Longest request that a stopping proxy finishes. */
  readonly drainSeconds: number;
  /**
   * How long requests still come after a proxy was told to stop.
   * @default 15
   */
  readonly deregisterSeconds?: number;
  /** Largest request. */
  readonly bodyMiB: number;
}

/** The same, with what nobody said filled in. */
export interface FleetSettings extends FleetProps {
  readonly replicas: number;
  readonly deregisterSeconds: number;
}

/** The proxies of one Gateway. */
export interface Fleet extends IScrapeTarget {
  /** Name of the Gateway and of its Service. */
  readonly name: string;
  /** Namespace of the Gateway. */
  readonly namespace: string;
  readonly pods: PodGroup;
  /** Name that other namespaces reach the Service under. */
  readonly host: string;
  /** Where its pods answer requests. */
  readonly listens: number;
}
