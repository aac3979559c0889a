import { checkAlerts } from './alerts';
import { checkAliases } from './aliases';
import { checkAws } from './aws';
import { checkBatch } from './batch';
import { checkCanaries } from './canary';
import { checkDisaggregated } from './disaggregated';
import type { Checking, Draft } from './draft';
import { checkEdge } from './edge';
import { checkEngines } from './engines';
import { checkGateway } from './gateway';
import { checkModels } from './models';
import { checkPools } from './pools';
import { checkRouting, checkSplits } from './routing';
import { checkWaivers } from './waivers';

export type { Checking, Draft } from './draft';

/** What one value of the file says about another. */
export function checkAll(draft: Draft, checking: Checking): void {
  checkAws(draft, checking);
  checkPools(draft, checking);
  checkEngines(draft, checking);
  checkModels(draft, checking);
  checkDisaggregated(draft, checking);
  checkCanaries(draft, checking);
  checkBatch(draft, checking);
  checkRouting(draft, checking);
  checkGateway(draft, checking);
  checkSplits(draft, checking);
  checkAliases(draft, checking);
  checkEdge(draft, checking);
  checkAlerts(draft, checking);
  checkWaivers(draft, checking);
}
