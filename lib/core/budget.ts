import { k8s } from 'cdk8s-plus-30';
import type { Construct } from 'constructs';
import type { Labels } from './kube';

/** Lets drains take one of these pods at a time. */
export function oneAtATime(
  scope: Construct,
  metadata: { readonly name: string; readonly namespace: string },
  labels: Labels,
): void {
  new k8s.KubePodDisruptionBudget(scope, 'Budget', {
    metadata,
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: { ...labels } } },
  });
}
