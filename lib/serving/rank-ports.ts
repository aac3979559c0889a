import type { Construct } from 'constructs';
import { PlatformError, type WorkloadProps } from '../core';
import { expected } from './expected';

/** Ports by which a picker reaches the ranks of a replica, each with a queue and a cache of its own. */
export interface RankPorts {
  readonly ports: readonly number[];
  /** Called by what chooses among them. */
  picked(): void;
}

/** An InferencePool names no more. */
const MOST = 8;
/** Answers when all ranks do; vLLM's own default. */
const SUPERVISOR = 9256;

export const rankPorts = (first: number, ranks: number): readonly number[] =>
  Array.from({ length: ranks }, (_, rank) => first + rank);

/** Ranks that each answer for themselves: by the Service of their server only the first would be reached. */
export const mustBePicked = (server: Construct, ports: readonly number[]): RankPorts => ({
  ports,
  picked: expected(
    server,
    'answers at a port for each rank, and no picker chooses among them: all but the first would get no request. ' +
      'Call route(service) of an InferenceGateway, or leave rankPorts out',
  ),
});

/** The ports of a pod by name; metrics are told at each. */
export const rankPortNames = (ports: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(ports.map((port, rank) => [rank === 0 ? 'http' : `rank-${rank}`, port]));

/** How a pod whose ranks have a process each says that all of them are there: one of them alone answers for itself. */
export const SUPERVISED: Required<Pick<WorkloadProps, 'ready' | 'alive'>> & {
  readonly ports: Readonly<Record<string, number>>;
} = {
  ports: { supervisor: SUPERVISOR },
  ready: { path: '/health', port: 'supervisor', timeoutSeconds: 5 },
  alive: { path: '/health', port: 'supervisor', timeoutSeconds: 5 },
};

/** One process for each rank, at the next port each, and one that watches over them. */
export const rankPortFlags = (ranks: number): readonly string[] => [
  `--data-parallel-size-local=${ranks}`,
  '--data-parallel-multi-port-external-lb',
  `--data-parallel-supervisor-port=${SUPERVISOR}`,
];

/** Options that say again what follows from the ranks. */
export const OWNED_WITH_RANK_PORTS: Readonly<Record<string, string>> = {
  '--api-server-count': 'delete it: each rank has one process that takes requests',
};

interface Asked {
  readonly rankPorts?: boolean;
  readonly dataParallel?: number;
  readonly nodes?: number;
  readonly kvEvents?: boolean;
}

/** Throws what would leave ranks that nobody can choose. */
export function mustOpenRanks(server: Construct, asked: Asked): void {
  const { rankPorts: opens, dataParallel: ranks = 1, nodes = 1, kvEvents } = asked;
  if (!opens) return;
  const refuse = (what: string, why: string, fix: string) => {
    throw new PlatformError(server, { what: `has 'rankPorts' and ${what}`, why, fix });
  };
  if (ranks < 2) {
    refuse("no 'dataParallel'", 'a replica without ranks has one queue, at one port', 'delete rankPorts');
  }
  if (nodes > 1) {
    refuse(
      `'nodes' ${nodes}`,
      'an InferencePool selects pods by their labels, and only the first node of a replica has an address there',
      'delete rankPorts: the replica chooses among its ranks',
    );
  }
  if (ranks > MOST) {
    refuse(
      `'dataParallel' ${ranks}`,
      `an InferencePool has ${MOST} ports`,
      `lower dataParallel to ${MOST}, or delete rankPorts`,
    );
  }
  if (kvEvents) {
    refuse(
      "'kvEvents'",
      'each rank tells of its cache at a port of its own, and the picker listens to one for each pod',
      'delete kvEvents: approximate prefixes are known by rank',
    );
  }
}
