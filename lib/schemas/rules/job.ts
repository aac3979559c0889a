import type { PodTemplate, Selector } from './objects';
import { checkPodTemplate } from './pod';
import { type Report, reportBelow } from './report';

interface JobSpec {
  readonly template?: PodTemplate;
  readonly selector?: Selector;
  readonly manualSelector?: boolean;
  readonly completionMode?: string;
  readonly completions?: number;
  readonly podFailurePolicy?: object;
}

interface CronJobSpec {
  readonly schedule?: string;
  readonly jobTemplate?: { readonly spec?: JobSpec };
}

const MACRO = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every [0-9].*)$/;
const FIELD = /^[\w*?/,-]+$/;

export function checkJob({ spec = {} }: { readonly spec?: JobSpec }, report: Report): void {
  checkJobSpec(spec, 'spec', report);
}

export function checkCronJob({ spec = {} }: { readonly spec?: CronJobSpec }, report: Report): void {
  const { schedule, jobTemplate } = spec;
  if (schedule !== undefined && !isSchedule(schedule)) {
    report(
      'spec.schedule',
      `must be five fields or a macro such as @daily, not '${schedule}' (a zone goes into timeZone)`,
    );
  }
  reportBelow(report, 'spec', spec, {
    startingDeadlineSeconds: 0,
    successfulJobsHistoryLimit: 0,
    failedJobsHistoryLimit: 0,
  });
  if (jobTemplate?.spec) checkJobSpec(jobTemplate.spec, 'spec.jobTemplate.spec', report);
}

function isSchedule(schedule: string): boolean {
  const fields = schedule.trim().split(/\s+/);
  return MACRO.test(schedule) || (fields.length === 5 && fields.every((field) => FIELD.test(field)));
}

function checkJobSpec(spec: JobSpec, path: string, report: Report): void {
  checkPodTemplate(spec.template, `${path}.template`, report);
  reportBelow(report, path, spec, {
    parallelism: 0,
    completions: 0,
    backoffLimit: 0,
    activeDeadlineSeconds: 0,
    ttlSecondsAfterFinished: 0,
  });
  const policy = spec.template?.spec?.restartPolicy ?? 'Always';
  if (policy === 'Always') {
    report(`${path}.template.spec.restartPolicy`, "must be 'OnFailure' or 'Never': a Job ends");
  }
  if (spec.podFailurePolicy && policy !== 'Never') {
    report(`${path}.template.spec.restartPolicy`, "must be 'Never': there is a podFailurePolicy");
  }
  if (spec.selector && !spec.manualSelector)
    report(`${path}.selector`, 'must be absent: the server makes it');
  if (spec.completionMode === 'Indexed' && spec.completions === undefined) {
    report(`${path}.completions`, "is required: completionMode is 'Indexed'");
  }
}
