import type { RenderedObject } from '../core';
import { nearest } from '../core';
import type { Index } from './index-of';
import type { Proof, ProofInput, Refusal } from './proof';
import { monitored } from './references/ports';
import { isEmpty, matches, type Selector, shownSelector } from './selectors';
import { behind } from './services';

const WHY: Readonly<Record<string, string>> = {
  PodDisruptionBudget: 'it protects nothing: a drain takes all pods at once',
  NetworkPolicy: 'it admits nobody to nothing, and the pods it was meant for stay closed',
  PodMonitor: 'nothing is scraped: every alert and scaler on it stays empty',
  ServiceMonitor: 'nothing is scraped: every alert and scaler on it stays empty',
  InferencePool: 'the pool has no endpoint: requests get 503',
};

/**
 * Selectors pick pods (rendered, or declared by a chart or an operator), and a Service those of one owner only.
 *
 * Fails: a Service that selects `app: web` beside pods that carry `app: wep`.
 */
export const selectorsMatch: Proof = {
  name: 'selectors-match',
  about:
    'Services, budgets, monitors, policies and scalers select pods that exist; a Service those of one owner.',
  check(input) {
    const { rendered, index } = input;
    const findings: Refusal[] = [];
    let checked = 0;
    for (const service of index.allServices()) {
      const labels = service.selector;
      // Without a selector somebody else writes the endpoints.
      if (!labels || !Object.keys(labels).length || service.external) continue;
      // Known to exist in a namespace that is not ours, such as kube-dns: its pods are somebody else's.
      if (!index.object(service.id) && !index.object(`Namespace/${service.namespace}`)) continue;
      checked++;
      const pods = behind(service, index);
      if (!pods.length) {
        const why = 'it has no endpoints: every connection is refused';
        findings.push(nothing(service.id, { matchLabels: labels }, service.namespace, index, why));
      } else if (pods.length > 1) {
        findings.push({
          object: service.id,
          what: `selects the pods of ${pods.length} owners: ${pods.map((p) => p.owner).join(', ')}`,
          why: 'it spreads connections over all of them, whatever each one serves',
          fix: 'select by a label that only one of them carries',
        });
      }
    }
    for (const object of rendered.objects) {
      const found = selecting(object, index);
      if (!found) continue;
      checked++;
      if (found !== 'good') findings.push(found);
    }
    for (const kind of ['ScaledObject', 'HorizontalPodAutoscaler']) {
      for (const scaler of index.of(kind)) {
        checked++;
        const refusal = target(scaler, input);
        if (refusal) findings.push(refusal);
      }
    }
    return { findings, checked };
  },
};

function selecting({ id, json }: RenderedObject, index: Index): Refusal | 'good' | undefined {
  const why = WHY[json.kind];
  if (!why) return undefined;
  const spec = (json.spec ?? {}) as {
    selector?: Selector & { matchLabels?: object };
    podSelector?: Selector;
  };
  const selector = json.kind === 'NetworkPolicy' ? (spec.podSelector ?? {}) : (spec.selector ?? {});
  const own = json.metadata.namespace ?? 'default';
  if (json.kind === 'NetworkPolicy' && isEmpty(selector)) return undefined;
  const object = { id, json } as RenderedObject;
  const namespaces = json.kind.endsWith('Monitor') ? monitored(object) : [own];
  const hit = namespaces.some((namespace) =>
    json.kind === 'ServiceMonitor'
      ? index
          .of('Service')
          .some(
            (s) => s.json.metadata.namespace === namespace && matches(selector, s.json.metadata.labels ?? {}),
          )
      : index.select(namespace, selector).length > 0,
  );
  return hit
    ? 'good'
    : nothing(id, selector, namespaces.join(', '), index, why, json.kind === 'ServiceMonitor');
}

function nothing(
  object: string,
  selector: Selector,
  namespace: string,
  index: Index,
  why: string,
  services = false,
): Refusal {
  const there = services
    ? index.of('Service').filter((s) => s.json.metadata.namespace === namespace)
    : index.podsIn(namespace);
  const shown = shownSelector(selector);
  const labels = there.map((item) =>
    shownSelector({
      matchLabels: 'template' in item ? item.template.metadata.labels : (item.json.metadata.labels ?? {}),
    }),
  );
  const meant = nearest(
    shown,
    labels.flatMap((text) => [text, ...text.split(',')]),
  );
  return {
    object,
    what: `selects ${shown} in namespace '${namespace}', which no ${services ? 'Service' : 'pod'} carries${meant ? `; did you mean ${meant}?` : ''}`,
    why,
    fix: meant
      ? `select ${meant}`
      : 'select labels that the pods carry, or declare the pods that an operator will make',
  };
}

function target({ id: object, json }: RenderedObject, { rendered, index }: ProofInput): Refusal | undefined {
  const { scaleTargetRef: ref } = json.spec as { scaleTargetRef?: { kind?: string; name: string } };
  if (!ref) return undefined;
  const kind = ref.kind ?? 'Deployment';
  const namespace = json.metadata.namespace ?? 'default';
  const id = `${kind}/${namespace}/${ref.name}`;
  if (index.has(id) || rendered.facts.of('pods').some((pods) => pods.owner.startsWith(`${id}#`)))
    return undefined;
  const meant = nearest(ref.name, index.namesOf(kind, namespace));
  return {
    object,
    what: `scales ${id}, which does not exist${meant ? `; did you mean '${meant}'?` : ''}`,
    why: 'the scaler reports "unable to get target" and the workload keeps its first replica count',
    fix: meant ? `name '${meant}'` : 'name a workload of its namespace',
  };
}
