import type { Probe } from '../core';
import type { Proof, Refusal } from './proof';

/** Longest time a probe allows before it gives up; Kubernetes' defaults where it says nothing. */
const allows = ({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }: Probe): number =>
  initialDelaySeconds + periodSeconds * failureThreshold;

/** Kubernetes' own, when a Deployment names none. */
const DEFAULT_PROGRESS = 600;

/**
 * Probes and deadlines wait for the slowest start that is still healthy.
 *
 * Fails: `startupSeconds: 1200` with a startup probe of 30 times 10 seconds.
 */
export const startupFitsProbes: Proof = {
  name: 'startup-fits-probes',
  about: 'Startup probes and rollout deadlines wait for the slowest healthy start.',
  check({ rendered, index }) {
    const findings: Refusal[] = [];
    const facts = rendered.facts.of('lifecycle');
    let checked = 0;
    for (const { owner: object, startupSeconds: needed } of facts) {
      const pods = index.podsOf(object);
      if (!pods) {
        findings.push({
          object,
          what: 'states how long it starts and stops, and makes no pods',
          why: 'a statement about nothing proves nothing',
          fix: 'state it of the object that makes the pods',
        });
        continue;
      }
      checked++;
      for (const { name, startupProbe, livenessProbe } of pods.template.spec.containers) {
        const probe = startupProbe ?? livenessProbe;
        if (!probe || allows(probe) >= needed) continue;
        const which = startupProbe ? 'startupProbe' : 'livenessProbe';
        findings.push({
          object,
          what: `${which} of container '${name}' gives up after ${allows(probe)} s, and a healthy start may take ${needed} s`,
          why: 'the container is killed just before it is ready, and starts again for ever',
          fix: startupProbe
            ? `raise failureThreshold to ${Math.ceil((needed - (probe.initialDelaySeconds ?? 0)) / (probe.periodSeconds ?? 10))}`
            : 'add a startupProbe that waits long enough',
        });
      }
      const json = index.object(object)?.json;
      const deadline = (json?.spec as { progressDeadlineSeconds?: number } | undefined)
        ?.progressDeadlineSeconds;
      if (json?.kind !== 'Deployment' || (deadline ?? DEFAULT_PROGRESS) > needed) continue;
      findings.push({
        object,
        what: `reports a failed rollout after ${deadline ?? DEFAULT_PROGRESS} s, and a healthy start may take ${needed} s`,
        why: 'every delivery that waits for the rollout fails although nothing is wrong',
        fix: `set progressDeadlineSeconds above ${needed}`,
      });
    }
    return { findings, checked };
  },
};
