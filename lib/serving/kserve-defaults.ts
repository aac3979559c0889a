import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { namespaceOf } from '../core';

/**
 * The template that KServe's controller merges below every service of its namespace, without anything in it: the one of
 * its installation has a hook before the stop that stands beside ours (two of them are no valid pod), a fixed start of ten
 * minutes, a fixed grace of one, and another image. One for each namespace with models on KServe.
 */
export class KServeDefaults extends Construct {
  public readonly namespace: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.namespace = namespaceOf(this);
    new ApiObject(this, 'Config', {
      apiVersion: 'serving.kserve.io/v1alpha2',
      kind: 'LLMInferenceServiceConfig',
      // The name decides: the controller looks for it here before it looks in its own namespace.
      metadata: { name: 'kserve-config-llm-template', namespace: this.namespace },
      spec: {},
    });
  }
}
