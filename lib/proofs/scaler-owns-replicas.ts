import { type KubeObject, kserveDeployment } from '../core';
import type { Index } from './index-of';
import type { Proof, Refusal } from './proof';

interface ScalerSpec {
  readonly scaleTargetRef?: { readonly kind?: string; readonly name: string };
}

interface RolloutSpec {
  readonly workloadRef?: { readonly kind?: string; readonly name: string };
}

interface VerticalSpec {
  readonly targetRef?: { readonly kind: string; readonly name: string };
  readonly updatePolicy?: { readonly updateMode?: string };
}

interface ResourceMetrics {
  readonly metrics?: readonly { readonly resource?: { readonly name: string } }[];
  readonly triggers?: readonly { readonly type: string }[];
}

/** The resource whose use a scaler follows. */
function resourceOf(json: KubeObject | undefined): string | undefined {
  const { metrics = [], triggers = [] } = (json?.spec ?? {}) as ResourceMetrics;
  return (
    metrics.find(({ resource }) => resource)?.resource?.name ??
    triggers.find(({ type }) => type === 'cpu' || type === 'memory')?.type
  );
}

/**
 * What scales a workload is alone in writing its replicas.
 *
 * Fails: a ScaledObject on a Deployment whose manifest says `replicas: 2`.
 */
export const scalerOwnsReplicas: Proof = {
  name: 'scaler-owns-replicas',
  about: 'A scaled workload has one scaler and no replica count of its own.',
  check({ rendered, index }) {
    const findings: Refusal[] = [];
    const scalers = new Map<string, string>();
    let checked = 0;
    for (const kind of ['HorizontalPodAutoscaler', 'ScaledObject']) {
      for (const { id, json } of index.of(kind)) {
        const ref = (json.spec as ScalerSpec).scaleTargetRef;
        if (!ref) continue;
        checked++;
        const target = `${ref.kind ?? 'Deployment'}/${json.metadata.namespace ?? 'default'}/${ref.name}`;
        const other = scalers.get(target);
        if (other) {
          findings.push({
            object: id,
            what: `scales ${target}, which ${other} scales too`,
            why: 'each sets the count that the other one just changed',
            fix: `give one scaler both triggers, and remove the other`,
          });
        }
        scalers.set(target, id);
        const writer = writerOf(target, index);
        const replicas = (writer?.json.spec as { replicas?: number } | undefined)?.replicas;
        if (!writer || replicas === undefined) continue;
        findings.push({
          object: writer.id,
          what: `writes replicas: ${replicas}, and ${id} scales it`,
          why: 'every deploy sets the count back, and takes pods away under load',
          fix: 'leave replicas out, and give the scaler its minimum',
        });
      }
    }
    for (const { id, json } of index.of('Rollout')) {
      const ref = (json.spec as RolloutSpec).workloadRef;
      if (!ref) continue;
      checked++;
      const namespace = json.metadata.namespace ?? 'default';
      const scaler = scalers.get(`${ref.kind ?? 'Deployment'}/${namespace}/${ref.name}`);
      if (!scaler) continue;
      findings.push({
        object: scaler,
        what: `scales ${ref.kind ?? 'Deployment'}/${namespace}/${ref.name}, whose pods ${id} makes`,
        why: 'the Rollout takes the replicas of its Deployment away: the scaler brings them back beside those of the Rollout',
        fix: `scale the Rollout: scaleTargetRef { apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: ${json.metadata.name} }`,
      });
    }
    for (const { id, json } of index.of('VerticalPodAutoscaler')) {
      const { targetRef, updatePolicy } = json.spec as VerticalSpec;
      checked++;
      if (!targetRef || updatePolicy?.updateMode === 'Off') continue;
      const target = `${targetRef.kind}/${json.metadata.namespace ?? 'default'}/${targetRef.name}`;
      const scaler = scalers.get(target);
      const resource = scaler && resourceOf(index.object(scaler)?.json);
      if (!scaler || !resource) continue;
      findings.push({
        object: id,
        what: `sets the requests of ${target}, whose ${resource} ${scaler} scales by`,
        why: `a share of the request is what the other one follows: each changes what the other one has just decided`,
        fix: "let it recommend only (updatePolicy.updateMode: 'Off')",
      });
    }
    for (const { owner, scaledBy } of rendered.facts.of('lifecycle')) {
      // Anything but an id is a word for the reader.
      if (!scaledBy?.includes('/')) continue;
      checked++;
      if (index.has(scaledBy)) continue;
      findings.push({
        object: owner,
        what: `leaves its replicas to ${scaledBy}, which does not exist`,
        why: 'nobody writes the count: it stays at one replica under any load',
        fix: 'write the scaler, or state replicas',
      });
    }
    return { findings, checked };
  },
};

/** The object that says how many replicas there are: the workload itself, or what KServe makes it of. */
const writerOf = (target: string, index: Index) =>
  index.object(target) ??
  index
    .of('LLMInferenceService')
    .find(
      ({ json: { metadata } }) =>
        target === `Deployment/${metadata.namespace}/${kserveDeployment(metadata.name)}`,
    );
