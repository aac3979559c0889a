/** Day on which the table was compared with the EKS calendar. Nothing here reads a clock. */
export const VERIFIED_ON = '2026-11-20';

/** Kubernetes version of an environment that names none. */
export const DEFAULT_VERSION = '1.36';

/** Last days of standard and of extended support, by Kubernetes version on EKS. */
const CALENDAR: Readonly<Record<string, { readonly standard: string; readonly extended: string }>> = {
  '1.36': { standard: '2027-08-02', extended: '2028-08-02' },
  '1.35': { standard: '2027-03-27', extended: '2028-03-27' },
  '1.34': { standard: '2026-12-02', extended: '2027-12-02' },
  '1.33': { standard: '2026-07-29', extended: '2027-07-29' },
  '1.32': { standard: '2026-03-23', extended: '2027-03-23' },
  '1.31': { standard: '2025-11-26', extended: '2026-11-26' },
};

/** What is wrong with running a version, if anything. Dates compare as text. */
export function versionFault(version: string): string | undefined {
  const known = Object.keys(CALENDAR).join(', ');
  const dates = Object.hasOwn(CALENDAR, version) ? CALENDAR[version] : undefined;
  if (!dates) return `'${version}' is not in the EKS calendar of ${VERIFIED_ON}; known: ${known}`;
  if (dates.extended < VERIFIED_ON)
    return `'${version}' left extended support on ${dates.extended}; use ${DEFAULT_VERSION}`;
  if (dates.standard < VERIFIED_ON) {
    return `'${version}' left standard support on ${dates.standard} and costs 0.60 USD an hour; use ${DEFAULT_VERSION}`;
  }
  return version === DEFAULT_VERSION ? undefined : `the add-ons are pinned for ${DEFAULT_VERSION}; use that`;
}
