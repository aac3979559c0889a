import type { Proof, Refusal } from './proof';

/**
 * Whoever asks an environment that others rely on gets answers of models.
 *
 * Warns: `simulate: true` in an environment of tier prod.
 */
export const answersAreReal: Proof = {
  name: 'answers-are-real',
  about: 'In stg and prod no model is a simulator without a word: its answers are made up.',
  check({ rendered, policy }) {
    const models = rendered.facts.of('model');
    const relied = policy && !policy.assumed && (policy.tier === 'stg' || policy.tier === 'prod');
    const simulated = models.filter(({ engine }) => engine === 'simulator');
    const findings: Refusal[] =
      relied && simulated.length
        ? [
            {
              object: `model/${simulated[0].alias}`,
              severity: 'warning',
              what: `${simulated.map(({ alias }) => `'${alias}'`).join(', ')} ${simulated.length === 1 ? 'is a simulator' : 'are simulators'}, in tier ${policy.tier}`,
              why: 'routes, metrics and alerts look as they should, and every answer is made up',
              fix: 'delete simulate (or engine: simulator); waive this with a reason in a twin that nobody relies on',
            },
          ]
        : [];
    return { findings, checked: models.length };
  },
};
