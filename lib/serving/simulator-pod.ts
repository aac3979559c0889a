import { images } from '../core';
import type { Adapter } from './adapters';
import { kvEvents, SIMULATED_ADDRESS, simulatedEvents } from './kv-events';
import { rankPorts } from './rank-ports';
import type { ServerPod } from './server-pod';

/** What a simulator is told of the model that it stands for. */
export interface Simulated {
  /** Served name. */
  readonly alias: string;
  readonly namespace: string;
  readonly context?: number;
  readonly maxSequences?: number;
  readonly adapters: Readonly<Record<string, Adapter>>;
  /** Where it is to listen; absent for 8000. */
  readonly port?: number;
  /** Whether to tell a picker what is in the KV caches. */
  readonly kvEvents?: boolean;
  /** Ranks that each answer at a port of their own; absent where one answers for all. */
  readonly rankPorts?: number;
}

/** The pod that answers in place of an engine: its API and metrics on a CPU. */
export function simulatorPod(simulated: Simulated): ServerPod {
  const { alias, namespace, context = 32768, maxSequences = 256, adapters, port = 8000 } = simulated;
  const { rankPorts: ranks } = simulated;
  const events = simulated.kvEvents ? kvEvents('picker') : undefined;
  return {
    engine: 'simulator',
    tells: 'vllm',
    image: images.inferenceSim,
    args: [
      // With the hub's name it may ask for the model's tokenizer, which would need another server.
      `--model=${alias}`,
      `--port=${port}`,
      `--max-model-len=${context}`,
      `--max-num-seqs=${maxSequences}`,
      // Its own reader of lists wants the names as arguments of their own.
      '--served-model-name',
      alias,
      ...(ranks ? [`--data-parallel-size=${ranks}`] : []),
      ...simulatedAdapters(adapters),
      ...(events ? simulatedEvents(alias, namespace, events) : []),
    ],
    ...(events ? { env: SIMULATED_ADDRESS, kvEvents: events } : {}),
    ...(ranks ? { ranks, rankPorts: rankPorts(port, ranks) } : {}),
    resources: { cpu: '100m', memory: '256Mi' },
    user: 65532,
    startupSeconds: 60,
  };
}

/** As JSON: it reads no other form. */
function simulatedAdapters(adapters: Simulated['adapters']): string[] {
  const all = Object.entries(adapters);
  if (!all.length) return [];
  const modules = all.map(([name, { model }]) => JSON.stringify({ name, path: model }));
  return [`--max-loras=${all.length}`, '--lora-modules', ...modules];
}
