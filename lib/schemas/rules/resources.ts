import { fieldPath } from '../problem';
import { qualifiedName } from './names';
import type { Quantities, Resources } from './objects';
import { isWhole, nanosOf } from './quantity';
import { type Report, reportFault } from './report';

const NATIVE = /^(cpu|memory|ephemeral-storage)$/;
const HUGE_PAGES = /^hugepages-/;

/** Devices such as nvidia.com/gpu: what a name with a domain of its own counts. */
export function isExtended(resource: string): boolean {
  return (
    resource.includes('/') && !/(^|\.)kubernetes\.io\//.test(resource) && !resource.startsWith('requests.')
  );
}

/** Requests and limits of a container. */
export function checkResources(
  resources: Resources,
  path: string,
  claims: ReadonlySet<string>,
  report: Report,
): void {
  const { requests = {}, limits = {} } = resources;
  checkAmounts(limits, `${path}.limits`, report);
  checkAmounts(requests, `${path}.requests`, report);
  for (const [name, request] of Object.entries(requests)) {
    const at = fieldPath(`${path}.requests`, name);
    const limit = limits[name];
    const exact = isExtended(name) || HUGE_PAGES.test(name);
    if (limit === undefined) {
      if (exact) report(at, `needs a limit: ${name} cannot be overcommitted`);
      continue;
    }
    const asked = nanosOf(request);
    const allowed = nanosOf(limit);
    if (asked === undefined || allowed === undefined) continue;
    if (exact && asked !== allowed)
      report(
        at,
        `is ${request}, and the limit ${limit}: ${name} cannot be overcommitted, so both must be equal`,
      );
    else if (asked > allowed) report(at, `is ${request}, more than the limit ${limit}`);
  }
  resources.claims?.forEach(({ name }, i) => {
    if (name !== undefined && !claims.has(name))
      report(`${path}.claims[${i}].name`, `names no resourceClaim of the pod: '${name}'`);
  });
}

function checkAmounts(amounts: Quantities, path: string, report: Report): void {
  for (const [name, amount] of Object.entries(amounts)) {
    const at = fieldPath(path, name);
    if (!NATIVE.test(name) && !HUGE_PAGES.test(name)) {
      reportFault(report, at, qualifiedName(name));
      if (!name.includes('/'))
        report(
          at,
          `unknown resource '${name}': other than cpu, memory, ephemeral-storage and hugepages- it needs a domain`,
        );
    }
    const nanos = nanosOf(amount);
    if (nanos === undefined) continue;
    if (nanos < 0n) report(at, `must not be negative, and is ${amount}`);
    if (isExtended(name) && !isWhole(nanos)) report(at, `must be a whole number, and is ${amount}`);
  }
}
