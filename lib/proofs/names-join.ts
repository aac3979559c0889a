import { nearest } from '../core';
import type { Proof, Refusal } from './proof';

/**
 * A name used in one place is defined in another: a route's model and the served name, a metric's job and its monitor.
 *
 * Fails: a fallback to 'claud' in a gateway that defines 'chat' and 'claude'.
 */
export const namesJoin: Proof = {
  name: 'names-join',
  about: 'Names used at one end (models, jobs, variables) are defined at the other.',
  check({ rendered }) {
    const facts = rendered.facts.of('join');
    const defined = new Map<string, Set<string>>();
    for (const { scope, defines } of facts) {
      if (defines === undefined) continue;
      const names = defined.get(scope) ?? new Set();
      defined.set(scope, names.add(defines));
    }
    const findings: Refusal[] = [];
    let checked = 0;
    for (const fact of facts) {
      const { object, scope, uses } = fact;
      if (uses === undefined) continue;
      checked++;
      const names = defined.get(scope) ?? new Set<string>();
      if (names.has(uses)) continue;
      const meant = nearest(uses, names);
      const origin = rendered.facts.originOf(fact);
      findings.push({
        object,
        what: `uses ${scope} '${uses}', which nothing defines${meant ? `; did you mean '${meant}'?` : ''}`,
        why: `both ends must have the same ${scope}: there are ${[...names].sort().join(', ') || 'none'}`,
        fix: meant ? `name '${meant}'` : `define ${scope} '${uses}', or name one that exists`,
        ...(origin ? { origin } : {}),
      });
    }
    return { findings, checked };
  },
};
