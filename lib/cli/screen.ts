import { styleText } from 'node:util';
import { billFor } from '../../stacks/bill';
import type { Built } from '../../stacks/build';
import { type AlertingFact, formatNamed, type ModelFact, type PoolFact } from '../core';
import { costLine } from './cost-screen';
import { checksMade, counted, openFindings } from './tally';

/** One environment on one screen. */
export function screen(built: Built, files: readonly string[], outDir: string, color: boolean): string {
  const paint = (style: 'bold' | 'green' | 'red' | 'dim', text: string) =>
    color ? styleText(style, text) : text;
  const { environment, rendered, findings, proofs } = built;
  const open = openFindings(built);
  const waived = findings.filter((finding) => finding.waived);
  const releases = rendered.layers.reduce((sum, layer) => sum + layer.releases.length, 0);
  const aws = environment.aws;
  const bill = billFor(built);
  const models = rendered.facts.of('model');
  const width = Math.max(...models.map(({ alias }) => alias.length));
  const lines: [string, string][] = [
    [
      'runs on',
      aws
        ? `EKS in ${aws.region}, zones ${aws.zones.map((zone) => zone.slice(-1)).join(' ')}`
        : 'a cluster without AWS',
    ],
    ['layers', `${rendered.layers.length}: ${rendered.layers.map((layer) => layer.name).join(' ')}`],
    ['objects', `${rendered.objects.length} objects, ${releases} Helm releases`],
    ...block(
      'models',
      models.map((model) => modelLine(model, rendered.facts.of('pool'), width)),
    ),
    ...(bill ? [['costs', costLine(bill)] as [string, string]] : []),
    ...block('alerts', rendered.facts.of('alerting').map(alertLine)),
    ...block(
      'to fill',
      rendered.facts.of('supplied').map((secret) => `${secret.why}: ${secret.command}`),
    ),
    ...block(
      'waived',
      waived.map((finding) => `${finding.proof} on ${finding.object}: ${finding.waived}`),
    ),
    ['proofs', proofsLine(built)],
  ];
  if (built.ok) {
    lines.push(['written', `${files.length} files in ${outDir}/${environment.name}`]);
    if (!aws) lines.push(['', 'GitOps files only: CDK and Pulumi have no AWS to build here']);
  }
  const head = built.ok ? paint('green', 'proven') : paint('red', `refused, nothing written`);
  const body = lines.map(([label, text]) => `  ${paint('dim', label.padEnd(8))} ${text}`).join('\n');
  const faults = open.map((finding) => `\n${formatNamed(finding)}\n`).join('');
  return `${paint('bold', environment.name)}  ${head}\n${body}\n${faults}\n`;

  function proofsLine(of: Built): string {
    const checked = checksMade(of);
    if (!of.ok) return `${counted(open.length, 'finding')} in ${checked} checks`;
    return `${proofs.length} passed, ${checked} checks, ${waived.length} waived`;
  }
}

/** A list under one label. */
function block(label: string, items: readonly string[]): [string, string][] {
  return items.map((item, index) => [index === 0 ? label : '', item]);
}

/** Who is told; nobody is said as loudly as somebody. */
function alertLine({ critical, warning, deadMansSwitch }: AlertingFact): string {
  if (!critical.length && !warning.length)
    return 'nobody is told of any alert: name a receiver in observability.alerts';
  const to = (names: readonly string[]) => names.join(' and ') || 'nobody';
  const silence = deadMansSwitch
    ? "a dead man's switch watches alerting itself"
    : 'nobody notices when alerting itself is down';
  return `critical to ${to(critical)}, the rest to ${to(warning)}; ${silence}`;
}

/** What each replica works on. */
function deviceOf({ gpusPerReplica, slice, sharedBy, start }: ModelFact): string {
  if (slice) return `a slice of ${slice}`;
  if (sharedBy) return `a GPU shared by ${sharedBy}`;
  const ranks = start?.dataParallel;
  return `${gpusPerReplica} GPU${ranks ? ` as ${ranks} ranks` : ''}`;
}

function modelLine(model: ModelFact, pools: readonly PoolFact[], width: number): string {
  const { min, max } = model.replicas;
  const replicas = model.batch ? 'batch' : min === max ? `${min}` : `${min} to ${max}`;
  const engine = model.role ? `${model.engine} (${model.role})` : model.engine;
  const pool = pools.find((candidate) => candidate.name === model.pool);
  const types = pool?.shapes.map((shape) => shape.instanceType) ?? [];
  const where = pool
    ? `${deviceOf(model)}${model.nodes ? ` on ${model.nodes} nodes` : ''} a replica on '${pool.name}' (${types.slice(0, 3).join(', ')}${types.length > 3 ? ', …' : ''}; ${pool.capacities.join(', then ')})`
    : 'on CPUs';
  const { observed } = model.start ?? {};
  const measured = observed
    ? `; rests on a measurement: ${observed.kvGiB} GiB of cache on ${observed.on}, vLLM ${observed.vllm}` +
      (observed.source ? ` (${observed.source})` : '')
    : '';
  const unasked = model.smokeTested === false ? '; no smoke test' : '';
  return `${model.alias.padEnd(width)} ${model.model}, ${replicas} × ${engine}, ${where}${measured}${unasked}`;
}
