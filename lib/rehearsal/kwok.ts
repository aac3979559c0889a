import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject, Labels, PoolFact, Taint } from '../core';
import type { ControlPlane } from './control-plane';
import { freePorts } from './ports';
import type { Programs } from './programs';

/** Nodes that carry this are run by KWOK: they are ready at once, and so is every pod on them. */
export const SIMULATED = { 'kwok.x-k8s.io/node': 'fake' } as const;

/** What a node of the simulation offers to pods. */
export interface SimulatedNode {
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly allocatable: Readonly<Record<string, string>>;
}

/** Run pods and nodes by our own short stages; the bare program has none. */
export async function startKwok(
  plane: ControlPlane,
  programs: Programs,
  pools: readonly PoolFact[],
): Promise<void> {
  const [port] = await freePorts(1);
  const config = join(plane.processes.folder, 'kwok.yaml');
  writeFileSync(
    config,
    stagesFor(pools)
      .map((stage) => JSON.stringify(stage))
      .join('\n---\n'),
  );
  plane.processes.start('kwok', programs.path('kwok'), [
    `--kubeconfig=${plane.kubeconfig}`,
    `--config=${config}`,
    '--manage-all-nodes=false',
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    '--node-ip=10.0.0.1',
    '--cidr=10.128.0.0/9',
    '--node-lease-duration-seconds=40',
    `--server-address=127.0.0.1:${port}`,
  ]);
}

/** A node as its kubelet would register it. */
export function nodeObject({ name, labels, taints, allocatable }: SimulatedNode): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...labels },
      annotations: SIMULATED,
    },
    spec: { providerID: `simulated://${name}`, taints },
    status: { allocatable, capacity: allocatable },
  };
}

interface Condition {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const LIVING: Condition = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };

function stage(
  name: string,
  kind: 'Node' | 'Pod',
  matchExpressions: readonly Condition[],
  next: { readonly delete: true } | { readonly statusTemplate: string },
  more: object = {},
): object {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, next, ...more },
  };
}

const CONDITIONS = `conditions:
{{ range NodeConditions }}
- { lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}, message: {{ .message | Quote }},
    reason: {{ .reason | Quote }}, status: {{ .status | Quote }}, type: {{ .type | Quote }} }
{{ end }}`;

/** Karpenter counts what a pool uses by capacity, which its simulated nodes leave at what pods asked for. */
const nodeReady = (allocatable: string) => `${CONDITIONS}
addresses:
- { address: {{ NodeIP | Quote }}, type: InternalIP }
- { address: {{ NodeName | Quote }}, type: Hostname }
allocatable:
${allocatable}
capacity:
${allocatable}
nodeInfo:
  architecture: {{ or ( index .metadata.labels "kubernetes.io/arch" ) "amd64" }}
  bootID: ""
  containerRuntimeVersion: simulated
  kernelVersion: simulated
  kubeProxyVersion: ""
  kubeletVersion: simulated
  machineID: ""
  operatingSystem: linux
  osImage: simulated
  systemUUID: ""
phase: Running`;

const POD_READY = `{{ $now := Now }}
conditions:
- { lastTransitionTime: {{ $now | Quote }}, status: "True", type: Initialized }
- { lastTransitionTime: {{ $now | Quote }}, status: "True", type: Ready }
- { lastTransitionTime: {{ $now | Quote }}, status: "True", type: ContainersReady }
{{ range .spec.readinessGates }}
- { lastTransitionTime: {{ $now | Quote }}, status: "True", type: {{ .conditionType | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- { image: {{ .image | Quote }}, name: {{ .name | Quote }}, ready: true, started: true, restartCount: 0,
    state: { running: { startedAt: {{ $now | Quote }} } } }
{{ end }}
phase: Running
startTime: {{ $now | Quote }}`;

const POD_COMPLETE = `{{ $now := Now }}
containerStatuses:
{{ range .spec.containers }}
- { image: {{ .image | Quote }}, name: {{ .name | Quote }}, ready: false, started: false, restartCount: 0,
    state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }},
      finishedAt: {{ $now | Quote }} } } }
{{ end }}
phase: Succeeded`;

const AS_LAUNCHED = '{{ YAML .status.allocatable 1 }}';
const POOL = '.metadata.labels["nexus.dev/pool"]';

/** What the GPU Operator makes of a node: its whole GPUs go, and the parts appear. */
function divided({ name, shapes }: PoolFact): object {
  const others = '{{ range $k, $v := .status.allocatable }}{{ if ne $k "nvidia.com/gpu" }}';
  const parts = Object.entries({ 'nvidia.com/gpu': 0, ...shapes[0].devices })
    .map(([resource, count]) => `\n  ${resource}: "${count}"`)
    .join('');
  return stage(
    `node-initialize-${name}`,
    'Node',
    [
      { key: READY, operator: 'NotIn', values: ['True'] },
      { key: POOL, operator: 'In', values: [name] },
    ],
    { statusTemplate: nodeReady(`${others}\n  {{ $k }}: {{ $v | Quote }}{{ end }}{{ end }}${parts}`) },
  );
}

function stagesFor(pools: readonly PoolFact[]): readonly object[] {
  const cut = pools.filter(({ division }) => division);
  const whole: Condition[] = cut.length
    ? [{ key: POOL, operator: 'NotIn', values: cut.map(({ name }) => name) }]
    : [];
  const initialize = stage(
    'node-initialize',
    'Node',
    [{ key: READY, operator: 'NotIn', values: ['True'] }, ...whole],
    { statusTemplate: nodeReady(AS_LAUNCHED) },
  );
  return [initialize, ...cut.map(divided), ...STAGES];
}

const STAGES = [
  stage(
    'node-heartbeat',
    'Node',
    [{ key: READY, operator: 'In', values: ['True'] }],
    { statusTemplate: CONDITIONS },
    { delay: { durationMilliseconds: 600_000, jitterDurationMilliseconds: 610_000 } },
  ),
  stage(
    'pod-ready',
    'Pod',
    [
      LIVING,
      { key: '.status.phase', operator: 'In', values: ['Pending'] },
      { key: READY, operator: 'NotIn', values: ['True'] },
    ],
    { statusTemplate: POD_READY },
  ),
  stage(
    'pod-complete',
    'Pod',
    [
      LIVING,
      { key: '.status.phase', operator: 'In', values: ['Running'] },
      { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] },
    ],
    { statusTemplate: POD_COMPLETE },
  ),
  stage('pod-delete', 'Pod', [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }], { delete: true }),
];
