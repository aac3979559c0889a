import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { cut, declare, images, namespaceOf, PlatformError, type PodGroup, Task } from '../core';
import type { ModelServer } from './model-server';
import type { InferenceGateway, PickedModel } from './routing';

export interface CanaryPilotProps {
  /** The gateway that shares out the requests of the model. */
  readonly gateway: InferenceGateway;
  /** The model, as the gateway returned it. */
  readonly of: PickedModel;
  /** Its canary. */
  readonly canary: ModelServer;
  /** Percent of the requests that the canary begins with. */
  readonly weight: number;
  /**
   * Minutes without a doubt after which it gets the next of 1, 5, 10, 25, 50 and 100 percent.
   * @default - its share is only ever taken back
   */
  readonly stepMinutes?: number;
  /**
   * Requests that it must have answered within those minutes: nobody who asks is no proof.
   * @default 100
   */
  readonly leastRequests?: number;
  /** URL of the Prometheus that judges it, by `watch.compare()`. */
  readonly prometheus: string;
}

const FOLDER = '/opt/pilot';
/** What `watch.compare()` calls its alerts. */
const ALERT = 'CanaryIsWorse';
/** Finished requests, by engine. */
const FINISHED = {
  vllm: 'vllm:request_success_total',
  sglang: 'sglang:e2e_request_latency_seconds_count',
} as const;

let program: string | undefined;

/** The program, read when the first pilot is made. */
function pilotProgram(): string {
  program ??= readFileSync(join(__dirname, 'data', 'pilot.py'), 'utf8');
  return program;
}

/**
 * Takes the requests of a canary back when Prometheus alerts that it is worse, within a minute, and raises its share where
 * it is told to. A CronJob that may write one HTTPRoute, whose spec nobody else writes: no engine fights with it. Give it
 * a layer after the rules that judge the canary.
 */
export class CanaryPilot extends Construct {
  /** For whoever lets it in: Prometheus. */
  public readonly pods: PodGroup;

  constructor(scope: Construct, id: string, props: CanaryPilotProps) {
    super(scope, id);
    const { gateway, of, canary, weight, stepMinutes, leastRequests = 100, prometheus } = props;
    const namespace = namespaceOf(this);
    this.mustBeAtHome(canary, namespace);
    const finished = this.mustBeJudged(canary, stepMinutes);
    const route = canary.model;
    const minutes = stepMinutes ?? 0;
    const side = `namespace="${canary.pods.namespace}",model_name="${canary.model}"`;
    const spec = gateway.nearer(of);
    const hold = {
      namespace,
      route,
      spec,
      // Another canary, another weight: what was decided before no longer counts.
      file: `${weight}-${createHash('sha256')
        .update(JSON.stringify([canary.revision, spec]))
        .digest('hex')
        .slice(0, 8)}`,
      weight,
      minutes,
      leastRequests,
      alert: ALERT,
      model: of.model,
      canary: canary.model,
      prometheus,
      requests: `sum(increase(${finished}{${side}}[${Math.max(minutes, 1)}m]))`,
    };
    // All of its spec is the pilot's: an engine that applies this again leaves what it does not name.
    new ApiObject(this, 'Route', {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: route, namespace },
      spec: {},
    });
    const task = new Task(this, 'Task', {
      name: cut(id, 52),
      // The smallest pinned image that has Python.
      image: images.litellm,
      command: ['python3', `${FOLDER}/pilot.py`],
      args: [`${FOLDER}/hold.json`],
      config: { [FOLDER]: { 'pilot.py': pilotProgram(), 'hold.json': JSON.stringify(hold, undefined, 1) } },
      resources: { cpu: '50m', memory: '128Mi' },
      apiAccess: true,
      schedule: '* * * * *',
      deadlineSeconds: 55,
      // The next minute is the next try.
      retries: 0,
    });
    this.pods = task.pods;
    task.pods.reach('apiServer', { why: `weight of '${canary.model}'` });
    this.mayWrite(route, task, namespace);
    declare(this, 'join', {
      object: `CronJob/${namespace}/${task.name}`,
      scope: 'judged canary',
      uses: canary.model,
    });
  }

  private mayWrite(route: string, task: Task, namespace: string): void {
    const metadata = { name: task.name, namespace };
    new k8s.KubeRole(this, 'Role', {
      metadata,
      rules: [
        {
          apiGroups: ['gateway.networking.k8s.io'],
          resources: ['httproutes'],
          resourceNames: [route],
          verbs: ['get', 'patch'],
        },
        { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
      ],
    });
    new k8s.KubeRoleBinding(this, 'RoleBinding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: task.name },
      subjects: [{ kind: 'ServiceAccount', name: task.identity.serviceAccount, namespace }],
    });
  }

  private mustBeAtHome({ model, pods }: ModelServer, namespace: string): void {
    if (pods.namespace === namespace) return;
    throw new PlatformError(this, {
      what: `is in namespace '${namespace}', and '${model}' is in '${pods.namespace}'`,
      why: 'a route leads to pools of its own namespace',
      fix: `give it a layer in '${pods.namespace}'`,
    });
  }

  private mustBeJudged({ model, tells }: ModelServer, stepMinutes: number | undefined): string {
    if (tells !== 'vllm' && tells !== 'sglang') {
      throw new PlatformError(this, {
        what: `is to judge '${model}', which tells no metrics of an engine`,
        why: 'errors and delays are read from the series of vLLM or SGLang',
        fix: 'change the weight by hand',
      });
    }
    if (tells === 'sglang' && stepMinutes !== undefined) {
      throw new PlatformError(this, {
        what: `is to raise the share of '${model}', which runs on SGLang`,
        why: 'SGLang tells no errors: a canary that fails fast would look well at every step',
        fix: 'let its share only be taken back, and raise it by hand',
      });
    }
    if (stepMinutes !== undefined && (!Number.isInteger(stepMinutes) || stepMinutes < 6)) {
      throw new PlatformError(this, {
        what: `'stepMinutes' is ${stepMinutes}`,
        why: 'the alert waits for five minutes: a shorter step is over before anybody could object',
        fix: 'wait for whole minutes, 6 or more',
      });
    }
    return FINISHED[tells];
  }
}
