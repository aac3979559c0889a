import { didYouMean } from '../../lib/core/nearest';
import { type Checking, type Draft, entriesOf } from './draft';

type Model = NonNullable<NonNullable<Draft['models']>[string]>;

const adaptersOf = (model: Model) => ('adapters' in model ? entriesOf(model.adapters) : []);

/** Aliases stand for one thing; fallbacks name models and providers that exist and answer. */
export function checkGateway(draft: Draft, { fault, written }: Checking): void {
  const { gateway, models } = draft;
  checkReplicas(draft, { fault, written });
  checkRollout(draft, { fault, written });
  const faulty = (written('models') && !models) || (written('gateway.providers') && !gateway?.providers);
  if (faulty) return;
  const adapters = new Map(
    entriesOf(models).flatMap(([name, model]) =>
      adaptersOf(model).map(([adapter]) => [adapter, name] as const),
    ),
  );
  const silent = (alias: string) =>
    Object.hasOwn(models ?? {}, alias) && models?.[alias]?.engine === 'triton';
  const aliases = [
    ...Object.keys(models ?? {}).filter((name) => !silent(name)),
    ...adapters.keys(),
    ...Object.keys(gateway?.providers ?? {}),
    ...Object.keys(gateway?.splits ?? {}),
    ...Object.keys(gateway?.aliases ?? {}),
  ];
  if (!aliases.length && Object.keys(models ?? {}).length) {
    const fix = 'add one on another engine, or a hosted one under gateway.providers';
    fault('models', `Triton speaks no OpenAI protocol, so that the gateway has nothing to route to; ${fix}`);
  }
  const exists = (alias: string) =>
    (!silent(alias) && written(`models.${alias}`)) ||
    aliases.includes(alias) ||
    ['gateway.providers', 'gateway.splits', 'gateway.aliases'].some((map) => written(`${map}.${alias}`));
  const unknown = (alias: string) =>
    silent(alias)
      ? `'${alias}' is on Triton, which speaks no OpenAI protocol: the gateway routes nothing to it; name another`
      : `'${alias}' is neither a model nor a provider here${didYouMean(alias, aliases)}`;

  for (const [name, model] of entriesOf(models)) {
    for (const [adapter] of adaptersOf(model)) {
      const other = Object.hasOwn(models ?? {}, adapter) ? adapter : adapters.get(adapter);
      if (other === name && other !== adapter) continue;
      const fix = 'its requests would be answered by either; give one of the two another name';
      fault(
        `models.${name}.adapters.${adapter}`,
        `'${adapter}' is ${other === adapter ? 'a model' : `an adapter of '${other}'`} here too, and ${fix}`,
      );
    }
  }
  for (const [alias] of entriesOf(gateway?.providers)) {
    if (!Object.hasOwn(models ?? {}, alias) && !adapters.has(alias)) continue;
    const fix = 'half of its requests would be bought; give one of the two another name';
    fault(`gateway.providers.${alias}`, `'${alias}' is a model here too, and ${fix}`);
  }
  /** Undefined for a provider: what its model does is not said here. */
  const taskOf = (alias: string) => {
    const asked = gateway?.aliases?.[alias]?.model ?? alias;
    const name = adapters.get(asked) ?? asked;
    const model = Object.hasOwn(models ?? {}, name) ? models?.[name] : undefined;
    return model && ('task' in model ? model.task : 'generate');
  };
  for (const [alias, others] of entriesOf(gateway?.fallbacks)) {
    const path = `gateway.fallbacks.${alias}`;
    if (!exists(alias)) fault(path, unknown(alias));
    for (const [index, other] of others.entries()) {
      if (other === alias) fault(`${path}[${index}]`, `'${alias}' cannot stand in for itself`);
      else if (!exists(other)) fault(`${path}[${index}]`, unknown(other));
      const [mine, its] = [taskOf(alias), taskOf(other)];
      if (mine && its && mine !== its) {
        const tasks = `'${other}' has task '${its}', and '${alias}' has '${mine}'`;
        fault(
          `${path}[${index}]`,
          `${tasks}: it can answer none of its requests; name one with the same task`,
        );
      }
    }
  }
}

/** A range needs room, and somebody who measures CPU. */
function checkReplicas({ gateway, tier }: Draft, { fault, written }: Checking): void {
  const { replicas } = gateway ?? {};
  if (typeof replicas !== 'object') return;
  const { min, max } = replicas;
  if (min !== undefined && max !== undefined && min >= max) {
    fault(
      'gateway.replicas.min',
      `${min} is not below max, ${max}; write one number for replicas that are fixed`,
    );
  }
  if (tier === 'local' || !written('aws')) {
    const why = "nobody measures CPU in an environment without 'aws', so that none would ever be added";
    fault('gateway.replicas', `a range, but ${why}; write one number`);
  }
}

/** Shares of a canary are weights of a route. */
function checkRollout({ gateway }: Draft, { fault, written }: Checking): void {
  if (gateway?.rollout?.kind !== 'canary' || gateway.host !== undefined || written('gateway.host')) return;
  const why =
    'callers inside the cluster use its Service, which knows no weights: nobody would ask the canary';
  fault('gateway.rollout.kind', `${why}; write host, or kind: blueGreen`);
}
