import type { Construct } from 'constructs';
import { cut, type EnvVars, PlatformError } from '../core';

/** How replicas tell what is in their KV caches: events over ZeroMQ, in blocks of tokens. */
export interface KvEvents {
  readonly port: number;
  /** Tokens of a block, on both sides. */
  readonly blockTokens: number;
  /** Who opens the port: an engine waits to be called, a simulator calls. */
  readonly listens: 'replica' | 'picker';
}

/** Who listens where; one value for the engine, the picker and the policy between them. */
export const kvEvents = (listens: KvEvents['listens']): KvEvents => ({
  port: 5557,
  // Every attention backend of the engine takes blocks of 64, and an index of them is a quarter of one of its own 16.
  blockTokens: 64,
  listens,
});

/** Name of the picker of a model, which becomes a label. */
export const pickerName = (model: string): string => cut(`${model}-picker`, 63);

/** What vLLM is told. The picker looks up the name of the model that stands last in the topic: the served one. */
export function engineEvents(served: string, { port, blockTokens }: KvEvents): readonly string[] {
  const config = {
    enable_kv_cache_events: true,
    publisher: 'zmq',
    endpoint: `tcp://*:${port}`,
    topic: `kv@$(POD_IP):8000@${served}`,
  };
  return [`--block-size=${blockTokens}`, `--kv-events-config=${JSON.stringify(config)}`];
}

export const ENGINE_ADDRESS: EnvVars = { POD_IP: { field: 'status.podIP' } };

/** Blocks that a simulator holds: 262,144 tokens. */
const SIMULATED_BLOCKS = 4096;

/** What the simulator is told. Its cache splits prompts by a rule of its own, and so do its answers to the picker. */
export function simulatedEvents(
  served: string,
  namespace: string,
  { port, blockTokens }: KvEvents,
): readonly string[] {
  return [
    '--enable-kvcache=true',
    `--kv-cache-size=${SIMULATED_BLOCKS}`,
    `--block-size=${blockTokens}`,
    `--zmq-endpoint=tcp://${pickerName(served)}.${namespace}.svc:${port}`,
    // As the engine writes them.
    '--use-vllm-map-event-format=true',
  ];
}

/** Its topic holds an address without a port, by which the picker knows no replica. */
export const SIMULATED_ADDRESS: EnvVars = {
  ADDRESS: { field: 'status.podIP' },
  POD_IP: '$(ADDRESS):8000',
};

interface Caching {
  readonly kvEvents?: boolean;
  readonly prefixCaching?: boolean;
  readonly task?: string;
}

/** Who tells of a cache has one. */
export function mustCache(
  server: Construct,
  { kvEvents: tells, prefixCaching, task = 'generate' }: Caching,
): void {
  if (!tells) return;
  if (prefixCaching === false) {
    throw new PlatformError(server, {
      what: "has 'kvEvents', and 'prefixCaching' is false",
      why: 'nothing of a prompt stays in its cache: the picker would hear of blocks that nobody finds again',
      fix: 'delete prefixCaching, or kvEvents',
    });
  }
  if (task !== 'generate') {
    throw new PlatformError(server, {
      what: `has 'kvEvents' and task '${task}'`,
      why: 'such a model reads each text once, and there is no cache to come back to',
      fix: 'delete kvEvents',
    });
  }
}
