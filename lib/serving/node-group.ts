import type { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import { type EnvVars, PlatformError } from '../core';
import type { Layout } from './spread';
import type { Flags } from './vllm-flags';

/** What a replica over several nodes is asked. */
export interface NodeGroupProps {
  /**
   * Nodes of one replica, each with `gpus` of them, which start and end together: they share its layers (vLLM gives each
   * some of them, SGLang a part of each), or have ranks of their own (`dataParallel`). For models that no single node holds.
   * @default 1
   */
  readonly nodes?: number;
}

/** Everything about such a replica that has a say in whether it works. */
interface Asked extends NodeGroupProps {
  readonly model: string;
  readonly task?: string;
  readonly image?: string;
  readonly pool: INodePool;
  readonly gpus?: number;
  readonly kvOffloadGiB?: number;
  readonly lmcache?: unknown;
  readonly speculative?: object;
  readonly load?: 'stream' | 'copy';
}

/** Until the node of another member is there, and has pulled the image. */
const MEMBER_SECONDS = 900;

/** How much longer a replica may take to start when its members come one by one. */
export const memberSeconds = ({ nodes = 1 }: NodeGroupProps): number => (nodes > 1 ? MEMBER_SECONDS : 0);

/** Filled in by the kubelet, from what the controller of the group writes into each pod. */
const LEADER = '$(LWS_LEADER_ADDRESS)';
const INDEX = '$(LWS_WORKER_INDEX)';

/** What leader and workers of a group are started with, beside what a replica on one node is. */
interface GroupArgs {
  readonly leader: readonly string[];
  readonly worker: readonly string[];
}

/** Of vLLM: which ranks are on which node follows from the number of the node. */
export function vllmGroupArgs(nodes: number, { stages, ranks }: Layout, startsSeconds: number): GroupArgs {
  const both = [
    ...(stages > 1 ? [`--pipeline-parallel-size=${stages}`] : []),
    `--nnodes=${nodes}`,
    `--master-addr=${LEADER}`,
    // Its own 600 s are over before the slowest node has its weights.
    `--distributed-timeout-seconds=${startsSeconds}`,
  ];
  return {
    // It listens for the ranks of others before its own name is known.
    leader: [...both, '--node-rank=0', ...(ranks > 1 ? ['--data-parallel-address=$(VLLM_HOST_IP)'] : [])],
    worker: [...both, `--node-rank=${INDEX}`, '--headless'],
  };
}

/** Where the members of a group of SGLang meet. */
const SGLANG_MEETING = 20000;

/** Of SGLang. */
export function sglangGroupArgs(nodes: number, startsSeconds: number): GroupArgs {
  const both = [
    `--nnodes=${nodes}`,
    `--dist-init-addr=${LEADER}:${SGLANG_MEETING}`,
    `--dist-timeout=${startsSeconds}`,
  ];
  return { leader: [...both, '--node-rank=0'], worker: [...both, `--node-rank=${INDEX}`] };
}

/** What processes on different nodes must be told to find each other; `hostIp` is the engine's own word for it. */
export const groupEnv = (hostIp: 'VLLM_HOST_IP' | 'SGLANG_HOST_IP'): EnvVars => ({
  [hostIp]: { field: 'status.podIP' },
  // The one interface of a pod; among several that a library finds it may take another.
  GLOO_SOCKET_IFNAME: 'eth0',
  NCCL_SOCKET_IFNAME: 'eth0',
});

/** What libraries are told of the adapter. */
export const EFA_ENV: EnvVars = {
  FI_PROVIDER: 'efa',
  // They would be taken from a share of the node's memory that the scheduler does not see.
  FI_EFA_USE_HUGE_PAGE: '0',
};

const BY_NODES = {
  why: 'how a group of nodes shares out its work follows from its number of nodes, on every one of them alike',
  fix: "delete it; the props 'nodes' and 'gpus' say it",
};

/** Options that must not be there beside `nodes`. */
export const REFUSED_IN_GROUPS: Flags = Object.fromEntries(
  [
    '--api-server-count',
    '--distributed-executor-backend',
    '--distributed-timeout-seconds',
    '--master-port',
    '--pipeline-parallel-size',
    '--prefill-context-parallel-size',
  ].map((flag) => [flag, BY_NODES]),
);

/** Throws what would keep a group from working; `own` is the engine's own image. */
export function mustWorkAsGroup(server: Construct, asked: Asked, own: string): void {
  const { nodes = 1, pool, gpus = 1, model } = asked;
  if (!Number.isInteger(nodes) || nodes < 1) {
    throw new PlatformError(server, {
      what: `'nodes' is ${nodes}`,
      why: 'a replica runs on whole nodes',
      fix: 'set it to 2 or more, or leave it out',
    });
  }
  if (nodes === 1) return;
  const [device] = pool.devices;
  if (pool.division || device?.slice || device?.sharedBy) {
    throw new PlatformError(server, {
      what: `'nodes' is ${nodes}, and the GPUs of pool '${pool.name}' are divided`,
      why: 'processes that compute one model together need whole GPUs that reach each other',
      fix: 'use a pool with whole GPUs',
    });
  }
  if (gpus !== pool.gpusPerNode) {
    throw new PlatformError(server, {
      what: `'nodes' is ${nodes} and 'gpus' is ${gpus}, but a node of pool '${pool.name}' has ${pool.gpusPerNode}`,
      why: 'GPUs of one node talk many times faster than nodes do, so a replica fills a node before it takes another',
      fix: `set gpus to ${pool.gpusPerNode}, or delete nodes`,
    });
  }
  if (pool.limit !== undefined && nodes * gpus > pool.limit) {
    throw new PlatformError(server, {
      what: `'nodes' is ${nodes}, of ${gpus} GPUs each, and pool '${pool.name}' may have ${pool.limit} GPUs`,
      why: 'Karpenter launches nothing beyond the limit, and a group that is not complete serves nobody',
      fix: `raise the limit of '${pool.name}' to at least ${nodes * gpus}`,
    });
  }
  if (pool.zones && pool.zones.length > 1) {
    throw new PlatformError(server, {
      what: `'nodes' is ${nodes}, and pool '${pool.name}' has nodes in ${pool.zones.length} zones`,
      why: "its nodes must share a zone, and groups of several zones take each other's: each then waits for one where none may start",
      fix: `give '${pool.name}' one zone, such as zones: [${pool.zones[0]}]`,
    });
  }
  if (pool.capacities.includes('spot')) {
    throw new PlatformError(server, {
      what: `'nodes' is ${nodes}, and pool '${pool.name}' may buy spot nodes`,
      why: `each of the ${nodes} nodes that AWS takes back ends the whole replica, and all of them load the model anew`,
      fix: 'use a pool of on-demand or reserved nodes',
    });
  }
  if (asked.task && asked.task !== 'generate') {
    throw new PlatformError(server, {
      what: `'nodes' is ${nodes}, and the task of ${model} is '${asked.task}'`,
      why: 'vLLM shares out the layers of models that generate, and all others fit one node',
      fix: 'delete nodes',
    });
  }
  if (pool.efa && !asked.image) {
    throw new PlatformError(server, {
      what: `'nodes' is ${nodes} on pool '${pool.name}' with EFA, and the image is the engine's own`,
      why: 'that comes without the EFA libraries: NCCL would take TCP without a word, beside interfaces that nobody uses',
      fix: `build one (FROM ${own}, then the aws-efa-installer with --skip-kmod, which brings aws-ofi-nccl) and name it in 'image', or delete efa`,
    });
  }
  const beside = (['kvOffloadGiB', 'lmcache', 'speculative'] as const).find(
    (key) => asked[key] !== undefined,
  );
  if (beside) {
    throw new PlatformError(server, {
      what: `has '${beside}' and 'nodes' ${nodes}`,
      why: 'what it takes on each of several nodes was never seen, so that it fits cannot be promised',
      fix: `delete ${beside}`,
    });
  }
  if (asked.load === 'stream') {
    throw new PlatformError(server, {
      what: `has load 'stream' and 'nodes' ${nodes}`,
      why: 'the streamer divides its reading among all processes of a replica, and would send weights from node to node',
      fix: "set load to 'copy', or leave it out: each node copies the files to its own disk",
    });
  }
}
