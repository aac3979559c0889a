import { styleText } from 'node:util';
import { changesYaml, type PoolPlan } from '../../stacks/pool-plan';
import { dollars } from '../core';
import { shown } from '../cost';
import { table } from './table';
import { counted } from './tally';

/** What the file has, what is proposed, what it saves, and what to write. */
export function planScreen(plan: PoolPlan, color: boolean): string {
  const paint = (style: 'bold' | 'dim' | 'green', text: string) => (color ? styleText(style, text) : text);
  const { environment, region, now, proposed, saving, proposal, changes } = plan;
  const yaml = changesYaml(changes);
  const head = yaml
    ? paint('green', 'cheaper or tighter pools')
    : 'its pools are the cheapest that are proven here';
  const models = table(
    proposal.models.map(({ alias, pool, gpus, now: from }) => {
      const same = pool === from.pool && gpus === from.gpus;
      const has = `${counted(from.gpus, 'GPU')} on ${from.pool}`;
      return [alias, has, same ? 'stays' : `→ ${counted(gpus, 'GPU')} on ${pool}`];
    }),
  );
  const pools = table(
    proposal.pools.map(({ name, gpu, perNode, instanceType, nodes, limit, exists }) => [
      name,
      `${perNode} × ${gpu} a node, ${instanceType}`,
      nodes.idle === nodes.maximum
        ? counted(nodes.idle, 'node')
        : `${nodes.idle} to ${counted(nodes.maximum, 'node')}`,
      `limit ${limit} GPUs`,
      exists ? '' : 'new',
    ]),
  );
  const costs = table(
    [
      ['', 'now', 'proposed', 'saves'],
      ['idle', shown(now.idle), shown(proposed.idle), saved(saving.idle, now.idle.high)],
      ['maximum', shown(now.maximum), shown(proposed.maximum), saved(saving.maximum, now.maximum.high)],
    ],
    [1, 2],
  );
  return [
    `${paint('bold', environment)}  ${region}: ${head}`,
    ...part('models', models),
    ...part('pools', pools),
    ...part(
      'left',
      proposal.left.map(({ alias, why }) => `${alias}: ${why}`),
    ),
    ...part('not needed', proposal.emptied),
    ...part('USD a month, everything of the environment', costs),
    ...(yaml
      ? ['', paint('dim', `# replace these entries of ${environment}, or lay a file over it`), yaml]
      : ['']),
  ].join('\n');

  function part(title: string, rows: readonly string[]): string[] {
    return rows.length ? [`  ${paint('dim', title)}`, ...rows.map((row) => `    ${row}`)] : [];
  }
}

function saved(usd: number, of: number): string {
  if (usd < 0.01) return '–';
  return `${dollars(usd)}${of ? `, ${Math.round((100 * usd) / of)} %` : ''}`;
}
