import { ApiObject, App } from 'cdk8s';
import { expect } from 'vitest';
import {
  declare,
  type FactKind,
  type FactKinds,
  formatFinding,
  type KubeObject,
  Layer,
  type Phase,
  render,
} from '../../lib/core';
import { type Proof, proofInput, prove, type Surroundings } from '../../lib/proofs';

/** What stands in a scene: objects of the namespace 'apps', facts, and layers of earlier phases. */
export interface Scene extends Surroundings {
  readonly objects?: readonly object[];
  readonly facts?: { readonly [K in FactKind]?: readonly FactKinds[K][] };
  readonly before?: Readonly<Partial<Record<Phase, readonly object[]>>>;
}

/** What one proof says of a scene, as a reader sees it; it must have looked at something. */
export function refusals(proof: Proof, { objects = [], facts = {}, before = {}, ...around }: Scene): string {
  const app = new App();
  const write = (layer: Layer, list: readonly object[]) =>
    list.forEach((object, i) => {
      new ApiObject(
        layer,
        `object-${i}`,
        object as KubeObject as unknown as ConstructorParameters<typeof ApiObject>[2],
      );
    });
  for (const [phase, list] of Object.entries(before))
    write(new Layer(app, phase, { phase: phase as Phase }), list);
  const layer = new Layer(app, 'apps', { phase: 'apps', namespace: 'apps' });
  write(layer, objects);
  for (const [kind, list] of Object.entries(facts)) {
    for (const fact of list) declare(layer, kind as FactKind, fact as FactKinds[FactKind]);
  }
  const { findings, proofs } = prove([proof], proofInput(render(app), around));
  expect(proofs[0].checked).toBeGreaterThan(0);
  return findings.map(formatFinding).join('\n');
}

export const namespace = (name: string, level = 'restricted') => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } },
});

export const metadata = (name: string, more: object = {}) => ({ name, namespace: 'apps', ...more });

/** A container that keeps to every rule. */
export const container = (more: object = {}) => ({
  name: 'web',
  image: 'docker.io/example/web:1.2.3',
  ports: [{ name: 'http', containerPort: 8080 }],
  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  ...more,
});

export const podSpec = (more: object = {}, inside: object = {}) => ({
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container(inside)],
  ...more,
});

/** A Deployment 'web' whose pods carry `app: web`. */
export const deployment = (
  spec: object = podSpec(),
  { name = 'web', ...more }: { readonly name?: string; readonly [field: string]: unknown } = {},
) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(name),
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec },
    ...more,
  },
});

export const service = (spec: object = {}, name = 'web') => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(name, { labels: { app: name } }),
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
});

export const configMap = (data: Readonly<Record<string, string>>, name = 'files') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(name),
  data,
});

export const custom = (apiVersion: string, kind: string, name: string, spec: object, more: object = {}) => ({
  apiVersion,
  kind,
  metadata: metadata(name, more),
  spec,
});

/** Something that exists although no object is it. */
export const provided = (id: string, more: object = {}) => ({ objects: [{ id, ...more }] });
export const brought = (...kinds: string[]) => ({ kinds });

/** A release with such values, as a fact. */
export const release = (values: object) => ({
  release: [
    {
      name: 'web',
      namespace: 'apps',
      chart: 'web',
      repository: 'https://charts.example.com',
      version: '1.0.0',
      values: values as Record<string, unknown>,
      skipCrds: false,
      requires: [],
      path: 'apps/web',
      layer: 'apps',
    },
  ],
});
