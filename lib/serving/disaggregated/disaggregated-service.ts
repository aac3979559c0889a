import { k8s } from 'cdk8s-plus-30';
import type { Construct } from 'constructs';
import { cut, type MetricsEndpoint, namespaceOf } from '../../core';
import type { ScaledRole } from '../autoscaling';
import { expected } from '../expected';
import { ModelServer, type ModelServerProps } from '../model-server';
import { PORT } from '../server-workload';
import type { SglangServiceProps } from '../sglang-service';
import type { VllmServiceProps } from '../vllm-service';
import { mustSplit } from './must-split';
import { PrefillServer } from './prefill-server';
import { type Made, rolePod } from './role-pod';
import { type Disaggregation, labelsOf, type Role, type RoleProps, type Transfer } from './roles';
import { exchange } from './transfer';

/** What roles have of their own, or what goes past the picker. */
type OfOnePart =
  | ('adapters' | 'replicas' | 'keyOf')
  | ('pool' | 'gpus' | 'slice' | 'surge' | 'cpu' | 'memoryGiB' | 'nodes' | 'observed');

interface OnGpus {
  /** Pods that read prompts. */
  readonly prefill: RoleProps;
  /** Pods that write answers, and read prompts that are short. */
  readonly decode: RoleProps;
  /**
   * How the cache of a prompt comes from one to the other.
   * @default - 'efa' where the nodes of both pools have interfaces, else 'tcp'
   */
  readonly transfer?: Transfer;
}

interface Deciding {
  /**
   * Tokens of a prompt that no cache of the answering pod holds, from which on another pod reads it.
   * @default 512
   */
  readonly nonCachedTokens?: number;
}

export interface DisaggregatedVllmProps
  extends Omit<VllmServiceProps, OfOnePart | 'rankPorts'>,
    OnGpus,
    Deciding {
  /** @default 'vllm' */
  readonly engine?: 'vllm';
}

export interface DisaggregatedSglangProps extends Omit<SglangServiceProps, OfOnePart>, OnGpus {
  readonly engine: 'sglang';
}

/** Both roles without GPU and weights. */
export interface DisaggregatedSimulatorProps
  extends Omit<ModelServerProps, 'adapters' | 'keyOf' | 'replicas' | 'simulate'>,
    Deciding {
  readonly engine: 'simulator';
  readonly prefill: Pick<RoleProps, 'replicas'>;
  readonly decode: Pick<RoleProps, 'replicas'>;
}

export type DisaggregatedServiceProps =
  | DisaggregatedVllmProps
  | DisaggregatedSglangProps
  | DisaggregatedSimulatorProps;

/** Below this an answering pod has read the prompt sooner than it has its cache from another. */
const SHORT_PROMPT = 512;

/**
 * One model served by pods that read prompts and pods that write answers: neither waits for the other's kind of work.
 * Callers see one Service, called like the construct, as with every `ModelServer`. It selects the pods that answer; which
 * pod reads a prompt says the picker of an `InferenceGateway`, which it must be routed by.
 */
export class DisaggregatedService extends ModelServer {
  /** What the picker is told. */
  public readonly disaggregation: Disaggregation;
  /** Pods that read prompts. */
  public readonly prefill: PrefillServer;
  public readonly role: ScaledRole;

  constructor(scope: Construct, id: string, props: DisaggregatedServiceProps) {
    const { model, context, drainSeconds, apiKey, prefill, decode } = props;
    const made = madeOf(props);
    super(
      scope,
      id,
      { model, context, drainSeconds, apiKey, replicas: decode.replicas },
      (server, settings) => {
        mustBeAsked(server, props);
        return rolePod(server, 'decode', made('decode'), settings);
      },
    );
    // A place in its cache is what an answer waits for.
    this.role = { of: id, container: id, follows: 'kvCache' };
    const key = this.keyFor(this);
    this.prefill = new PrefillServer(this, cut(`${id}-prefill`, 63), {
      alias: id,
      model,
      drainSeconds: this.longestSeconds,
      ...(context === undefined ? {} : { context }),
      ...(prefill.replicas ? { replicas: prefill.replicas } : {}),
      ...(key ? { key } : {}),
      describe: (server, settings) => rolePod(server, 'prefill', made('prefill'), settings),
    });
    const { pods } = this.prefill;
    pods.allowFrom(this.pods, { port: PORT, why: 'prompts to read' });
    const one = made('decode');
    if (one.engine !== 'simulator') exchange(one.engine, one.transfer, pods, this.pods);
    this.pods.reach('apiServer', { why: 'which pods may read prompts' });
    this.allowlist(id);
    const answersAlone = props.engine !== 'sglang';
    this.disaggregation = {
      prefill: pods,
      labels: labelsOf(id),
      from: answersAlone ? (props.nonCachedTokens ?? SHORT_PROMPT) : 'always',
      answersAlone,
      picked: expected(
        this,
        'is routed by no picker: its prefill pods would read no prompt, and cost what they cost. ' +
          'Call route(service) of an InferenceGateway',
      ),
    };
  }

  /** Of both roles. */
  public override get metrics(): readonly MetricsEndpoint[] {
    return [...super.metrics, ...this.prefill.metrics];
  }

  /** Changes with the pods of either role. */
  public override get revision(): string {
    return `${super.revision}-${this.prefill.revision}`;
  }

  /** Its sidecars watch which pods are of the pool: those alone get prompts. */
  private allowlist(name: string): void {
    const metadata = { name, namespace: namespaceOf(this) };
    const verbs = ['get', 'list', 'watch'];
    new k8s.KubeRole(this, 'Role', {
      metadata,
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs },
        { apiGroups: ['inference.networking.k8s.io'], resources: ['inferencepools'], verbs },
      ],
    });
    new k8s.KubeRoleBinding(this, 'RoleBinding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: metadata.namespace }],
    });
  }
}

const transferOf = ({ prefill, decode, transfer }: OnGpus): Transfer =>
  transfer ?? ([prefill, decode].every(({ pool }) => pool.efa) ? 'efa' : 'tcp');

/** Engine and props of each role. */
function madeOf(props: DisaggregatedServiceProps): (role: Role) => Made {
  if (props.engine === 'simulator' || props.simulate) return () => ({ engine: 'simulator' });
  const { engine = 'vllm', prefill, decode, ...rest } = props;
  const transfer = transferOf(props);
  return (role) => ({ engine, transfer, of: { prefill, decode }[role], props: rest });
}

function mustBeAsked(server: Construct, props: DisaggregatedServiceProps): void {
  if (props.engine === 'simulator' || props.simulate) return;
  mustSplit(server, { ...props, engine: props.engine ?? 'vllm', transfer: transferOf(props) });
}
