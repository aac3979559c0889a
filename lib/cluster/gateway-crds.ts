import type { Construct } from 'constructs';
import { CrdSet, type KubeObject } from '../core';
import { crdOf } from '../schemas';

const GATEWAY = 'gateway.networking.k8s.io/v1';

/** What gateways watch of the standard channel. */
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

/** Kinds of Envoy Gateway that ours are of, and that Envoy AI Gateway writes. Its controller does without the others. */
const ENVOY_KINDS = [
  'Backend',
  'BackendTrafficPolicy',
  'ClientTrafficPolicy',
  'EnvoyProxy',
  'HTTPRouteFilter',
];

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

/** Kinds of Envoy Gateway: its chart of them is larger than a release may be, and brings the experimental channel along. */
export class EnvoyGatewayCrds extends CrdSet {
  constructor(scope: Construct, id: string) {
    super(
      scope,
      id,
      ENVOY_KINDS.map((kind) => crd('gateway.envoyproxy.io/v1alpha1', kind)),
    );
  }
}

function crd(apiVersion: string, kind: string): KubeObject {
  const found = crdOf(apiVersion, kind);
  if (!found) throw new Error(`no CustomResourceDefinition of ${apiVersion} ${kind} is at hand`);
  return found as unknown as KubeObject;
}
