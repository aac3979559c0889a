export {
  type Proof,
  type ProofInput,
  proofInput,
  type Refusal,
  type Surroundings,
  type TemplateBound,
  type Verdict,
} from './proof';
export { PROOFS } from './proofs';
export { type ProofRun, type Proved, type ProveOptions, prove, STALE_WAIVER, type Waiver } from './prove';
