import { POLICIES } from '../../lib/core/policy';
import { runsVllm } from '../engines';
import { rolesOf } from './disaggregated';
import { type Checking, type Draft, entriesOf } from './draft';

type Model = NonNullable<NonNullable<Draft['models']>[string]>;

/** Name of the gateway that the stacks put before pickers. */
const GATEWAY = 'inference-gateway';

/** Tasks whose requests the picker's parsers know. */
const READ: readonly string[] = ['generate', 'embed'];

const mostReplicas = ({ replicas }: Model, tier: Draft['tier']): number | undefined =>
  replicas ? replicas.max : tier && POLICIES[tier].replicas;

/** Parts of a replica with a queue and a cache of their own. */
const ranksOf = (model: Model): number => ('dataParallel' in model && model.dataParallel) || 1;

/** Ports that an InferencePool has. */
const MOST_RANKS = 8;

/** Why a picker cannot choose among the ranks of a model. */
function cannotPickRanks(model: Model): string | undefined {
  const blind =
    'each rank of a replica has a queue and a cache of its own, of which the picker would read one';
  if (ranksOf(model) < 2) return undefined;
  if (model.engine === 'sglang') return `${blind}: SGLang answers for all at one port; use kind: service`;
  if ('nodes' in model && model.nodes) {
    return `${blind}: it knows the address of the first node alone; use kind: service`;
  }
  if (ranksOf(model) <= MOST_RANKS) return undefined;
  return `an InferencePool has ${MOST_RANKS} ports, and there are ${ranksOf(model)} ranks; use kind: service`;
}

/** Whether a picker chooses among the replicas of a model: where it is asked for, or where it pays by itself. */
export function picks(model: Model, tier: Draft['tier']): boolean {
  if ('routing' in model && model.routing) return model.routing.kind === 'picker';
  if (rolesOf(model)) return true;
  if (ranksOf(model) > 1) return false;
  const answers =
    model.engine === 'sglang' || (runsVllm(model.engine) && 'task' in model && model.task === 'generate');
  return answers && (mostReplicas(model, tier) ?? 0) > 1;
}

/** Why a name cannot lead to two InferencePools, by who answers the gateway. */
const ONE_POOL: Readonly<Record<string, string>> = {
  'envoy-ai-gateway': 'a rule of envoy-ai-gateway takes one InferencePool',
  istio: 'istio asks one picker for all InferencePools of a rule',
};

/** Why requests do not go on without a picker, by who answers the gateway. */
const NEVER_OPEN: Readonly<Record<string, string>> = {
  agentgateway: 'agentgateway 1.4.1 has sent the body to the picker by then, and cannot send it elsewhere',
  'envoy-ai-gateway': 'envoy-ai-gateway does not read it',
};

const onePool = ({ gateway }: Draft): string | undefined =>
  gateway?.implementation && ONE_POOL[gateway.implementation];

/** Pickers have something to choose, and can read what they choose for. */
export function checkRouting(draft: Draft, { fault }: Checking): void {
  const { models, tier, gateway } = draft;
  const single = onePool(draft);
  for (const [name, model] of entriesOf(models)) {
    const routing = 'routing' in model ? model.routing : undefined;
    if (name === GATEWAY)
      fault(`models.${name}`, `'${GATEWAY}' is the gateway in front of pickers; choose another name`);
    if (picks(model, tier) && Object.hasOwn(models ?? {}, `${name}-picker`)) {
      fault(`models.${name}-picker`, `is the name of the picker of '${name}'; choose another name`);
    }
    if (single && picks(model, tier) && 'canary' in model && model.canary) {
      fault(
        `models.${name}.canary`,
        `${single}, and a canary is a second one; use routing: { kind: service } (LiteLLM shares then), or agentgateway`,
      );
    }
    const autoscale = 'autoscale' in model ? model.autoscale : undefined;
    if (autoscale?.on === 'picker' && !picks(model, tier)) {
      const why = 'no picker chooses among its replicas';
      fault(`models.${name}.autoscale.on`, `${why}; follow queue, or give it routing: { kind: picker }`);
    }
    if (model.engine === 'simulator' && ranksOf(model) > 1 && !picks(model, tier)) {
      fault(
        `models.${name}.dataParallel`,
        'ranks of a simulator are ports, and no picker chooses among them: all but the first would get no request; give it routing: { kind: picker }',
      );
    }
    if (routing?.kind !== 'picker') continue;
    const path = `models.${name}.routing`;
    if (routing.onFailure === 'open' && gateway?.implementation !== 'istio') {
      const why = NEVER_OPEN[gateway?.implementation ?? 'agentgateway'];
      fault(
        `${path}.onFailure`,
        `${why}: while the picker is away its proxies answer with an error; write close, with a fallback in gateway.fallbacks, or use istio`,
      );
    }
    const most = mostReplicas(model, tier);
    if (most === 1 && !rolesOf(model) && ranksOf(model) < 2) {
      fault(
        path,
        "a picker chooses among replicas, and there is at most 1; use kind: service, or raise 'replicas.max'",
      );
    }
    const blind = cannotPickRanks(model);
    if (blind) fault(path, blind);
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
    if (routing.prefix === 'precise') {
      const why = cannotBePrecise(model, routing);
      if (why) fault(`${path}.prefix`, why);
    }
  }
}

interface Weighing {
  readonly profile?: string;
  readonly scorers?: { readonly prefix?: number };
}

/** Why a picker cannot go by exact prefixes of a model, and what to do. */
function cannotBePrecise(model: Model, { profile, scorers }: Weighing): string | undefined {
  if (rolesOf(model)) return 'neither of its two roles tells the picker of its cache; use approximate';
  if (ranksOf(model) > 1) {
    return 'each rank tells of its cache at a port of its own, and the picker listens to one for each pod; use approximate';
  }
  if (model.engine === 'sglang') {
    return 'the engines split prompts into tokens for the picker, and SGLang has no endpoint for it; use approximate';
  }
  if ('task' in model && model.task && model.task !== 'generate') {
    return `a model with task '${model.task}' keeps no prompts that it could come back to; use approximate`;
  }
  if ('prefixCaching' in model && model.prefixCaching === false) {
    return "nothing of a prompt stays in the cache with 'prefixCaching: false'; delete that, or use approximate";
  }
  if ('apiKey' in model && model.apiKey) {
    return "its replicas split prompts for the picker, which has no key to show; drop 'apiKey' (policies let only the gateway in), or use approximate";
  }
  const weighed = scorers ? (scorers.prefix ?? 0) : profile === 'load' ? 0 : 1;
  if (!weighed) return `prefixes are not weighed here; give them a weight, or delete 'prefix'`;
  return undefined;
}

/** A split shares all of an alias's requests among models that do the same, and that pickers choose for. */
export function checkSplits(draft: Draft, { fault, written }: Checking): void {
  const { gateway, models, tier } = draft;
  const single = onePool(draft);
  const providers = gateway?.providers ?? {};
  const bases = new Map(
    entriesOf(models).flatMap(([name, model]) =>
      'adapters' in model ? entriesOf(model.adapters).map(([adapter]) => [adapter, name] as const) : [],
    ),
  );
  for (const [alias, shares] of entriesOf(gateway?.splits)) {
    const path = `gateway.splits.${alias}`;
    if (Object.hasOwn(models ?? {}, alias) || Object.hasOwn(providers, alias) || bases.has(alias)) {
      fault(path, `'${alias}' is a model or a provider here too; give the split another name`);
    }
    const tasks = new Set<string>();
    const servers = new Set(Object.keys(shares ?? {}).map((name) => bases.get(name) ?? name));
    if (single && servers.size > 1) {
      fault(
        path,
        `${single}, and these are ${servers.size}; share between a model and its adapters, or use agentgateway`,
      );
    }
    const members = entriesOf(shares);
    for (const [name] of members) {
      const base = bases.get(name) ?? name;
      const model = Object.hasOwn(models ?? {}, base) ? models?.[base] : undefined;
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
          `'${base}' has no picker, and a split goes to pickers; give it routing: { kind: picker }`,
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
