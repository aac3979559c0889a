import { describe, expect, test } from 'vitest';
import { podsAreDeclared } from '../../lib/proofs/pods-are-declared';
import { custom, podSpec, refusals } from './scene';

describe('pods-are-declared', () => {
  const kafka = custom('kafka.strimzi.io/v1', 'Kafka', 'events', {});
  const pods = (maker: string) =>
    ({
      owner: `${maker}#broker`,
      maker: 'operator',
      namespace: 'apps',
      replicas: 3,
      maxReplicas: 3,
      template: { metadata: { labels: {} }, spec: podSpec() },
    }) as never;

  test('an object whose operator makes pods that nobody declares', () => {
    expect(refusals(podsAreDeclared, { objects: [kafka] })).toMatchInlineSnapshot(`
      "Kafka/apps/events: makes pods, and none of them is declared
        why: nothing proves that they have a node, a policy, and a namespace that admits them
        fix: declare them with DeclaredPods beside the object"
    `);
    expect(
      refusals(podsAreDeclared, { objects: [kafka], facts: { pods: [pods('Kafka/apps/events')] } }),
    ).toBe('');
  });

  test('declared pods that nothing makes', () => {
    const facts = { pods: [pods('Kafka/apps/events'), pods('Kafka/apps/evnts')] };
    expect(refusals(podsAreDeclared, { objects: [kafka], facts })).toMatchInlineSnapshot(`
      "Kafka/apps/evnts#broker: is declared to be made by Kafka/apps/evnts, which does not exist; did you mean Kafka/apps/events?
        why: pods that nobody makes would stand in for those that are missing
        fix: name Kafka/apps/events"
    `);
  });
});
