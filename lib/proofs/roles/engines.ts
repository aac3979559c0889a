import type { Container, PodsFact } from '../../core';
import type { Refusal } from '../proof';
import { flag } from './sidecar';

/** Options that say what a cache is made of: engines compare them when they first meet. */
const ALIKE = [
  '--kv-cache-dtype',
  '--dtype',
  '--quantization',
  '--max-model-len',
  '--context-length',
  '--revision',
  '--speculative-config',
  '--served-model-name',
  '--model-path',
  '--page-size',
  '--disaggregation-transfer-backend',
  '--disaggregation-bootstrap-port',
];

interface Transfer {
  readonly kv_connector?: string;
  readonly kv_connector_extra_config?: unknown;
}

/** Two engines that exchange caches are of one version, and told alike what a cache is. */
export function enginesAgree(answering: PodsFact, reading: PodsFact): Refusal[] {
  const [own] = answering.template.spec.containers;
  const [other] = reading.template.spec.containers;
  const refuse = (what: string, fix: string): Refusal => ({
    object: answering.owner,
    what,
    why: 'the two compare it when a first prompt is moved: none would ever arrive',
    fix,
  });
  if (own.image !== other.image) {
    return [refuse(`runs ${own.image}, and ${reading.owner} ${other.image}`, 'run one image in both roles')];
  }
  const [a, b] = [own, other].map(transferOf);
  const differs = ALIKE.find((name) => flag(own, name) !== flag(other, name));
  if (differs) {
    const shown = (container: Container) => flag(container, differs) ?? 'nothing';
    return [
      refuse(
        `says ${differs} ${shown(own)}, and ${reading.owner} says ${shown(other)}`,
        'say the same in both roles',
      ),
    ];
  }
  if (a !== b) {
    return [
      refuse(
        `moves caches by ${a ?? 'nothing'}, and ${reading.owner} by ${b ?? 'nothing'}`,
        'use one connector in both roles',
      ),
    ];
  }
  return [];
}

/** By what an engine moves caches. */
function transferOf(container: Container): string | undefined {
  const text = flag(container, '--kv-transfer-config');
  if (text === undefined) return undefined;
  try {
    const { kv_connector: connector, kv_connector_extra_config: extra } = JSON.parse(text) as Transfer;
    return `${connector}${extra ? ` with ${JSON.stringify(extra)}` : ''}`;
  } catch {
    return text;
  }
}
