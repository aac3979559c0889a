import type { Construct } from 'constructs';
import { namespaceOf, PlatformError } from '../core';
import type { KServeDefaults } from './kserve-defaults';
import { ModelServer } from './model-server';
import type { ServerPod, ServerSettings } from './server-pod';
import { vllmPod } from './vllm-pod';
import type { VllmServiceProps } from './vllm-service';
import { isBucket } from './weights';

/**
 * What `VllmService` is told, but for several nodes or ranks and for how a rollout begins, which KServe's controller
 * decides.
 */
export interface KServeServiceProps
  extends Omit<VllmServiceProps, 'nodes' | 'dataParallel' | 'rankPorts' | 'expertParallel' | 'surge'> {
  /** What keeps the controller's own template out of the namespace. */
  readonly defaults: KServeDefaults;
}

/**
 * One model on vLLM as an LLMInferenceService of KServe: the same arguments, pod, policies, metrics and facts as of
 * `VllmService`, in an object from which KServe's controller makes the Deployment and the Service.
 */
export class KServeService extends ModelServer {
  constructor(scope: Construct, id: string, props: KServeServiceProps) {
    super(scope, id, props, (server, settings) => kservePod(server, props, settings));
  }
}

function kservePod(server: Construct, props: KServeServiceProps, settings: ServerSettings): ServerPod {
  const { defaults, gpus = 1, model, revision, weights } = props;
  if (defaults.namespace !== namespaceOf(server)) {
    throw new PlatformError(server, {
      what: `is in namespace '${namespaceOf(server)}', and its 'defaults' are in '${defaults.namespace}'`,
      why: "KServe's controller would merge its own template below it, and refuse what comes of it",
      fix: 'give it the KServeDefaults of its namespace',
    });
  }
  if (weights && !isBucket(weights)) {
    throw new PlatformError(server, {
      what: "has weights from a disk, files of the bucket or an image, and engine 'kserve'",
      why: 'its object must say by a URI where the model is, and there is none for these',
      fix: "load them from the bucket or the hub (weights: s3), or use engine 'vllm'",
    });
  }
  const { rollout: _, ...pod } = vllmPod(server, props, settings);
  return {
    ...pod,
    engine: 'kserve',
    kserve: { tensor: gpus, uri: weights ? weights.fetch(model, revision).url : `hf://${model}` },
  };
}
