// A consumer of a topic that nobody makes.
import type { App } from 'cdk8s';
import { StrimziKafka, StrimziOperator } from '../../../lib/data';
import { ground, service } from '../ground';

function consumer(app: App, topic: string): void {
  const { apps, operators } = ground(app);
  const strimzi = new StrimziOperator(operators, 'strimzi');
  const events = new StrimziKafka(apps, 'events', { operator: strimzi.pods });
  events.topic('documents');
  const { pods } = service(apps, 'ingest');
  events.connect(apps, { name: 'ingest', pods: [pods], topics: [topic] });
}

export function faulty(app: App): void {
  consumer(app, 'document');
}

export function repaired(app: App): void {
  consumer(app, 'documents');
}
