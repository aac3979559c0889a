export { imagined } from './packing';
export { closedTo } from './placement';
export { nodesAllowed, vcpusAllowed } from './pool-limits';
export {
  type Proof,
  type ProofInput,
  proofInput,
  type Refusal,
  type Spending,
  type Surroundings,
  type TemplateBound,
  type Verdict,
} from './proof';
export { PROOFS } from './proofs';
export { type ProofRun, type Proved, type ProveOptions, prove, STALE_WAIVER, type Waiver } from './prove';
export { memoryMiB } from './quantity';
export { type Demand, demandOf, holds, NOTHING, plus, takenOn } from './room';
export { fitInput, type KnownModel, type ServedModel, servedModels } from './served-models';
