import { POLICIES } from '../../lib/core/policy';
import { type Checking, type Draft, entriesOf } from './draft';

type Model = NonNullable<NonNullable<Draft['models']>[string]>;

/** Name of the gateway that the stacks put before pickers. */
const GATEWAY = 'inference-gateway';

/** Tasks whose requests the picker's parsers know. */
const READ: readonly string[] = ['generate', 'embed'];

const mostReplicas = ({ replicas }: Model, tier: Draft['tier']): number | undefined =>
  replicas ? replicas.max : tier && POLICIES[tier].replicas;

/** Whether a picker chooses among the replicas of a model: where it is asked for, or where it pays by itself. */
export function picks(model: Model, tier: Draft['tier']): boolean {
  if ('routing' in model && model.routing) return model.routing.kind === 'picker';
  const answers = model.engine === 'sglang' || (model.engine === 'vllm' && model.task === 'generate');
  return answers && (mostReplicas(model, tier) ?? 0) > 1;
}

/** Pickers have something to choose, and can read what they choose for. */
export function checkRouting({ models, tier }: Draft, { fault }: Checking): void {
  for (const [name, model] of entriesOf(models)) {
    const routing = 'routing' in model ? model.routing : undefined;
    if (name === GATEWAY)
      fault(`models.${name}`, `'${GATEWAY}' is the gateway in front of pickers; choose another name`);
    if (picks(model, tier) && Object.hasOwn(models ?? {}, `${name}-picker`)) {
      fault(`models.${name}-picker`, `is the name of the picker of '${name}'; choose another name`);
    }
    const autoscale = 'autoscale' in model ? model.autoscale : undefined;
    if (autoscale?.on === 'picker' && !picks(model, tier)) {
      const why = 'no picker chooses among its replicas';
      fault(`models.${name}.autoscale.on`, `${why}; follow queue, or give it routing: { kind: picker }`);
    }
    if (routing?.kind !== 'picker') continue;
    const path = `models.${name}.routing`;
    const most = mostReplicas(model, tier);
    if (most === 1) {
      fault(
        path,
        "a picker chooses among replicas, and there is at most 1; use kind: service, or raise 'replicas.max'",
      );
    }
    if ('task' in model && model.task && !READ.includes(model.task)) {
      fault(
        path,
        `the picker cannot read requests with task '${model.task}' and refuses them; use kind: service`,
      );
    }
    if (routing.profile && routing.scorers) {
      fault(`${path}.scorers`, "stands beside 'profile'; keep one of the two");
    }
    if (routing.scorers && !Object.values(routing.scorers).some((weight) => (weight ?? 0) > 0)) {
      fault(`${path}.scorers`, 'weighs nothing; give one a weight above 0');
    }
  }
}

/** A split shares all of an alias's requests among models that do the same, and that pickers choose for. */
export function checkSplits({ gateway, models, tier }: Draft, { fault, written }: Checking): void {
  const providers = gateway?.providers ?? {};
  for (const [alias, shares] of entriesOf(gateway?.splits)) {
    const path = `gateway.splits.${alias}`;
    if (Object.hasOwn(models ?? {}, alias) || Object.hasOwn(providers, alias)) {
      fault(path, `'${alias}' is a model or a provider here too; give the split another name`);
    }
    const tasks = new Set<string>();
    const members = entriesOf(shares);
    for (const [name] of members) {
      const model = Object.hasOwn(models ?? {}, name) ? models?.[name] : undefined;
      if (!model) {
        if (!written(`models.${name}`)) fault(`${path}.${name}`, `'${name}' is not a model here`);
        continue;
      }
      tasks.add('task' in model && model.task ? model.task : 'generate');
      if (model.engine === 'triton') {
        fault(
          `${path}.${name}`,
          `'${name}' is on Triton, which speaks no OpenAI protocol: the gateway routes nothing to it`,
        );
      } else if (!picks(model, tier)) {
        fault(
          `${path}.${name}`,
          `'${name}' has no picker, and a split goes to pickers; give it routing: { kind: picker }`,
        );
      }
    }
    if (tasks.size > 1) {
      fault(path, `shares one name between models of different tasks: ${[...tasks].sort().join(', ')}`);
    }
    const sum = members.reduce((total, [, weight]) => total + weight, 0);
    if (shares && !members.length) fault(path, 'names no model; give it at least one');
    else if (members.length && sum !== 100) {
      fault(path, `weights add up to ${sum}; they are percent of the requests, so let them add up to 100`);
    }
  }
}
