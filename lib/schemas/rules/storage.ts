import { fieldPath } from '../problem';
import { dnsSubdomain } from './names';
import type { Resources } from './objects';
import { nanosOf } from './quantity';
import { type Report, reportFault } from './report';

interface ClaimSpec {
  readonly accessModes?: readonly string[];
  readonly storageClassName?: string;
  readonly resources?: Resources;
}

export function checkClaim({ spec = {} }: { readonly spec?: ClaimSpec }, report: Report): void {
  checkClaimSpec(spec, 'spec', report);
}

/** What a StatefulSet claims for each of its pods. */
export function checkClaimTemplates(
  { spec }: { readonly spec?: { readonly volumeClaimTemplates?: readonly { readonly spec?: ClaimSpec }[] } },
  report: Report,
): void {
  spec?.volumeClaimTemplates?.forEach((claim, i) => {
    checkClaimSpec(claim.spec ?? {}, `spec.volumeClaimTemplates[${i}].spec`, report);
  });
}

function checkClaimSpec(
  { accessModes = [], storageClassName, resources }: ClaimSpec,
  path: string,
  report: Report,
): void {
  if (accessModes.length === 0) report(`${path}.accessModes`, 'must have one mode or more');
  const storage = resources?.requests?.storage;
  const at = `${path}.resources.requests.storage`;
  if (storage === undefined) report(at, 'is required');
  else if ((nanosOf(storage) ?? 1n) <= 0n) report(at, `must be more than 0, and is ${storage}`);
  if (storageClassName)
    reportFault(report, fieldPath(path, 'storageClassName'), dnsSubdomain(storageClassName));
}
