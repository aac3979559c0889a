import type { Construct } from 'constructs';
import { namespaceOf } from '../core';
import { ModelServer, type ModelServerProps } from './model-server';
import { simulatorPod } from './simulator-pod';

export interface ModelSimulatorProps extends Omit<ModelServerProps, 'simulate'> {
  /**
   * Requests worked on at once; more of them wait, as they would in the engine.
   * @default 256
   */
  readonly maxSequences?: number;
  /**
   * Ranks of each replica, which answer at a port each for a picker to choose among; at most 8.
   * @default - one port
   */
  readonly rankPorts?: number;
}

/**
 * A stand-in for a model server without GPU and weights: the same API, Service, labels and vLLM's metric names, with
 * made-up answers. Gateways, policies and monitors cannot tell the difference. It asks nobody for a key.
 */
export class ModelSimulator extends ModelServer {
  constructor(scope: Construct, id: string, props: ModelSimulatorProps) {
    const { maxSequences, rankPorts } = props;
    super(scope, id, props, (server, { context, adapters, kvEvents }) => {
      const namespace = namespaceOf(server);
      return simulatorPod({ alias: id, namespace, context, maxSequences, adapters, kvEvents, rankPorts });
    });
  }
}
