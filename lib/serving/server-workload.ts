import type { Construct } from 'constructs';
import { priorityClass } from '../core';
import { rankPortNames } from './rank-ports';
import type { ServerPod } from './server-pod';

/** Where callers reach a server that says nothing else. */
export const PORT = 8000;

/** What every engine's pods have in common, as a workload is told of it. */
export function serverWorkload(at: Construct, made: ServerPod, keyed: boolean) {
  const { engine: _, tells, role, port = PORT, enginePort, ready, alive, pool, slice, ...rest } = made;
  const { sharedBy, weights, start, takes, group, kserve, ranks, rankPorts, ports, ...more } = rest;
  const { kvEvents: events, ...pod } = more;
  const told = events?.listens === 'replica' ? { 'kv-events': events.port } : {};
  return {
    ...pod,
    // On general nodes it is one of many, and takes nobody's place.
    ...(pod.resources.gpus ? { priorityClass: priorityClass(at, 'serving') } : {}),
    ports: (enginePort === undefined
      ? { ...rankPortNames(rankPorts ?? [port]), ...ports, ...told }
      : { engine: enginePort }) as Readonly<Record<string, number>>,
    // The models are listed once the weights are loaded, but only to those with the key; health fails only when the
    // engine is dead.
    ready: ready ?? (keyed ? { path: '/health', timeoutSeconds: 5 } : { path: '/v1/models' }),
    alive: alive ?? { path: '/health', timeoutSeconds: 5 },
  };
}
