import type { Meta, PodSpec, PodTemplate, Selector } from './objects';
import { checkPodSpec, checkPodTemplate } from './pod';
import { type Report, reportBelow } from './report';
import { checkSelector, selectionFault } from './selector';

interface WorkloadSpec {
  readonly replicas?: number;
  readonly selector?: Selector;
  readonly template?: PodTemplate;
  readonly minReadySeconds?: number;
  readonly progressDeadlineSeconds?: number;
  readonly strategy?: { readonly type?: string; readonly rollingUpdate?: RollingUpdate };
  readonly volumeClaimTemplates?: readonly { readonly metadata?: Meta }[];
}

interface RollingUpdate {
  readonly maxSurge?: number | string;
  readonly maxUnavailable?: number | string;
}

export function checkPod({ spec }: { readonly spec?: PodSpec }, report: Report): void {
  if (spec) checkPodSpec(spec, 'spec', report);
}

/** Stored for others to make pods of. */
export function checkStoredTemplate({ template }: { readonly template?: PodTemplate }, report: Report): void {
  checkPodTemplate(template, 'template', report);
}

/** What keeps pods running: Deployment, StatefulSet, DaemonSet and ReplicaSet. */
export function checkWorkload({ spec = {} }: { readonly spec?: WorkloadSpec }, report: Report): void {
  const { selector, template, volumeClaimTemplates = [] } = spec;
  const claimed = volumeClaimTemplates.flatMap(({ metadata }) => metadata?.name ?? []);
  checkPodTemplate(template, 'spec.template', report, claimed);
  checkSelector(selector, 'spec.selector', report);
  reportBelow(report, 'spec', spec, { replicas: 0, minReadySeconds: 0, revisionHistoryLimit: 0 });
  if (selector && !Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length) {
    report('spec.selector', 'must not be empty: it would select every pod');
  } else if (selector && template) {
    const fault = selectionFault(selector, template.metadata?.labels);
    if (fault) report('spec.selector', `does not select the template: it ${fault}`);
  }
  const policy = template?.spec?.restartPolicy ?? 'Always';
  if (policy !== 'Always')
    report('spec.template.spec.restartPolicy', `must be 'Always' here, not '${policy}'`);
  if (template?.spec?.activeDeadlineSeconds !== undefined) {
    report('spec.template.spec.activeDeadlineSeconds', 'must be absent: only a Job ends');
  }
}

/** How a Deployment rolls. */
export function checkDeployment({ spec = {} }: { readonly spec?: WorkloadSpec }, report: Report): void {
  const { strategy, minReadySeconds = 0, progressDeadlineSeconds = 600 } = spec;
  if (strategy?.type === 'Recreate' && strategy.rollingUpdate) {
    report('spec.strategy.rollingUpdate', "must be absent: the strategy is 'Recreate'");
  }
  const { maxSurge, maxUnavailable } = strategy?.rollingUpdate ?? {};
  if (isZero(maxSurge) && isZero(maxUnavailable)) {
    report(
      'spec.strategy.rollingUpdate.maxUnavailable',
      'must not be 0 when maxSurge is 0: no pod could ever be replaced',
    );
  }
  if (minReadySeconds >= progressDeadlineSeconds) {
    report(
      'spec.progressDeadlineSeconds',
      `must be more than minReadySeconds ${minReadySeconds}, and is ${progressDeadlineSeconds}`,
    );
  }
}

const isZero = (value: number | string | undefined) => value === 0 || value === '0%';
