import { kserveDeployment, nearest, type RenderedObject } from '../core';
import { groupOf } from './kinds';
import type { Proof, Refusal } from './proof';

/** Kinds from which an operator makes pods that no manifest shows. */
const MAKERS = new Set([
  'clickhouse-keeper.altinity.com/ClickHouseKeeperInstallation',
  'clickhouse.altinity.com/ClickHouseInstallation',
  'kafka.strimzi.io/Kafka',
  'leaderworkerset.x-k8s.io/LeaderWorkerSet',
  'milvus.io/Milvus',
  'monitoring.coreos.com/Alertmanager',
  'monitoring.coreos.com/Prometheus',
  'postgresql.cnpg.io/Cluster',
  'postgresql.cnpg.io/Pooler',
  'serving.kserve.io/LLMInferenceService',
]);

/** Who makes the pods of an object: KServe by a Deployment of its own. */
const making = ({ id, json: { kind, metadata } }: RenderedObject): string =>
  kind === 'LLMInferenceService' ? `Deployment/${metadata.namespace}/${kserveDeployment(metadata.name)}` : id;

/**
 * Pods that operators make are declared, and what is declared has a maker: no other proof sees them otherwise.
 *
 * Fails: a Kafka object without declared brokers: their room, their policy and their security level go unproven.
 */
export const podsAreDeclared: Proof = {
  name: 'pods-are-declared',
  about: 'Pods that operators and charts make are declared, and every declaration has its maker.',
  check({ rendered, index }) {
    const declared = rendered.facts.of('pods').filter((pods) => pods.maker !== 'object');
    const releases = rendered.facts
      .of('release')
      .map(({ namespace, name }) => `release/${namespace}/${name}`);
    const makerOf = (owner: string) => owner.split('#')[0];
    // Templates of ours are read from the object itself.
    const makers = new Set(rendered.facts.of('pods').map((pods) => makerOf(pods.owner)));
    const findings: Refusal[] = [];
    for (const { owner: object } of declared) {
      const maker = makerOf(object);
      if (releases.includes(maker) || index.has(maker)) continue;
      const [kind, namespace] = maker.split('/');
      const ids = index.namesOf(kind, namespace).map((name) => `${kind}/${namespace}/${name}`);
      const meant = nearest(maker, [...ids, ...releases]);
      findings.push({
        object,
        what: `is declared to be made by ${maker}, which does not exist${meant ? `; did you mean ${meant}?` : ''}`,
        why: 'pods that nobody makes would stand in for those that are missing',
        fix: meant
          ? `name ${meant}`
          : 'write the object or the release that makes them, or drop the declaration',
      });
    }
    const all = rendered.objects.filter(({ json }) => MAKERS.has(`${groupOf(json.apiVersion)}/${json.kind}`));
    for (const object of all) {
      if (makers.has(making(object))) continue;
      findings.push({
        object: object.id,
        what: 'makes pods, and none of them is declared',
        why: 'nothing proves that they have a node, a policy, and a namespace that admits them',
        fix:
          object.json.kind === 'LLMInferenceService'
            ? 'write spec.template, or use KServeService'
            : 'declare them with DeclaredPods beside the object',
      });
    }
    return { findings, checked: declared.length + all.length };
  },
};
