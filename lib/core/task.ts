import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { WorkloadIdentity } from './identity';
import type { Labels } from './kube';
import { namespaceOf } from './layer';
import { writeImages } from './mounted-folder';
import { PodGroup } from './pod-group';
import { type PodProps, podTemplate } from './pod-template';

export interface TaskProps extends PodProps {
  /**
   * Name of the Job. Jobs are immutable: a name that changes with the work makes a new one.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Name that policies know its pods by, and that of its account, where those should not change with the work.
   * @default - the name of the Job
   */
  readonly group?: string;
  /** Longest time it may take. */
  readonly deadlineSeconds: number;
  /**
   * Tries before it is given up.
   * @default 6
   */
  readonly retries?: number;
  /**
   * When it runs, as five fields of cron in UTC; one run waits for the one before it.
   * @default - once
   */
  readonly schedule?: string;
  /**
   * Labels of the Job itself, such as the queue it waits in.
   * @default - none besides its name
   */
  readonly jobLabels?: Labels;
  /**
   * Exit code after which another try would end alike; then tries that a lost node cut short do not count either.
   * @default - every end but 0 is a try
   */
  readonly fatalExitCode?: number;
  /**
   * How long a stopping pod may take.
   * @default - Kubernetes' 30
   */
  readonly graceSeconds?: number;
  /** @default - an account of its own without rights */
  readonly identity?: WorkloadIdentity;
}

/** Work that runs to its end, once or by the clock: a Job or a CronJob. It must be idempotent. */
export class Task extends Construct {
  public readonly name: string;
  public readonly pods: PodGroup;
  public readonly identity: WorkloadIdentity;

  constructor(scope: Construct, id: string, props: TaskProps) {
    super(scope, id);
    const { fatalExitCode, graceSeconds, schedule } = props;
    this.name = props.name ?? id;
    const group = props.group ?? this.name;
    const own = { 'app.kubernetes.io/name': group };
    this.identity = props.identity ?? new WorkloadIdentity(this, 'Identity', { name: group });
    this.pods = new PodGroup(this, 'Pods', { name: group, labels: own });
    this.identity.usedBy(this.pods);
    const metadata = { name: this.name, namespace: namespaceOf(this) };
    const labels = { ...own, ...props.jobLabels };
    const spec: k8s.JobSpec = {
      backoffLimit: props.retries ?? 6,
      activeDeadlineSeconds: props.deadlineSeconds,
      ...(fatalExitCode === undefined ? {} : { podFailurePolicy: failurePolicy(fatalExitCode) }),
      template: podTemplate(this, props, {
        name: this.name,
        labels: own,
        serviceAccount: this.identity.serviceAccount,
        spec: {
          restartPolicy: 'Never',
          ...(graceSeconds === undefined ? {} : { terminationGracePeriodSeconds: graceSeconds }),
        },
      }),
    };
    if (schedule === undefined) {
      const job = new k8s.KubeJob(this, 'Job', { metadata: { ...metadata, labels }, spec });
      writeImages(job, '/spec/template', spec.template, props);
      return;
    }
    const cronJob = new k8s.KubeCronJob(this, 'CronJob', {
      metadata: { ...metadata, labels: own },
      spec: {
        schedule,
        timeZone: 'Etc/UTC',
        // Two at once would do the same work twice.
        concurrencyPolicy: 'Forbid',
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: { metadata: { labels }, spec },
      },
    });
    writeImages(cronJob, '/spec/jobTemplate/spec/template', spec.template, props);
  }
}

function failurePolicy(fatal: number): k8s.PodFailurePolicy {
  return {
    rules: [
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [fatal] } },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ],
  };
}
