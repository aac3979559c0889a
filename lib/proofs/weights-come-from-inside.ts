import type { ModelFact } from '../core';
import type { Proof } from './proof';

/**
 * In production no model waits for the internet: replicas load from a store of the platform. A new one that comes under
 * load, or after a failure, must not depend on a hub that throttles, moves a branch or is down.
 *
 * Fails: `weights: { from: hub }` in an environment of tier prod.
 */
export const weightsComeFromInside: Proof = {
  name: 'weights-come-from-inside',
  about: 'In tier prod, replicas load weights from a store of the platform, never from the internet.',
  check({ rendered, policy }) {
    // Who tries one model in an app of their own has not asked for production.
    if (!policy || policy.assumed) return { findings: [], checked: 0, skipped: 'nobody has named the tier' };
    const facts = rendered.facts.of('model').filter(({ weights }) => weights !== undefined);
    if (!facts.length) return { findings: [], checked: 0, skipped: 'no model that holds weights' };
    if (policy.tier !== 'prod') return { findings: [], checked: facts.length };
    const findings = facts
      .filter(({ weights }) => weights === 'hub')
      .map((fact) => {
        const origin = rendered.facts.originOf(fact);
        return {
          object: `model/${fact.alias}`,
          what: `each replica loads ${fact.model} from ${ollama(fact) ? "Ollama's library" : 'the model hub'}, in an environment of tier prod`,
          why: 'a replica that comes under load or after a failure waits for a hub that may throttle, be down or have changed',
          fix: ollama(fact)
            ? 'serve it with vllm or sglang: Ollama pulls from nowhere else'
            : 'set weights to s3: a Job fetches them once into the bucket of the platform',
          ...(origin ? { origin } : {}),
        };
      });
    return { findings, checked: facts.length };
  },
};

const ollama = ({ engine }: ModelFact): boolean => engine === 'ollama';
