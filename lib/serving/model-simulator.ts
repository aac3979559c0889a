import type { Construct } from 'constructs';
import { images } from '../core';
import { ModelServer, type ModelServerProps } from './model-server';

export interface ModelSimulatorProps extends ModelServerProps {
  /**
   * Requests worked on at once; more of them wait, as they would in the engine.
   * @default 256
   */
  readonly maxSequences?: number;
}

/**
 * A stand-in for `VllmService` without GPU and weights: the same API, Service, labels and metric names, with made-up
 * answers. Gateways, policies and monitors cannot tell the difference.
 */
export class ModelSimulator extends ModelServer {
  constructor(scope: Construct, id: string, props: ModelSimulatorProps) {
    super(scope, id, props, (_, { context = 32768 }) => ({
      engine: 'simulator',
      tells: 'vllm',
      image: images.inferenceSim,
      args: [
        // With the hub's name it may ask for the model's tokenizer, which would need another server.
        `--model=${id}`,
        '--port=8000',
        `--max-model-len=${context}`,
        `--max-num-seqs=${props.maxSequences ?? 256}`,
        // Its own reader of lists wants the names as arguments of their own.
        '--served-model-name',
        id,
        ...simulatedAdapters(props),
      ],
      resources: { cpu: '100m', memory: '256Mi' },
      user: 65532,
      startupSeconds: 60,
    }));
  }
}

/** As JSON: it reads no other form. */
function simulatedAdapters({ adapters = {} }: ModelSimulatorProps): string[] {
  const all = Object.entries(adapters);
  if (!all.length) return [];
  const modules = all.map(([name, { model }]) => JSON.stringify({ name, path: model }));
  return [`--max-loras=${all.length}`, '--lora-modules', ...modules];
}
