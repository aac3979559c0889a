import type { Construct } from 'constructs';
import { namespaceOf, type PodResources } from '../../core';
import type { EngineName } from '../engines';
import type { ServerPod, ServerSettings } from '../server-pod';
import { type SglangServiceProps, sglangPod } from '../sglang-service';
import { simulatorPod } from '../simulator-pod';
import { vllmPod } from '../vllm-pod';
import type { VllmServiceProps } from '../vllm-service';
import { ENGINE_PORT, labelsOf, type Role, type RoleProps, roleLabels, type Transfer } from './roles';
import { besideSidecar, routerSidecar } from './router-sidecar';
import { transferring } from './transfer';

/** How the pods of a role are made. */
export type Made =
  | { readonly engine: 'simulator' }
  | {
      readonly engine: EngineName;
      readonly of: RoleProps;
      readonly transfer: Transfer;
      /** What both roles are told of the model. */
      readonly props: Omit<VllmServiceProps & SglangServiceProps, 'pool'>;
    };

/** The pod of a role: an engine that knows its part, and before one that answers the sidecar. */
export function rolePod(server: Construct, role: Role, made: Made, settings: ServerSettings): ServerPod {
  const alias = settings.alias ?? server.node.id;
  const port = role === 'decode' ? { port: ENGINE_PORT } : {};
  const pod =
    made.engine === 'simulator'
      ? simulatorPod({
          alias,
          namespace: namespaceOf(server),
          context: settings.context,
          adapters: {},
          ...port,
        })
      : engine(server, role, made, { ...settings, ...port });
  const podLabels = roleLabels(alias, role);
  if (role === 'prefill') return { ...pod, podLabels };
  const spoken = made.engine === 'simulator' ? 'vllm' : made.engine;
  return {
    ...pod,
    podLabels,
    enginePort: ENGINE_PORT,
    sidecars: { router: routerSidecar(spoken, `${namespaceOf(server)}/${alias}`) },
    // The sidecar asks which pods are of the pool.
    apiAccess: true,
    ...(made.engine === 'simulator' ? {} : { resources: besideSidecar(pod.resources) }),
  };
}

function engine(
  server: Construct,
  role: Role,
  { engine: name, of, transfer, props }: Exclude<Made, { readonly engine: 'simulator' }>,
  settings: ServerSettings,
): ServerPod {
  const own = { ...props, ...of };
  const pod = name === 'vllm' ? vllmPod(server, own, settings) : sglangPod(server, own, settings);
  const { args, env } = transferring(name, role, transfer);
  const alias = settings.alias ?? server.node.id;
  return {
    ...pod,
    role: { role, transfer },
    args: [...(pod.args ?? []), ...args],
    env: { ...pod.env, ...env },
    resources: transfer === 'efa' ? withInterfaces(pod.resources, of) : pod.resources,
    placement: { ...of.pool.placement, zoneOf: labelsOf(alias) },
  };
}

/** The interfaces of a node that belong to the GPUs of a replica. */
function withInterfaces(resources: PodResources, { pool, gpus = 1 }: RoleProps): PodResources {
  const { efa, gpusPerNode } = pool;
  if (!efa) return resources;
  return { ...resources, devices: { [efa.resource]: (efa.perNode * gpus) / gpusPerNode } };
}
