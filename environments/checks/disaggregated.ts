import { type Checking, type Draft, entriesOf } from './draft';
import { checkReplicas } from './replicas';

type Model = NonNullable<NonNullable<Draft['models']>[string]>;

/** Keys of a model that each role has of its own. */
const OWN = ['replicas', 'gpus', 'cpu', 'memoryGiB', 'autoscale'] as const;
/** And those that speak of replicas which do all. */
const OF_ROLES = [...OWN, 'observed', 'nodes', 'slice'] as const;

/** The two roles of a model, where pods that read prompts stand apart; undefined where each does all. */
export const rolesOf = (model: Model) => ('disaggregated' in model ? model.disaggregated : undefined);

/** Models of two roles: what stands beside them would be read by neither, or past the picker. */
export function checkDisaggregated({ models, gateway }: Draft, { fault, written }: Checking): void {
  for (const [name, model] of entriesOf(models)) {
    const roles = rolesOf(model);
    if (!roles) continue;
    const path = `models.${name}`;
    for (const key of OF_ROLES) {
      if (!written(`${path}.${key}`)) continue;
      const own = OWN.some((each) => each === key);
      fault(
        `${path}.${key}`,
        own
          ? "is not read beside 'disaggregated': each role says its own"
          : "is not read beside 'disaggregated'; delete it",
      );
    }
    if (
      'pool' in model &&
      roles.prefill &&
      'pool' in roles.prefill &&
      roles.decode &&
      'pool' in roles.decode
    ) {
      if (roles.prefill.pool && roles.decode.pool) {
        fault(`${path}.pool`, 'is read by neither role: both name their own; write that of one of them here');
      }
    }
    for (const role of ['prefill', 'decode'] as const)
      checkReplicas(`${path}.disaggregated.${role}`, { ...roles[role], engine: model.engine }, fault);
    if ('adapters' in model && model.adapters) {
      const why =
        'requests for an adapter go to the Service, past the picker: no prefill pod would read their prompts';
      fault(
        `${path}.adapters`,
        `stands beside 'disaggregated', and ${why}; serve them with a model of their own`,
      );
    }
    if ('canary' in model && model.canary) {
      const how = "write it as a model of its own, and share the requests by 'gateway.splits'";
      fault(`${path}.canary`, `stands beside 'disaggregated', and says nothing of its roles; ${how}`);
    }
    const routing = 'routing' in model ? model.routing : undefined;
    if (routing?.kind === 'service') {
      fault(
        `${path}.routing`,
        "is 'service', and only a picker sends prompts to prefill pods: they would stand idle; use kind: picker, or delete the line",
      );
    }
    if (model.engine === 'sglang' && routing?.kind === 'picker' && routing.onFailure === 'open') {
      fault(
        `${path}.routing.onFailure`,
        "is 'open', and pods of SGLang with two roles refuse what no picker sent them; use close",
      );
    }
    const other = `${name}-prefill`;
    if (Object.hasOwn(models ?? {}, other) || Object.hasOwn(gateway?.splits ?? {}, other)) {
      const where = Object.hasOwn(models ?? {}, other) ? 'models' : 'gateway.splits';
      fault(`${where}.${other}`, `is the name of the prefill pods of '${name}'; choose another name`);
    }
  }
}
