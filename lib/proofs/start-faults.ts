import type { StartFault } from '../sizing';
import type { Proof, Refusal } from './proof';
import { type KnownModel, knownModels, servedModels } from './served-models';

/** A proof that an engine would not refuse to start, whatever the memory. */
export function startProof(
  name: string,
  about: string,
  faultsOf: (served: KnownModel) => readonly StartFault[],
): Proof {
  return {
    name,
    about,
    check(input) {
      const known = knownModels(input);
      const findings = known.flatMap((served): Refusal[] =>
        faultsOf(served)
          .filter(({ certain }) => certain)
          .map(({ what, why, fix }) => ({
            object: served.object,
            what,
            why,
            fix,
            ...(served.origin ? { origin: served.origin } : {}),
          })),
      );
      const skipped = servedModels(input).length ? undefined : 'no model on GPUs of a pool';
      return { findings, checked: known.length, ...(skipped ? { skipped } : {}) };
    },
  };
}
