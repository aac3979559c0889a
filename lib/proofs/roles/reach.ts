import type { PodsFact } from '../../core';
import type { Edges } from '../edges';
import type { Refusal } from '../proof';
import { flag } from './sidecar';

/** Ports of pods that read prompts which those that answer must reach: requests, and where the cache of one lies. */
export function reaches(answering: PodsFact, reading: PodsFact, edges: Edges): Refusal[] {
  const [engine] = reading.template.spec.containers;
  const http = engine.ports?.[0]?.containerPort;
  const nixl = engine.env?.find(({ name }) => name === 'VLLM_NIXL_SIDE_CHANNEL_PORT')?.value;
  const side = flag(engine, '--disaggregation-bootstrap-port') ?? nixl;
  const ports = [http, side === undefined ? undefined : Number(side)].filter((port) => port !== undefined);
  return ports
    .filter((port) => !edges.joins(answering, reading, port) && !inRange(answering, reading, port, edges))
    .map((port) => ({
      object: answering.owner,
      what: `sends prompts to ${reading.owner}, and there is no edge to its port ${port}`,
      why: 'its policy drops the connection: each prompt that another pod should read waits until it fails',
      fix: 'connect the two: pods.allowFrom(…) on the side that listens',
    }));
}

/** Whether a range of ports between the two holds this one. */
const inRange = (from: PodsFact, to: PodsFact, port: number, edges: Edges): boolean =>
  edges.all.some(
    (edge) =>
      edge.from?.includes(from) &&
      edge.to?.includes(to) &&
      edge.fact.ports[0] <= port &&
      port <= (edge.fact.through ?? edge.fact.ports[0]),
  );
