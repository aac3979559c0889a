import type { Construct } from 'constructs';
import { CrdSet, type KubeObject } from '../core';
import { crdOf } from '../schemas';

const GATEWAY = 'gateway.networking.k8s.io/v1';

/** What agentgateway watches of the standard channel. */
const GATEWAY_KINDS = [
  'BackendTLSPolicy',
  'GRPCRoute',
  'Gateway',
  'GatewayClass',
  'HTTPRoute',
  'ListenerSet',
  'ReferenceGrant',
  'TCPRoute',
  'TLSRoute',
];

/** Pools of model servers, and what the endpoint picker reads beside them. */
const INFERENCE_KINDS = [
  ['inference.networking.k8s.io/v1', 'InferencePool'],
  ['llm-d.ai/v1alpha2', 'InferenceModelRewrite'],
  ['llm-d.ai/v1alpha2', 'InferenceObjective'],
] as const;

/** The Gateway API's standard channel, which no installable chart brings: the only one is larger than a release may be. */
export class GatewayApiCrds extends CrdSet {
  constructor(scope: Construct, id: string) {
    super(
      scope,
      id,
      GATEWAY_KINDS.map((kind) => crd(GATEWAY, kind)),
    );
  }
}

/** Kinds of the inference extension and of llm-d's endpoint picker; neither project has a chart for them. */
export class InferenceCrds extends CrdSet {
  constructor(scope: Construct, id: string) {
    super(
      scope,
      id,
      INFERENCE_KINDS.map(([apiVersion, kind]) => crd(apiVersion, kind)),
    );
  }
}

function crd(apiVersion: string, kind: string): KubeObject {
  const found = crdOf(apiVersion, kind);
  if (!found) throw new Error(`no CustomResourceDefinition of ${apiVersion} ${kind} is at hand`);
  return found as unknown as KubeObject;
}
