import { checkLabels } from './metadata';
import { qualifiedName } from './names';
import type { NodeTerm, PodAffinity, PodSpec, PodTerm, Toleration } from './objects';
import { type Report, reportBelow, reportFault } from './report';
import { checkRequirement, checkSelector } from './selector';

/** Where a pod may run: node selector, tolerations, affinity and spread. */
export function checkScheduling(spec: PodSpec, path: string, report: Report): void {
  checkLabels(spec.nodeSelector, `${path}.nodeSelector`, report);
  spec.tolerations?.forEach((toleration, i) => {
    checkToleration(toleration, `${path}.tolerations[${i}]`, report);
  });
  checkNodeAffinity(spec, `${path}.affinity.nodeAffinity`, report);
  checkPodAffinity(spec.affinity?.podAffinity, `${path}.affinity.podAffinity`, report);
  checkPodAffinity(spec.affinity?.podAntiAffinity, `${path}.affinity.podAntiAffinity`, report);
  checkSpread(spec, `${path}.topologySpreadConstraints`, report);
}

function checkToleration(
  { key, operator = 'Equal', value, effect, tolerationSeconds }: Toleration,
  path: string,
  report: Report,
): void {
  if (key) reportFault(report, `${path}.key`, qualifiedName(key));
  else if (operator !== 'Exists') report(`${path}.operator`, "must be 'Exists': there is no key");
  if (operator === 'Exists' && value) report(`${path}.value`, 'must be absent: the operator is Exists');
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    report(`${path}.effect`, "must be 'NoExecute': there are tolerationSeconds");
  }
}

function checkNodeAffinity({ affinity }: PodSpec, path: string, report: Report): void {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
  if (required && !required.nodeSelectorTerms?.length) report(terms, 'must have one term or more');
  required?.nodeSelectorTerms?.forEach((term, i) => {
    checkNodeTerm(term, `${terms}[${i}]`, report);
  });
  const preferred = `${path}.preferredDuringSchedulingIgnoredDuringExecution`;
  affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(
    ({ weight, preference }, i) => {
      checkWeight(weight, `${preferred}[${i}].weight`, report);
      if (preference) checkNodeTerm(preference, `${preferred}[${i}].preference`, report);
    },
  );
}

function checkNodeTerm({ matchExpressions = [] }: NodeTerm, path: string, report: Report): void {
  matchExpressions.forEach((requirement, i) => {
    checkRequirement(requirement, `${path}.matchExpressions[${i}]`, report);
  });
}

function checkPodAffinity(affinity: PodAffinity | undefined, path: string, report: Report): void {
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => {
    checkPodTerm(term, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`, report);
  });
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ weight, podAffinityTerm }, i) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    checkWeight(weight, `${at}.weight`, report);
    if (podAffinityTerm) checkPodTerm(podAffinityTerm, `${at}.podAffinityTerm`, report);
  });
}

function checkPodTerm({ topologyKey, labelSelector }: PodTerm, path: string, report: Report): void {
  if (topologyKey === '') report(`${path}.topologyKey`, 'is required');
  else if (topologyKey) reportFault(report, `${path}.topologyKey`, qualifiedName(topologyKey));
  checkSelector(labelSelector, `${path}.labelSelector`, report);
}

function checkWeight(weight: number | undefined, path: string, report: Report): void {
  if (weight !== undefined && (weight < 1 || weight > 100))
    report(path, `must be between 1 and 100, not ${weight}`);
}

function checkSpread({ topologySpreadConstraints = [] }: PodSpec, path: string, report: Report): void {
  topologySpreadConstraints.forEach((constraint, i) => {
    const at = `${path}[${i}]`;
    reportBelow(report, at, constraint, { maxSkew: 1, minDomains: 1 });
    if (constraint.topologyKey)
      reportFault(report, `${at}.topologyKey`, qualifiedName(constraint.topologyKey));
    if (constraint.minDomains !== undefined && constraint.whenUnsatisfiable !== 'DoNotSchedule') {
      report(`${at}.minDomains`, 'must be absent: whenUnsatisfiable is not DoNotSchedule');
    }
    checkSelector(constraint.labelSelector, `${at}.labelSelector`, report);
  });
}
