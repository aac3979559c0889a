import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { clusterScoped, policyOf } from '../core';

export interface PlatformGuardsProps {
  /**
   * What happens to an object that breaks a rule.
   * @default - the environment's policy: refused in stg and prod; warned about and audited in local and dev
   */
  readonly action?: 'deny' | 'warn';
}

/** On a namespace, or on one object with its pods: `off` exempts it, for all to see. */
export const GUARDS_LABEL = 'nexus.dev/guards';

/** What a rule computes before it judges. */
interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** One rule: true is good. */
interface Rule {
  readonly expression: string;
  /** A text that an expression makes, so that it names the container. */
  readonly messageExpression: string;
}

/** Objects that rules are about, and where the pod is in them. */
interface Subject {
  readonly name: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resources: readonly string[];
  /** Where its pod spec lies. */
  readonly pod?: string;
}

/** Each has its own policy: expressions are type-checked against every kind that a policy matches. */
const PODS: readonly Subject[] = [
  { name: 'pods', apiGroup: '', apiVersion: 'v1', resources: ['pods'], pod: 'object.spec' },
  {
    name: 'workloads',
    apiGroup: 'apps',
    apiVersion: 'v1',
    // Refused here, the fault is told to whoever applies; refused as a pod, only to a ReplicaSet's events.
    resources: ['deployments', 'statefulsets', 'daemonsets'],
    pod: 'object.spec.template.spec',
  },
  {
    name: 'jobs',
    apiGroup: 'batch',
    apiVersion: 'v1',
    resources: ['jobs'],
    pod: 'object.spec.template.spec',
  },
  {
    name: 'cron-jobs',
    apiGroup: 'batch',
    apiVersion: 'v1',
    resources: ['cronjobs'],
    pod: 'object.spec.jobTemplate.spec.template.spec',
  },
];

const BUDGETS: Subject = {
  name: 'budgets',
  apiGroup: 'policy',
  apiVersion: 'v1',
  resources: ['poddisruptionbudgets'],
};

/** GPUs and parts of them alike: `nvidia.com/gpu`, `nvidia.com/mig-3g.40gb`. */
const wantsGpu = (container: string) =>
  `${container}.?resources.?limits.orValue({}).exists(name, name.startsWith('nvidia.com/'))`;
const requests = (container: string, name: string) =>
  `'${name}' in ${container}.?resources.?requests.orValue({})`;

const podVariables = (pod: string): Variable[] => [
  {
    name: 'containers',
    expression: `${pod}.containers + ${pod}.?initContainers.orValue([])`,
  },
  {
    name: 'unpinned',
    // A digest, or a tag that is not the one that moves.
    expression:
      "variables.containers.filter(c, !c.?image.orValue('').matches('(@sha256:[0-9a-f]{64}|:[^/:@]+)$')" +
      " || c.?image.orValue('').endsWith(':latest')).map(c, c.name)",
  },
  {
    name: 'unsized',
    // A limit without a request is the request.
    expression: `variables.containers.filter(c, ${wantsGpu('c')} && !(${['cpu', 'memory']
      .map((name) => `(${requests('c', name)} || '${name}' in c.?resources.?limits.orValue({}))`)
      .join(' && ')})).map(c, c.name)`,
  },
  {
    name: 'squats',
    expression:
      `${pod}.?tolerations.orValue([]).exists(t, t.?key.orValue('') == 'nvidia.com/gpu')` +
      ` && !variables.containers.exists(c, ${wantsGpu('c')}) && !has(${pod}.resourceClaims)`,
  },
];

const POD_RULES: readonly Rule[] = [
  {
    expression: 'size(variables.unpinned) == 0',
    messageExpression:
      "'the image of ' + variables.unpinned.join(', ') + ' has no fixed tag or digest: tomorrow it is another one; write a version'",
  },
  {
    expression: 'size(variables.unsized) == 0',
    messageExpression:
      "variables.unsized.join(', ') + ' asks for a GPU without CPU and memory: its node may be too small for it; request both'",
  },
];

/** DaemonSets go where the nodes are. */
const squatRule = (exempt: string): Rule => ({
  expression: `${exempt} || !variables.squats`,
  messageExpression:
    "'it tolerates nvidia.com/gpu and asks for no GPU: it would keep a node of GPUs running for itself; drop the toleration'",
});

const NOT_FOR_DAEMONS: Readonly<Record<string, string>> = {
  pods: "object.metadata.?ownerReferences.orValue([]).exists(o, o.kind == 'DaemonSet')",
  workloads: "object.kind == 'DaemonSet'",
};

const BUDGET_RULES: readonly Rule[] = [
  {
    expression:
      "!(string(object.spec.?maxUnavailable.orValue(1)) in ['0', '0%']) && string(object.spec.?minAvailable.orValue(0)) != '100%'",
    messageExpression:
      "'it allows no pod to leave: no node under it could ever be drained or replaced; set maxUnavailable to 1'",
  },
];

/**
 * What would be found out too late when somebody applies objects by hand, said by the API server at once: images that
 * move, GPU pods that ask for nothing else, pods that squat on nodes of GPUs, budgets under which no node can be drained.
 *
 * It looks at namespaces that have an owner (`PlatformNamespace`). Those at the level "privileged" belong to one chart
 * each, and are left alone: the GPU Operator's own validators ask for a GPU and for nothing else.
 */
export class PlatformGuards extends Construct {
  constructor(scope: Construct, id: string, props: PlatformGuardsProps = {}) {
    super(scope, id);
    const action = props.action ?? policyOf(this).guards;
    for (const subject of PODS) {
      const { pod = 'object.spec' } = subject;
      this.guard(subject, action, podVariables(pod), [
        ...POD_RULES,
        squatRule(NOT_FOR_DAEMONS[subject.name] ?? 'false'),
      ]);
    }
    this.guard(BUDGETS, action, [], BUDGET_RULES);
  }

  private guard(
    { name: subject, apiGroup, apiVersion, resources }: Subject,
    action: 'deny' | 'warn',
    variables: readonly Variable[],
    rules: readonly Rule[],
  ): void {
    const name = `nexus-${subject}`;
    const policy = new k8s.KubeValidatingAdmissionPolicy(this, `Policy-${subject}`, {
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [apiGroup],
              apiVersions: [apiVersion],
              operations: ['CREATE', 'UPDATE'],
              resources: [...resources],
              scope: 'Namespaced',
            },
          ],
        },
        // What is there already can still be labelled, and lose its finalizers.
        matchConditions: [
          {
            name: 'spec-changes',
            expression: "request.operation == 'CREATE' || object.spec != oldObject.spec",
          },
        ],
        ...(variables.length ? { variables: variables.map((variable) => ({ ...variable })) } : {}),
        validations: rules.map((rule) => ({ ...rule })),
      },
    });
    const binding = new k8s.KubeValidatingAdmissionPolicyBinding(this, `Binding-${subject}`, {
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: action === 'deny' ? ['Deny'] : ['Warn', 'Audit'],
        matchResources: {
          namespaceSelector: {
            matchExpressions: [
              { key: 'nexus.dev/owner', operator: 'Exists' },
              { key: 'pod-security.kubernetes.io/enforce', operator: 'NotIn', values: ['privileged'] },
              NOT_OFF,
            ],
          },
          objectSelector: { matchExpressions: [NOT_OFF] },
        },
      },
    });
    for (const object of [policy, binding]) clusterScoped(object);
  }
}

const NOT_OFF = { key: GUARDS_LABEL, operator: 'NotIn', values: ['off'] };
