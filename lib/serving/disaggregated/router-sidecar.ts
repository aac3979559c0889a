import { images, type PodResources, type SidecarProps } from '../../core';
import type { EngineName } from '../engines';
import { PORT } from '../server-workload';
import { ENGINE_PORT } from './roles';

const CPU_MILLIS = 500;
const MEMORY_GIB = 1;

/**
 * llm-d's sidecar before an engine that answers: it has the prompt of a request read by the pod that the picker named in
 * `x-prefiller-host-port`, and then the answer written here; without that header both happen here.
 */
export function routerSidecar(engine: EngineName, pool: string): SidecarProps {
  return {
    image: images.disaggSidecar,
    args: [
      `--port=${PORT}`,
      `--model-server-port=${ENGINE_PORT}`,
      `--kv-connector=${engine === 'vllm' ? 'nixlv2' : 'sglang'}`,
      // Its own default encrypts by a certificate of its making, which the pool and its callers do not speak.
      '--secure-proxy=false',
      // The header comes by the network: prompts go to no pod but those of the pool.
      '--enable-ssrf-protection=true',
      `--inference-pool=${pool}`,
      ...(engine === 'vllm' ? ['--prefill-max-retries=2'] : []),
      '--zap-encoder=json',
    ],
    resources: { cpu: `${CPU_MILLIS}m`, memory: `${MEMORY_GIB}Gi` },
    ports: { http: PORT },
    ready: '/health',
  };
}

/** What is left to an engine of what one replica takes. */
export const besideSidecar = ({ cpu, memory, ...rest }: PodResources): PodResources => ({
  ...rest,
  cpu: `${Number(cpu) * 1000 - CPU_MILLIS}m`,
  memory: `${Number.parseInt(memory, 10) - MEMORY_GIB}Gi`,
});
