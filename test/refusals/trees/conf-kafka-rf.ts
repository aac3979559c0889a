// More copies of a topic than brokers to keep them.
import type { App } from 'cdk8s';
import { StrimziKafka, StrimziOperator } from '../../../lib/data';
import { ground } from '../ground';

function kafka(app: App, replication: number): void {
  const { apps, operators } = ground(app);
  const strimzi = new StrimziOperator(operators, 'strimzi');
  new StrimziKafka(apps, 'events', { brokers: 2, replication, operator: strimzi.pods });
}

export function faulty(app: App): void {
  kafka(app, 3);
}

export function repaired(app: App): void {
  kafka(app, 2);
}
