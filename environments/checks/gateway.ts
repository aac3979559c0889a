import { didYouMean } from '../../lib/core/nearest';
import { type Checking, type Draft, entriesOf } from './draft';

/** Aliases stand for one thing; fallbacks name models and providers that exist and answer. */
export function checkGateway({ gateway, models }: Draft, { fault, written }: Checking): void {
  const faulty = (written('models') && !models) || (written('gateway.providers') && !gateway?.providers);
  if (faulty) return;
  const aliases = [models, gateway?.providers, gateway?.splits].flatMap((map) => Object.keys(map ?? {}));
  const exists = (alias: string) =>
    aliases.includes(alias) ||
    ['models', 'gateway.providers', 'gateway.splits'].some((map) => written(`${map}.${alias}`));
  const unknown = (alias: string) =>
    `'${alias}' is neither a model nor a provider here${didYouMean(alias, aliases)}`;

  for (const [alias] of entriesOf(gateway?.providers)) {
    if (!Object.hasOwn(models ?? {}, alias)) continue;
    const fix = 'half of its requests would be bought; give one of the two another name';
    fault(`gateway.providers.${alias}`, `'${alias}' is a model here too, and ${fix}`);
  }
  /** Undefined for a provider: what its model does is not said here. */
  const taskOf = (alias: string) => {
    const model = Object.hasOwn(models ?? {}, alias) ? models?.[alias] : undefined;
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
