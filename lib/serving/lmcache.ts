import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { findModel } from '../catalog';
import { type Fault, images, PlatformError } from '../core';
import type { KeptInMemory } from './gpu-replica';
import type { ServerPod } from './server-pod';
import type { Flags } from './vllm-flags';

/** Caches of prompts that LMCache keeps for the engine: in the memory of the host, then on the disk of the node. */
export interface LmCache {
  /** Memory for them, of all GPUs together. */
  readonly memoryGiB: number;
  /**
   * Disk for what the memory has no more room for. It goes with the pod.
   * @default - none
   */
  readonly diskGiB?: number;
}

/** Everything that has a say in whether it can. */
interface Asked {
  readonly model: string;
  readonly lmcache?: LmCache;
  readonly task?: string;
  readonly utilization?: number;
  readonly kvOffloadGiB?: number;
  readonly kvEvents?: boolean;
  readonly adapters?: Readonly<Record<string, unknown>>;
  readonly image?: string;
}

/** What the pod of an engine with LMCache has besides. */
interface Keeper extends Pick<ServerPod, 'init' | 'writable'> {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const ADDRESS = { host: '127.0.0.1', port: 5555 };
const DISK = '/var/cache/lmcache';
/** The first LMCache whose server an engine can start. */
const LEAST = '0.5.6';
/** Part of the disk that is filled: it makes room from 0.8 of that on, while more is written. */
const FILLED = 0.9;
/** Memory of its process beside the caches: its libraries, and what they hold for each GPU. */
const PROCESS_GIB = 2;
const FOR_EACH_GPU_GIB = 0.5;
/** Longest that the engine waits for its server. */
const START_SECONDS = 180;
/** Above it nothing is left of a card for a second process. */
const MOST_UTILIZATION = 0.95;

/** Memory that it takes of the host. */
export const keptByLmCache = (lmcache: LmCache, gpus: number): KeptInMemory => ({
  key: 'lmcache.memoryGiB',
  GiB: lmcache.memoryGiB,
  processGiB: Math.ceil(PROCESS_GIB + FOR_EACH_GPU_GIB * gpus),
});

/** Options that say where caches go. */
export const OWNED_WITH_LMCACHE: Readonly<Record<string, string>> = {
  '--kv-transfer-config': "delete it: 'lmcache' says where caches go",
};

/** Options of which its server would have to know. */
export const REFUSED_WITH_LMCACHE: Flags = {
  '--enable-cumem-allocator': {
    why: 'LMCache opens the cache of the engine by an address that such memory does not have',
    fix: 'delete it, or lmcache',
  },
};

/**
 * What the engine is told. Its worker starts the server in its own container, the only place where another process
 * may open the memory of its GPUs: a container beside it would be given none.
 */
export function lmcacheKeeper({ memoryGiB, diskGiB }: LmCache, gpus: number, image: string): Keeper {
  const server = [
    `--l1-size-gb=${memoryGiB}`,
    '--eviction-policy=LRU',
    // Each GPU's transfers in a thread of their own.
    `--max-workers=${gpus}`,
    ...(diskGiB ? [`--l2-adapter='${JSON.stringify(disk(diskGiB))}'`] : []),
  ];
  const config = {
    kv_connector: 'LMCacheMPConnector',
    // Said whole: where the short name finds no LMCache it means an old one of the engine's, which starts no server.
    kv_connector_module_path: 'lmcache.integration.vllm.lmcache_mp_connector',
    kv_role: 'kv_both',
    // What was to come and is gone is computed.
    kv_load_failure_policy: 'recompute',
    kv_connector_extra_config: {
      'lmcache.mp.host': `tcp://${ADDRESS.host}`,
      'lmcache.mp.port': ADDRESS.port,
      'lmcache.mp.autostart': true,
      'lmcache.mp.autostart.server_args': server.join(' '),
      'lmcache.mp.autostart.wait_timeout': START_SECONDS,
    },
  };
  return {
    args: [`--kv-transfer-config=${JSON.stringify(config)}`],
    env: { LMCACHE_TRACK_USAGE: 'false' },
    ...(diskGiB ? { writable: { [DISK]: `${diskGiB}Gi` } } : {}),
    init: {
      lmcache: {
        image,
        command: ['python3', '-c', program(), LEAST],
        resources: { cpu: '1', memory: '1Gi' },
      },
    },
  };
}

/** Of the kinds that write to disks it is the one that keeps to a size. */
const disk = (GiB: number) => ({
  type: 'fs_native',
  base_path: DISK,
  max_capacity_gb: Math.floor(GiB * FILLED),
  eviction: { eviction_policy: 'LRU' },
});

let text: string | undefined;

function program(): string {
  text ??= readFileSync(join(__dirname, 'data', 'lmcache.py'), 'utf8');
  return text;
}

/** Throws what would answer wrongly with it, or not start. */
export function mustKeep(server: Construct, asked: Asked): void {
  if (!asked.lmcache) return;
  const fault = faultOf(asked, asked.lmcache);
  if (fault) throw new PlatformError(server, fault);
}

function faultOf(asked: Asked, { memoryGiB, diskGiB }: LmCache): Fault | undefined {
  const { model, task = 'generate', adapters = {}, kvOffloadGiB, kvEvents, utilization = 0, image } = asked;
  const [adapter] = Object.keys(adapters);
  if (adapter !== undefined) {
    return {
      what: `has 'lmcache' and the adapter '${adapter}'`,
      why: 'LMCache finds a cache by the tokens of the prompt alone: an adapter would go on from what the model without it made of them, or the other way round, and answer wrongly without a word',
      fix: 'serve the adapters by a model without lmcache, or use kvOffloadGiB, which tells them apart',
    };
  }
  if (task !== 'generate') {
    return {
      what: `has 'lmcache' and task '${task}'`,
      why: 'such a model reads each text once, and there is no cache to come back to',
      fix: 'delete lmcache',
    };
  }
  if (kvOffloadGiB !== undefined) {
    return {
      what: "has 'lmcache' and 'kvOffloadGiB'",
      why: 'vLLM has one way out of its cache',
      fix: 'delete one of them; lmcache has a disk, too',
    };
  }
  if (kvEvents) {
    return {
      what: "has 'lmcache' and 'kvEvents'",
      why: 'LMCache tells of chunks of 256 tokens, by hashes of its own, where the picker counts in blocks of the engine',
      fix: 'delete kvEvents, and let the picker go by approximate prefixes, or use kvOffloadGiB',
    };
  }
  if (findModel(model)?.cache.some(({ kind }) => kind === 'state')) {
    return {
      what: `has 'lmcache', and ${model} keeps a state of each sequence beside its cache`,
      why: 'the engine makes blocks of many sizes for it, and ends at its start where LMCache cannot fill its chunks of 256 tokens with them',
      fix: 'delete lmcache',
    };
  }
  if (utilization > MOST_UTILIZATION) {
    return {
      what: `has 'lmcache' and utilization ${utilization}`,
      why: 'its server is a second process on each GPU, which takes a context and buffers outside the part that the engine requests',
      fix: `set utilization to ${MOST_UTILIZATION} at most, or delete lmcache`,
    };
  }
  if (!image) {
    return {
      what: "has 'lmcache' on vLLM's own image",
      why: `that asks for no version of it ('lmcache >= 0.3.9') and has what was newest on some day: only from ${LEAST} on its server starts by itself`,
      fix: `build one (FROM ${images.vllm}, RUN pip install lmcache==${LEAST}) and name it in 'image', or use kvOffloadGiB`,
    };
  }
  if (diskGiB !== undefined && diskGiB < memoryGiB) {
    return {
      what: `'lmcache.diskGiB' is ${diskGiB}, and 'lmcache.memoryGiB' is ${memoryGiB}`,
      why: 'the disk holds a copy of what is in memory as well: with less than that it adds nothing',
      fix: `set diskGiB to several times ${memoryGiB}, or delete it`,
    };
  }
  return undefined;
}
