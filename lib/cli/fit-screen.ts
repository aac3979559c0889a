import type { Fit } from '../sizing';
import type { Offer } from './fit';
import { batchOf, type FitCall } from './fit-call';

/** Every shape that holds the model, one a line. */
export function table(asked: FitCall, offers: readonly Offer[]): string {
  if (!offers.length) return `${headline(asked)}\n  no shape of node holds it\n`;
  const rows = offers.map(({ card, count, shape, result }) => [
    result.verdict,
    `${count} × ${card.name}${card.estimated ? ' *' : ''}`,
    shape?.instanceType ?? '',
    result.maxContext ? `${result.maxContext}` : '–',
    result.concurrency.toFixed(1),
    shape?.usdPerHour === undefined ? 'price unknown' : `$${shape.usdPerHour.toFixed(2)}`,
  ]);
  const head = ['verdict', 'GPUs', 'instance', 'longest', 'at once', 'an hour'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd();
  return `${[headline(asked), line(head), ...rows.map(line)].join('\n')}\n\n${LEGEND}${starred(offers)}${guess(asked)}`;
}

const LEGEND =
  'longest: largest context that is proven to fit. at once: requests of full length. an hour: on demand, the node.\n';

const starred = (offers: readonly Offer[]): string =>
  offers.some(({ card }) => card.estimated)
    ? '*: no log shows what CUDA hands out of it, so that is an estimate.\n'
    : '';

/** The memory of one GPU, term by term. */
export function budget(asked: FitCall, { card, count, shape, result }: Offer): string {
  const batch = batchOf(asked, card);
  const { terms, atBest, verdict, maxContext, concurrency } = result;
  const gib = (label: string, value: number, note = '') =>
    `  ${label.padEnd(22)} ${value.toFixed(2).padStart(8)} GiB${note && `  ${note}`}`;
  const name = card.mig ? `${card.name} ${card.mig}` : card.name;
  const { nodes, dataParallel } = asked;
  const ranks = dataParallel > 1 ? ` as ${dataParallel} ranks` : '';
  const where = `${nodes > 1 ? `${nodes} nodes of ` : ''}${count} × ${name ?? `card of ${card.visibleGiB.toFixed(2)} GiB`}${ranks}`;
  return `${[
    `${headline(asked)} on ${where}: ${verdict}`,
    gib(
      'visible',
      terms.visibleGiB,
      card.estimated ? 'of one GPU: an estimate' : 'of one GPU, as CUDA hands it out',
    ),
    gib('requested', terms.requestedGiB, `utilization ${asked.utilization}`),
    gib('- weights', terms.weightsGiB, formats(asked)),
    gib(
      '- activation',
      terms.activationGiB,
      `${batch.batchedTokens} tokens a step, ${batch.maxSequences} sequences`,
    ),
    gib('- non-torch', terms.nonTorchGiB, 'CUDA context and exchange'),
    gib('- graphs', terms.graphsGiB),
    gib('= KV cache budget', terms.kvBudgetGiB, `${atBest.kvBudgetGiB.toFixed(2)} at the very best`),
    gib('KV cache needed', terms.kvNeedGiB, `${atBest.kvNeedGiB.toFixed(2)} at the very least`),
    `  longest context ${maxContext || 'unproven'}, ${concurrency.toFixed(1)} requests of ${asked.context} at once` +
      (shape?.usdPerHour === undefined
        ? ''
        : `, $${shape.usdPerHour.toFixed(2)} an hour (${shape.instanceType})`),
    ...reasons(result),
  ].join('\n')}\n${guess(asked)}`;
}

const headline = ({ checkpoint, context }: FitCall): string => `${checkpoint.id} at ${context} tokens`;

const formats = ({ checkpoint }: FitCall): string =>
  checkpoint.format.map(({ format }) => format).join(' and ') || '16 bits';

function* reasons({ faults, doubts }: Fit): Iterable<string> {
  for (const { what, why, fix } of faults) yield `  ${what}\n    why: ${why}\n    fix: ${fix}`;
  for (const doubt of doubts) yield `  unproven: ${doubt}`;
}

const guess = ({ checkpoint }: FitCall): string =>
  checkpoint.assumed
    ? `The format of ${checkpoint.id} is assumed; its config.json was not read, so what it may leave at 16 bits is counted so.\n`
    : '';
