import type { NodeCount } from './nodes';
import type { Rehearsal } from './rehearse';

/** A rehearsal on one screen. */
export function rehearsalScreen(rehearsal: Rehearsal): string {
  const { environment, ok, applied, refused, warnings, steps, skipped, nodes, nodesAtMaximum, stuck } =
    rehearsal;
  const lines = [
    `${environment}  ${ok ? 'everything runs' : 'not everything runs'} (simulated nodes, real control plane)`,
    `  applied   ${applied} objects, ${refused.length} refused, ${warnings.length} warnings`,
    `  running   after ${rehearsal.secondsToRunning.toFixed(1)} s`,
    ...steps.map(
      ({ name, seconds, podsRunning, podsPending, nodes: count }) =>
        `            ${seconds.toFixed(1).padStart(5)} s  ${name}: ${podsRunning} running, ${podsPending} pending, ${count} nodes`,
    ),
    ...skipped.map((reason) => `            skipped  ${reason}`),
    ...nodeLines('nodes', nodes),
    ...(nodesAtMaximum ? nodeLines('maximum', nodesAtMaximum) : []),
    ...refused.map(({ object, words }) => `\n  refused  ${object}\n    Kubernetes: ${words}`),
    ...warnings.map(({ object, words }) => `\n  warning  ${object}\n    Kubernetes: ${words}`),
    ...stuck.map(
      ({ owner, step, wanted, ready, kubernetes, proofs }) =>
        `\n  stuck    ${owner}: ${ready} of ${wanted} (${step})\n${[
          ...(kubernetes.length ? kubernetes : ['nothing']).map((words) => `    Kubernetes: ${words}`),
          ...(proofs.length ? proofs : ['nothing']).map((words) => `    proofs: ${words}`),
        ].join('\n')}`,
    ),
    ...rehearsal.disagreements.map(
      ({ owner, proofs, scheduler }) => `\n  differ   ${owner}: proofs ${proofs}, the scheduler ${scheduler}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** What nodes cost together by the hour, as far as prices are known. */
export function hourlyCost(nodes: readonly NodeCount[]): number {
  return nodes.reduce((sum, { usdPerHour = 0 }) => sum + usdPerHour, 0);
}

function nodeLines(label: string, nodes: readonly NodeCount[]): string[] {
  const spot = nodes.some(({ capacity }) => capacity === 'spot')
    ? '; spot is counted at the on-demand price'
    : '';
  const unknown = nodes.some(({ usdPerHour }) => usdPerHour === undefined);
  const head =
    unknown && hourlyCost(nodes) === 0 ? 'no prices' : `$${hourlyCost(nodes).toFixed(2)} an hour${spot}`;
  return [
    `  ${label.padEnd(9)} ${head}`,
    ...nodes.map(
      ({ pool, instanceType, capacity, count, usdPerHour }) =>
        `            ${count} × ${instanceType} (${pool}, ${capacity})${usdPerHour === undefined ? '' : ` $${usdPerHour.toFixed(2)}`}`,
    ),
  ];
}
