import { precisionFaults } from '../sizing';
import { fitInput } from './served-models';
import { startProof } from './start-faults';

/**
 * The card computes with the number formats of the model, its weights and its cache.
 *
 * Fails: a bfloat16 model, or an fp8 cache, on a T4.
 */
export const precisionIsSupported = startProof(
  'precision-is-supported',
  'The card of a pool computes with the number formats of the models that run there.',
  (served) => precisionFaults(fitInput(served)),
);
