import { answersAreReal } from './answers-are-real';
import { budgetHolds } from './budget-holds';
import { devicesMatchAutoscaler } from './devices-match-autoscaler';
import { disruptionCanFinish } from './disruption-can-finish';
import { drainFitsGrace } from './drain-fits-grace';
import { imageIsPinned } from './image-is-pinned';
import { imageRunsOnProcessor } from './image-runs-on-processor';
import { metricExists } from './metric-exists';
import { migLayoutPlaces } from './mig-layout-places';
import { modelFitsMemory } from './model-fits-memory';
import { nameIsLegal } from './name-is-legal';
import { namesJoin } from './names-join';
import { networkIsClosed } from './network-is-closed';
import { noLiteralSecret } from './no-literal-secret';
import { nodesExchangeFast } from './nodes-exchange-fast';
import { objectFitsApply } from './object-fits-apply';
import { objectIsValid } from './object-is-valid';
import { parallelismDivides } from './parallelism-divides';
import { pickerConfigIsKnown } from './picker-config-is-known';
import { pickerObjectsAreRead } from './picker-objects-are-read';
import { podHasAHome } from './pod-has-a-home';
import { podIsRestricted } from './pod-is-restricted';
import { podsAreDeclared } from './pods-are-declared';
import { poolHoldsReplicas } from './pool-holds-replicas';
import { precisionIsSupported } from './precision-is-supported';
import type { Proof } from './proof';
import { publicIsDeclared } from './public-is-declared';
import { queryParses } from './query-parses';
import { queueAdmitsJobs } from './queue-admits-jobs';
import { quotaCoversPool } from './quota-covers-pool';
import { referencesResolve } from './references-resolve';
import { rolesJoin } from './roles-join';
import { rolloutCanFinish } from './rollout-can-finish';
import { rolloutIsSteered } from './rollout-is-steered';
import { scalerOwnsReplicas } from './scaler-owns-replicas';
import { selectorsMatch } from './selectors-match';
import { startupFitsProbes } from './startup-fits-probes';
import { templateFitsCloudformation } from './template-fits-cloudformation';
import { weightsComeFromInside } from './weights-come-from-inside';

/** Every proof, in the order of reports: what an object is, what it names, where it runs, what fits there, how it lives, what it opens, what it costs. */
export const PROOFS: readonly Proof[] = [
  objectIsValid,
  nameIsLegal,
  objectFitsApply,
  templateFitsCloudformation,
  referencesResolve,
  selectorsMatch,
  namesJoin,
  pickerConfigIsKnown,
  rolesJoin,
  pickerObjectsAreRead,
  queryParses,
  metricExists,
  podsAreDeclared,
  podHasAHome,
  imageRunsOnProcessor,
  poolHoldsReplicas,
  migLayoutPlaces,
  devicesMatchAutoscaler,
  quotaCoversPool,
  queueAdmitsJobs,
  modelFitsMemory,
  parallelismDivides,
  precisionIsSupported,
  nodesExchangeFast,
  drainFitsGrace,
  startupFitsProbes,
  rolloutCanFinish,
  rolloutIsSteered,
  disruptionCanFinish,
  weightsComeFromInside,
  answersAreReal,
  scalerOwnsReplicas,
  noLiteralSecret,
  imageIsPinned,
  podIsRestricted,
  networkIsClosed,
  publicIsDeclared,
  budgetHolds,
];
