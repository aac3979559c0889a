import { parallelismFaults } from '../sizing';
import { fitInput } from './served-models';
import { startProof } from './start-faults';

/**
 * The GPUs of a replica divide the model: its attention heads, its key-value heads, the blocks of quantized weights.
 *
 * Fails: phi-4, which has 10 key-value heads, on 4 GPUs.
 */
export const parallelismDivides = startProof(
  'parallelism-divides',
  'The GPUs of a replica divide the heads and the quantized blocks of its model.',
  (served) => parallelismFaults(served.checkpoint, fitInput(served).spread),
);
