import type { EnvVars, PodGroup } from '../../core';
import type { EngineName } from '../engines';
import { EFA_ENV } from '../node-group';
import type { Role, Transfer } from './roles';

/** What an engine is told besides, for its role. */
interface Told {
  readonly args: readonly string[];
  readonly env: EnvVars;
}

/** Where a pod that reads prompts says where their cache lies. */
const SIDE_CHANNEL = 5600;
/** Where a pod on SGLang does; it asks nobody who they are. */
const BOOTSTRAP = 8998;
/** Ports of the transfer itself, by which UCX is held. */
const UCX = { port: 20000, through: 20999 };
/** SGLang's processes choose theirs when they start. */
const ANY = { port: 1024, through: 65535 };

/** TCP and nothing else: what UCX tries between two containers of one node needs a memory that they do not share. */
const UCX_ENV: EnvVars = { UCX_TLS: 'tcp,cuda_copy', UCX_NET_DEVICES: 'eth0' };

const POD_IP = { field: 'status.podIP' };

/** What the engine of a role is told of the transfer: NIXL on both engines. */
export function transferring(engine: EngineName, role: Role, transfer: Transfer): Told {
  return engine === 'vllm' ? onVllm(role, transfer) : onSglang(role, transfer);
}

function onVllm(role: Role, transfer: Transfer): Told {
  const config = {
    kv_connector: 'NixlConnector',
    kv_role: role === 'prefill' ? 'kv_producer' : 'kv_consumer',
    // A cache that is lost with its pod, or that another version has written, is computed again: the answer comes later.
    ...(role === 'decode' ? { kv_load_failure_policy: 'recompute' } : {}),
    ...(transfer === 'efa' ? { kv_connector_extra_config: { backends: ['LIBFABRIC'] } } : {}),
  };
  return {
    args: [`--kv-transfer-config=${JSON.stringify(config)}`],
    env: {
      VLLM_NIXL_SIDE_CHANNEL_HOST: POD_IP,
      VLLM_NIXL_SIDE_CHANNEL_PORT: `${SIDE_CHANNEL}`,
      ...(transfer === 'efa' ? EFA_ENV : { ...UCX_ENV, UCX_TCP_PORT_RANGE: `${UCX.port}-${UCX.through}` }),
    },
  };
}

function onSglang(role: Role, transfer: Transfer): Told {
  return {
    args: [
      `--disaggregation-mode=${role}`,
      '--disaggregation-transfer-backend=nixl',
      `--disaggregation-bootstrap-port=${BOOTSTRAP}`,
    ],
    env: {
      SGLANG_HOST_IP: POD_IP,
      ...(transfer === 'efa' ? { ...EFA_ENV, SGLANG_DISAGGREGATION_NIXL_BACKEND: 'LIBFABRIC' } : UCX_ENV),
    },
  };
}

/** Let the pods of both roles exchange, and nobody else with them. What goes by the adapter knows no ports. */
export function exchange(engine: EngineName, transfer: Transfer, prefill: PodGroup, decode: PodGroup): void {
  if (engine === 'sglang') {
    const why = 'caches of prompts, and where they lie';
    prefill.allowFrom(decode, { ...ANY, why });
    decode.allowFrom(prefill, { ...ANY, why });
    return;
  }
  prefill.allowFrom(decode, { port: SIDE_CHANNEL, why: 'where the cache of a prompt lies' });
  if (transfer === 'efa') return;
  prefill.allowFrom(decode, { ...UCX, why: 'caches of prompts' });
  decode.allowFrom(prefill, { ...UCX, why: 'caches of prompts' });
}
