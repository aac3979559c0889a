import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { MetricsEndpoint } from '../../core';
import { envoyFilter } from './envoy-filter';
import type { Fleet } from './fleet';
import { HeaderModelRoutes, MODEL_HEADER } from './model-routes';
import { PayloadProcessor } from './payload-processor';

/** A header that llm-d's payload processor writes, whom Istio's proxies ask before they choose a route. */
export class IstioModelRoutes extends HeaderModelRoutes {
  public readonly cannotShare =
    'Istio asks the picker of the last pool of a rule for all of them: to the others it sends what nobody chose';
  private readonly processor: PayloadProcessor;

  constructor(gateway: Construct, fleet: Fleet, bodyMiB: number) {
    super(gateway, fleet);
    this.processor = new PayloadProcessor(gateway, 'Processor', {
      name: `${fleet.name}-processor`,
      header: MODEL_HEADER,
    });
    const { pods, port, service } = this.processor;
    pods.allowFrom(fleet.pods, { port, why: 'model of a request' });
    this.reach(service);
    envoyFilter(gateway, 'Models', fleet, [
      {
        name: 'envoy.filters.http.lua',
        type: 'lua.v3.Lua',
        config: { default_source_code: { inline_string: judge(bodyMiB) } },
      },
      {
        // Not the name that Istio gives its own: what a route says of that one is for pickers.
        name: 'envoy.filters.http.ext_proc.models',
        type: 'ext_proc.v3.ExternalProcessor',
        config: {
          grpc_service: { envoy_grpc: { cluster_name: `outbound|${port}||${this.hostOf(service)}` } },
          // Without its model a request has no route.
          failure_mode_allow: false,
          processing_mode: {
            request_header_mode: 'SEND',
            // In pieces: whole, a body above 4 MiB is more than its gRPC takes.
            request_body_mode: 'FULL_DUPLEX_STREAMED',
            request_trailer_mode: 'SEND',
            response_header_mode: 'SKIP',
            response_body_mode: 'NONE',
            response_trailer_mode: 'SKIP',
          },
        },
      },
    ]);
  }

  public get metrics(): readonly MetricsEndpoint[] {
    return this.processor.metrics;
  }

  /** Pickers and the processor encrypt with certificates of their own making; Istio would speak plain text. */
  public reach(service: string): void {
    new ApiObject(this.gateway, `Rule-${service}`, {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: service, namespace: this.fleet.namespace },
      spec: {
        host: this.hostOf(service),
        trafficPolicy: { tls: { mode: 'SIMPLE', insecureSkipVerify: true } },
      },
    });
  }

  private hostOf(service: string): string {
    return `${service}.${this.fleet.namespace}.svc.cluster.local`;
  }
}

/**
 * Bodies go on in pieces, so nobody could count them in time: what counts is the length that a request announces. Which
 * model it is for, its body alone says.
 */
const judge = (bodyMiB: number): string => `function envoy_on_request(handle)
  local headers = handle:headers()
  headers:remove("${MODEL_HEADER}")
  local length = headers:get("content-length")
  if length == nil then
    if headers:get(":method") == "POST" then
      handle:respond({[":status"] = "411"}, "send a content-length")
    end
  elseif tonumber(length) > ${bodyMiB * 1024 * 1024} then
    handle:respond({[":status"] = "413"}, "the body is larger than ${bodyMiB} MiB")
  end
end
`;
