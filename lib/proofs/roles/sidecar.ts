import type { Container, PodsFact } from '../../core';
import type { Refusal } from '../proof';
import type { Pool } from './pool';

/** What llm-d's sidecar before an engine is told. */
export interface Sidecar {
  /** Starts before the engine and stops after it. */
  readonly native: boolean;
  /** Where it listens. */
  readonly port: number;
  /** Where it looks for the engine. */
  readonly enginePort: number;
  /** Listens with TLS. */
  readonly secure: boolean;
  /** Asks the API server which pods may read prompts. */
  readonly guarded: boolean;
  /** `namespace/name` of its pool. */
  readonly pool?: string;
  readonly connector: string;
}

const IMAGE = /disagg-sidecar|routing-sidecar/;

/** Value of a flag, as `--flag=value` or as two arguments; a flag alone is true. */
export function flag({ args = [] }: Pick<Container, 'args'>, name: string): string | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return undefined;
  if (args[at].length > name.length) return args[at].slice(name.length + 1);
  const next = args[at + 1];
  return next === undefined || next.startsWith('-') ? 'true' : next;
}

/** The sidecar of pods that answer; undefined for other pods. Its own defaults where it is told nothing. */
export function sidecarOf({ template: { spec } }: PodsFact): Sidecar | undefined {
  const native = spec.initContainers?.find(({ image = '' }) => IMAGE.test(image));
  const found = native ?? spec.containers.find(({ image = '' }) => IMAGE.test(image));
  if (!found) return undefined;
  const pool = flag(found, '--inference-pool');
  return {
    native: native?.restartPolicy === 'Always',
    port: Number(flag(found, '--port') ?? 8000),
    enginePort: Number(flag(found, '--model-server-port') ?? flag(found, '--vllm-port') ?? 8200),
    secure: flag(found, '--secure-proxy') !== 'false',
    guarded: flag(found, '--enable-ssrf-protection') === 'true',
    ...(pool ? { pool } : {}),
    connector: flag(found, '--kv-connector') ?? 'nixlv2',
  };
}

/** It is there for every answer, in front of the engine, and in the words that others use. */
export function speaksPlainly(pods: PodsFact, sidecar: Sidecar, pool: Pool | undefined): Refusal[] {
  const findings: Refusal[] = [];
  const object = pods.owner;
  if (!sidecar.native) {
    findings.push({
      object,
      what: 'has its sidecar as an ordinary container',
      why: 'it is told to stop at the same moment as the engine, and cuts the answers that this is still finishing',
      fix: 'make it an init container with restartPolicy Always',
    });
  }
  if (sidecar.secure && pool) {
    findings.push({
      object,
      what: `has a sidecar with TLS, and ${pool.id} is plain HTTP`,
      why: 'its default is TLS by a certificate of its own making: the gateway, the picker and the probes would be refused',
      fix: 'start it with --secure-proxy=false',
    });
  }
  const open = pods.template.spec.containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort }) => containerPort),
  );
  if (!open.includes(sidecar.enginePort)) {
    findings.push({
      object,
      what: `has a sidecar that looks for its engine on port ${sidecar.enginePort}, which no container opens`,
      why: 'it answers every request with 503',
      fix: open.length ? `start it with --model-server-port=${open[0]}` : 'name the port of the engine',
    });
  }
  return findings;
}
