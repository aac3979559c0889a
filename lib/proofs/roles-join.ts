import type { PodsFact } from '../core';
import { Edges } from './edges';
import type { Index } from './index-of';
import type { Proof, Refusal } from './proof';
import { enginesAgree } from './roles/engines';
import { inOneZone } from './roles/in-one-zone';
import { namedPool, type Pool, pickerSends } from './roles/pool';
import { reaches } from './roles/reach';
import { allowed } from './roles/rights';
import { type Sidecar, sidecarOf, speaksPlainly } from './roles/sidecar';

const ROLE = 'llm-d.ai/role';
const roleOf = ({ template }: PodsFact): string | undefined => template.metadata.labels[ROLE];

/**
 * Pods that read prompts and pods that answer work as one model: a sidecar that outlives its engine and speaks as its
 * pool does, a pool of both roles, a picker that knows them, engines that understand each other, one zone.
 *
 * Fails: a sidecar without `--secure-proxy=false` behind a pool of plain HTTP.
 */
export const rolesJoin: Proof = {
  name: 'roles-join',
  about: 'Pods that read prompts and pods that answer agree: sidecar, pool, picker, engines and zone.',
  check({ rendered, index }) {
    const findings: Refusal[] = [];
    const all = rendered.facts.of('pods');
    const edges = new Edges(rendered, index);
    const answered = new Set<PodsFact>();
    let checked = 0;
    for (const pods of all) {
      const sidecar = sidecarOf(pods);
      if (!sidecar) continue;
      checked++;
      const pool = namedPool(sidecar, pods, index);
      const readers = pool ? prefillOf(pool, pods, index) : [];
      for (const reader of readers) answered.add(reader);
      findings.push(
        ...speaksPlainly(pods, sidecar, pool),
        ...allowed(pods, sidecar, index),
        ...(pool ? pooled(pods, sidecar, pool, readers, index) : [poolless(pods, sidecar)]),
        ...readers.flatMap((reader) => [
          ...enginesAgree(pods, reader),
          ...reaches(pods, reader, edges),
          ...inOneZone(pods, reader, rendered.facts.of('pool')),
        ]),
      );
    }
    for (const pods of all) {
      if (roleOf(pods) !== 'prefill' || answered.has(pods)) continue;
      checked++;
      findings.push({
        object: pods.owner,
        what: 'reads prompts, and no pods that answer are in a pool with it',
        why: 'a prefill pod gets its work from the sidecar of a decode pod: it would stand idle',
        fix: 'serve the other half too, or drop the role',
      });
    }
    return { findings, checked, ...(checked ? {} : { skipped: 'no model of two roles' }) };
  },
};

const prefillOf = ({ selector }: Pool, { namespace }: PodsFact, index: Index): readonly PodsFact[] =>
  index.select(namespace, selector).filter((other) => roleOf(other) === 'prefill');

function pooled(
  pods: PodsFact,
  sidecar: Sidecar,
  pool: Pool,
  readers: readonly PodsFact[],
  index: Index,
): Refusal[] {
  const findings: Refusal[] = [];
  if (!index.select(pods.namespace, pool.selector).includes(pods)) {
    findings.push({
      object: pods.owner,
      what: `has a sidecar for ${pool.id}, which does not select it`,
      why: 'the picker never names it: it gets no request',
      fix: 'give its pods the labels of the pool',
    });
  } else if (roleOf(pods) !== 'decode') {
    findings.push({
      object: pods.owner,
      what: `answers behind a sidecar, and has ${roleOf(pods) ? `the role '${roleOf(pods)}'` : 'no role'}`,
      why: 'the picker tells pods that answer from those that read prompts by this label',
      fix: `label its pods ${ROLE}: decode`,
    });
  }
  if (!readers.length) {
    findings.push({
      object: pool.id,
      what: 'has pods that answer, and none that read prompts',
      why: 'every prompt is read by the pod that answers, with one hop more',
      fix: `add pods with ${ROLE}: prefill and the labels of the pool, or drop the sidecar`,
    });
  }
  const silent = pickerSends(pool, index);
  if (silent) findings.push({ object: pool.id, ...silent });
  if (!pool.ports.includes(sidecar.port)) {
    findings.push({
      object: pods.owner,
      what: `has its sidecar on port ${sidecar.port}, and ${pool.id} sends to ${pool.ports.join(', ')}`,
      why: 'requests would go past the sidecar, or to a port that nobody opens',
      fix: `start it with --port=${pool.ports[0]}`,
    });
  }
  return findings;
}

const poolless = ({ owner, namespace }: PodsFact, { pool }: Sidecar): Refusal => ({
  object: owner,
  what: pool
    ? `has a sidecar for the pool '${pool}', which does not exist in namespace '${namespace}'`
    : 'has a sidecar that is told of no pool, and none selects its pods',
  why: 'no picker names pods that read prompts: they would stand idle',
  fix: 'route the model by an InferenceGateway',
});
