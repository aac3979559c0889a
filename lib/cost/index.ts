export { type Amount, HOURS, shown } from './amount';
export { type Bill, type BillInput, billOf } from './bill';
export { type ByScale, type CostLine, SCALES, type Scale, type UsageLine } from './line';
export type { ModelCost } from './model-cost';
export {
  type Proposal,
  type ProposalInput,
  type ProposedModel,
  type ProposedPool,
  proposalFor,
} from './proposal';
export type { QuotaUse } from './quota-use';
