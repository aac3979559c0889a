import { admits, LEVELS, type Level, levelFor, needsOf } from './pod-security';
import type { Proof, Refusal } from './proof';

const LABEL = 'pod-security.kubernetes.io/enforce';

/**
 * Pods keep to the Pod Security level of their namespace, and a namespace is laxer than "restricted" only for pods of a
 * chart or an operator that need it, or for pods of ours that say why.
 *
 * Fails: a Deployment without `runAsNonRoot` in a restricted namespace: its pods are never created.
 */
export const podIsRestricted: Proof = {
  name: 'pod-is-restricted',
  about:
    'Pods keep to the Pod Security level of their namespace; laxer levels are there for a declared need only.',
  check({ rendered, index }) {
    const findings: Refusal[] = [];
    const levels = new Map<string, Level>();
    for (const { id, json } of index.of('Namespace')) {
      const label = json.metadata.labels?.[LABEL];
      const level = LEVELS.find((known) => known === label);
      levels.set(json.metadata.name, level ?? 'privileged');
      if (level) continue;
      findings.push({
        object: id,
        what:
          label === undefined
            ? `has no label ${LABEL}`
            : `has the Pod Security level '${label}', which does not exist`,
        why: 'without a level everything is admitted, privileged pods too',
        fix: `set ${LABEL} to restricted, or to the level its pods need`,
      });
    }

    const needed = new Map<string, Level>();
    const elevated = new Map(rendered.facts.of('elevated').map((fact) => [fact.owner, fact]));
    const pods = rendered.facts.of('pods');
    for (const { owner, namespace, maker, template } of pods) {
      const needs = needsOf(template);
      const level = levelFor(needs);
      if (maker !== 'object' && !admits(needed.get(namespace) ?? 'restricted', level))
        needed.set(namespace, level);
      const stated = elevated.get(owner)?.level ?? 'restricted';
      if (maker === 'object' && !admits(needed.get(namespace) ?? 'restricted', stated))
        needed.set(namespace, stated);
      if (stated !== 'restricted' && level === 'restricted') {
        findings.push({
          object: owner,
          what: `says that it needs the level '${stated}', and is restricted`,
          why: 'its namespace is laxer for nothing, and admits whatever somebody adds later',
          fix: "delete the fact 'elevated'",
        });
      }
      // A pod of ours is restricted wherever it lives, or says why not: laxer namespaces are for what we do not write.
      const ours = maker === 'object' && levels.has(namespace);
      const allowed = ours ? stricter(stated, levels.get(namespace)) : levels.get(namespace);
      if (!allowed || admits(allowed, level)) continue;
      const faults = needs.filter((need) => !admits(allowed, need.level)).map((need) => need.what);
      const shown = [...faults.slice(0, 4), ...(faults.length > 4 ? [`${faults.length - 4} more`] : [])];
      const own = maker === 'object';
      findings.push({
        object: owner,
        what: own
          ? `is not restricted: ${shown.join('; ')}`
          : `needs the level '${level}' in namespace '${namespace}', which enforces '${allowed}': ${shown.join('; ')}`,
        why: 'admission refuses such pods: their maker stays at 0 replicas, and only its events say why',
        fix: own
          ? 'set runAsNonRoot, seccompProfile RuntimeDefault, no privilege escalation, drop ALL'
          : `give it a namespace of its own with the level '${level}'`,
      });
    }
    for (const { id, json } of index.of('Namespace')) {
      const label = json.metadata.labels?.[LABEL];
      const level = LEVELS.find((known) => known === label);
      const enough = needed.get(json.metadata.name) ?? 'restricted';
      if (!level || level === enough || admits(enough, level)) continue;
      findings.push({
        object: id,
        what: `enforces '${level}', and no chart or operator there needs more than '${enough}'`,
        why: 'a laxer level admits whatever somebody adds later',
        fix: `enforce '${enough}'`,
      });
    }
    return { findings, checked: pods.length + index.of('Namespace').length };
  },
};

const stricter = (a: Level, b: Level = a): Level => (admits(a, b) ? b : a);
