// A Karpenter too old for the Kubernetes of the cluster.
import type { App } from 'cdk8s';
import { Karpenter } from '../../../lib/compute';
import { ground } from '../ground';

function karpenter(app: App, version: string): void {
  new Karpenter(ground(app).operators, 'karpenter', { version });
}

export function faulty(app: App): void {
  karpenter(app, '1.9.2');
}

export function repaired(app: App): void {
  karpenter(app, '1.13.0');
}
