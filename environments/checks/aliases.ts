import { didYouMean } from '../../lib/core/nearest';
import { type Checking, type Draft, entriesOf } from './draft';
import { picks } from './routing';

/** A further name stands for one thing that answers here, and its priority is one that a picker knows. */
export function checkAliases({ gateway, models, tier }: Draft, { fault, written }: Checking): void {
  const adapters = new Map(
    entriesOf(models).flatMap(([name, model]) =>
      'adapters' in model ? entriesOf(model.adapters).map(([adapter]) => [adapter, name] as const) : [],
    ),
  );
  const splits = Object.keys(gateway?.splits ?? {});
  const answering = [
    ...entriesOf(models).flatMap(([name, { engine }]) => (engine === 'triton' ? [] : [name])),
    ...adapters.keys(),
    ...splits,
  ];
  const taken = [...Object.keys(models ?? {}), ...answering, ...Object.keys(gateway?.providers ?? {})];
  for (const [alias, { model: name, priority }] of entriesOf(gateway?.aliases)) {
    const path = `gateway.aliases.${alias}`;
    if (taken.includes(alias)) {
      fault(path, `'${alias}' is a model, a split or a provider here too; give the alias another name`);
    }
    if (name === undefined) continue;
    if (!answering.includes(name)) {
      if (written(`models.${name}`) && !Object.hasOwn(models ?? {}, name)) continue;
      fault(`${path}.model`, `'${name}' is no model, adapter or split here${didYouMean(name, answering)}`);
      continue;
    }
    if (priority === undefined) continue;
    if (splits.includes(name)) {
      fault(`${path}.priority`, `'${name}' is a split: priorities belong to one picker; name a model`);
      continue;
    }
    const owner = adapters.get(name) ?? name;
    const model = models?.[owner];
    if (!model) continue;
    if (!picks(model, tier)) {
      const why = `'${owner}' has no picker, and nobody else reads priorities`;
      fault(`${path}.priority`, `${why}; give it routing: { kind: picker }, or delete 'priority'`);
      continue;
    }
    const routing = 'routing' in model ? model.routing : undefined;
    const known = Object.keys((routing?.kind === 'picker' && routing.priorities) || {});
    if (!known.includes(priority)) {
      const where = `models.${owner}.routing.priorities`;
      fault(
        `${path}.priority`,
        `'${priority}' is not in ${where}${didYouMean(priority, known) || `; it has ${known.join(', ') || 'none'}`}`,
      );
    }
  }
}
