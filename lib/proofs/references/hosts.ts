import type { Rendered } from '../../core';
import { nearest } from '../../core';
import { hostsOfConfigMap, hostsOfPod, type Mention, qualifiedHosts } from '../hosts';
import type { Index } from '../index-of';
import { isCustom } from '../kinds';
import type { Refusal } from '../proof';
import type { KubeService } from '../services';
import { walkTexts } from '../walk';

/** The API server's own Service, which Kubernetes writes. */
const API: KubeService = {
  id: 'Service/default/kubernetes',
  namespace: 'default',
  name: 'kubernetes',
  headless: false,
  external: false,
  ports: [{ port: 443, targetPort: 443 }],
};

/** The Service a mention means, 'outside' for a host that is no business of ours, undefined for one that is missing. */
export function meant(mention: Mention, reader: string, index: Index): KubeService | 'outside' | undefined {
  const namespace = mention.namespace ?? reader;
  const service = index.service(namespace, mention.service);
  if (service) return service;
  if (namespace === 'default' && mention.service === 'kubernetes') return API;
  if (mention.unsure && !index.has(`Namespace/${namespace}`)) return 'outside';
  return undefined;
}

/** Whether a Service, or the pods right behind it, take connections on a port. */
export function opens(service: KubeService, port: number): boolean {
  if (service.external || !service.ports) return true;
  return service.ports.some((open) => open.port === port || (service.headless && open.targetPort === port));
}

/** Host names in environments, arguments, files, custom resources and chart values that lead nowhere. */
export function hostProblems(rendered: Rendered, index: Index): { findings: Refusal[]; checked: number } {
  const findings: Refusal[] = [];
  let checked = 0;
  const judge = (object: string, at: string, mention: Mention, reader: string) => {
    checked++;
    const service = meant(mention, reader, index);
    if (service === 'outside') return;
    const namespace = mention.namespace ?? reader;
    if (!service) findings.push(missing(object, at, mention, namespace, index));
    else if (mention.port !== undefined && !opens(service, mention.port)) {
      const ports = (service.ports ?? []).map(({ name, port }) => (name ? `${name} (${port})` : `${port}`));
      findings.push({
        object,
        what: `${at} says '${mention.text}', and ${service.id} opens ${ports.join(', ') || 'no port'}, not ${mention.port}`,
        why: 'connections to a port that the Service does not open are refused',
        fix: 'name a port of the Service, or open this one',
      });
    }
  };
  for (const pods of rendered.facts.of('pods')) {
    for (const { at, mention } of hostsOfPod(pods.template)) judge(pods.owner, at, mention, pods.namespace);
  }
  for (const { id, json } of rendered.objects) {
    const namespace = json.metadata.namespace ?? 'default';
    if (json.kind === 'ConfigMap') {
      for (const { at, mention } of hostsOfConfigMap(json)) judge(id, at, mention, namespace);
    } else if (isCustom(json)) {
      walkTexts(json.spec, (text, path) => {
        if (text.includes('.svc'))
          for (const mention of qualifiedHosts(text)) judge(id, `spec.${path}`, mention, namespace);
      });
    }
  }
  for (const { name, namespace, values } of rendered.facts.of('release')) {
    walkTexts(values, (text, path) => {
      if (!text.includes('.svc')) return;
      for (const mention of qualifiedHosts(text))
        judge(`release/${namespace}/${name}`, `values.${path}`, mention, namespace);
    });
  }
  return { findings, checked };
}

function missing(object: string, at: string, mention: Mention, namespace: string, index: Index): Refusal {
  const near = nearest(mention.service, index.namesOf('Service', namespace));
  return {
    object,
    what: `${at} says '${mention.text}', and there is no Service '${mention.service}' in namespace '${namespace}'${near ? `; did you mean '${near}'?` : ''}`,
    why: 'the name does not resolve: every connection fails at run time',
    fix: near
      ? `name '${near}'`
      : 'take the host from the construct that makes the Service, or let what brings it say so',
  };
}
