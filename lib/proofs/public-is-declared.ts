import type { KubeObject, Labels } from '../core';
import type { Index } from './index-of';
import type { Proof, Refusal } from './proof';
import { parametersOf } from './routes';

interface Spec {
  readonly type?: string;
  readonly externalIPs?: readonly string[];
}

const SCHEMES = ['service.beta.kubernetes.io/aws-load-balancer-scheme', 'alb.ingress.kubernetes.io/scheme'];

/** How an object opens the cluster to others, or undefined when it does not. */
function opening(json: KubeObject, index: Index): string | undefined {
  // Said in so many words: only the VPC reaches it.
  if (isInternal(json.metadata.annotations)) return undefined;
  const spec = (json.spec ?? {}) as Spec;
  if (json.kind === 'Service' && json.apiVersion === 'v1') {
    if (spec.type === 'LoadBalancer' || spec.type === 'NodePort') return `is a Service of type ${spec.type}`;
    return spec.externalIPs?.length ? `takes the addresses ${spec.externalIPs.join(', ')}` : undefined;
  }
  if (json.kind === 'Ingress') return 'is an Ingress';
  if (json.kind !== 'Gateway' || !json.apiVersion.startsWith('gateway.networking.k8s.io/')) return undefined;
  // The Service that its proxies get.
  const service = parametersOf(json, index)?.service;
  const inside = service?.type === 'ClusterIP' || isInternal(service?.annotations);
  return inside ? undefined : 'is a Gateway';
}

const isInternal = (annotations: Labels = {}): boolean =>
  SCHEMES.some((scheme) => annotations[scheme] === 'internal');

/**
 * Nothing is reachable from outside that the environment file does not declare.
 *
 * Fails: a Service of type LoadBalancer in an environment without a public host.
 */
export const publicIsDeclared: Proof = {
  name: 'public-is-declared',
  about: 'Load balancers, node ports, ingresses, gateways and open API endpoints are asked for in the file.',
  check({ rendered, index }) {
    const facts = rendered.facts.of('public');
    const declared = new Set(facts.filter((fact) => fact.declared).map((fact) => fact.object));
    const why = 'what the internet can reach must be a decision that the file shows';
    const findings: Refusal[] = [];
    for (const { id: object, json } of rendered.objects) {
      const what = opening(json, index);
      if (!what || declared.has(object)) continue;
      const fix = 'declare the host in the environment file, make it internal, or use a ClusterIP';
      findings.push({ object, what: `${what}, which nothing in the environment file declares`, why, fix });
    }
    for (const fact of facts) {
      if (fact.declared) continue;
      const origin = rendered.facts.originOf(fact);
      findings.push({
        object: fact.object,
        what: `${fact.what}, which nothing in the environment file declares`,
        why,
        fix: 'declare it in the environment file, or close it',
        ...(origin ? { origin } : {}),
      });
    }
    return { findings, checked: rendered.objects.length + facts.length };
  },
};
