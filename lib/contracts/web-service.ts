import type { PodGroup } from '../core';

/** Something with pages or an API that people outside the cluster use. */
export interface IWebService {
  /** Name of its Service, in the namespace of its pods. */
  readonly service: string;
  /**
   * Name of a second Service, of replicas that are being tried: whoever writes a route names both.
   * @default - none
   */
  readonly canaryService?: string;
  readonly port: number;
  readonly pods: PodGroup;
  /** Longest request, which every timeout in front of it must outlast. */
  readonly longestSeconds: number;
  /**
   * Paths that answer inside the cluster only, with everything below them.
   * @default - none
   */
  readonly hidden?: readonly string[];
}
