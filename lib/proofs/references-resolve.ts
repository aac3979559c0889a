import { isCustom } from './kinds';
import type { Proof, Refusal } from './proof';
import { backendsOf, resolveBackend } from './references/backends';
import { customReferences } from './references/custom';
import { hostProblems } from './references/hosts';
import { objectReferences } from './references/objects';
import { claimTemplatesOf, podReferences, probePorts } from './references/pods';
import { poolGateways } from './references/pools';
import { monitorPorts, servicePorts } from './references/ports';
import { kindProviders, namespaceProviders } from './references/providers';
import { type Reference, resolve } from './references/reference';

/**
 * Whatever an object names exists: Secrets with their keys, ConfigMaps, claims, accounts, classes, Services and ports,
 * stores, clusters, host names; kinds and namespaces exist before they are used.
 *
 * Fails: `env: [{ name: TOKEN, valueFrom: { secretKeyRef: { name: web, key: tokn } } }]` beside a Secret `web` whose
 * only key is `token`.
 */
export const referencesResolve: Proof = {
  name: 'references-resolve',
  about:
    'What an object names exists: secrets and keys, files, claims, accounts, classes, Services, ports, kinds.',
  check({ rendered, index }) {
    const findings: Refusal[] = [];
    let checked = 0;
    const judge = (references: readonly Reference[]) => {
      for (const reference of references) {
        checked++;
        const refusal = resolve(reference, index);
        if (refusal) findings.push(refusal);
      }
    };
    const releases = rendered.facts.of('release');
    const take = (found: { findings: readonly Refusal[]; checked: number }) => {
      findings.push(...found.findings);
      checked += found.checked;
    };

    take(namespaceProviders(rendered, index));
    take(kindProviders(rendered, index));
    for (const pods of rendered.facts.of('pods')) {
      if (pods.maker !== 'object') continue;
      judge(podReferences(pods, claimTemplatesOf(pods, index)));
      take(probePorts(pods));
    }
    for (const object of rendered.objects) {
      judge(isCustom(object.json) ? customReferences(object) : objectReferences(object));
      const { backends, references } = backendsOf(object);
      judge(references);
      take(poolGateways(object, index, releases));
      for (const backend of backends) {
        checked++;
        const refusal = resolveBackend(backend, index);
        if (refusal) findings.push(refusal);
      }
    }
    for (const service of index.allServices()) take(servicePorts(service, index));
    for (const kind of ['PodMonitor', 'ServiceMonitor']) {
      for (const monitor of index.of(kind)) take(monitorPorts(monitor, index));
    }
    take(hostProblems(rendered, index));
    return { findings, checked };
  },
};
