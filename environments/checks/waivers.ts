import type { Checking, Draft } from './draft';

/** No finding is waived twice: the second reason would never be read. */
export function checkWaivers({ waivers = [] }: Draft, { fault }: Checking): void {
  const seen = new Set<string>();
  for (const [index, { proof, object }] of waivers.entries()) {
    if (!proof || !object) continue;
    const finding = `${proof} of ${object}`;
    if (seen.has(finding)) fault(`waivers[${index}]`, `${finding} is waived twice; keep one`);
    seen.add(finding);
  }
}
