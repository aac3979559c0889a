import { Construct } from 'constructs';
import type { IScrapeTarget } from '../../contracts';
import { images, type MetricsEndpoint, type PodGroup, toYaml, Workload } from '../../core';
import { ASKED_BY_GATEWAYS } from './asked-by-gateways';

export interface PayloadProcessorProps {
  readonly name: string;
  /** Header that gets the model. */
  readonly header: string;
}

const PORTS = { grpc: 9004, health: 9005, metrics: 9090 } as const;
const CONFIG = '/etc/processor';
/** Holds each body until it is whole. */
const SIZE = { cpu: '500m', memory: '1Gi' } as const;
const PLUGIN = 'body-field-to-header';

/**
 * llm-d's payload processor: proxies send it each request, and it writes the body's model into a header. Once it has, they
 * need it no more: one that stops cuts no answer.
 */
export class PayloadProcessor extends Construct implements IScrapeTarget {
  /** Name of its Service. */
  public readonly service: string;
  public readonly port = PORTS.grpc;
  public readonly pods: PodGroup;
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string, { name, header }: PayloadProcessorProps) {
    super(scope, id);
    const config = {
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'PayloadProcessorConfig',
      plugins: [{ type: PLUGIN, parameters: { fieldName: 'model', headerName: header } }],
      profiles: [{ name: 'default', plugins: { request: [{ pluginRef: PLUGIN }] } }],
    };
    const processor = new Workload(this, 'Processor', {
      name,
      image: images.payloadProcessor,
      args: [
        `--config-file=${CONFIG}/config.yaml`,
        `--grpc-port=${PORTS.grpc}`,
        `--grpc-health-port=${PORTS.health}`,
        `--metrics-port=${PORTS.metrics}`,
        ...ASKED_BY_GATEWAYS,
        '--enable-pprof=false',
        '--tracing=false',
        '--zap-encoder=json',
      ],
      resources: SIZE,
      config: { [CONFIG]: { 'config.yaml': toYaml(config) } },
      ports: PORTS,
      appProtocols: { grpc: 'kubernetes.io/h2c' },
      ready: { grpc: 'health', service: 'envoy.service.ext_proc.v3.ExternalProcessor' },
      startupSeconds: 60,
      user: 65532,
      // Does not start outside a cluster, though these plugins ask the API server nothing.
      apiAccess: true,
    });
    this.service = processor.name;
    this.pods = processor.pods;
    this.metrics = [processor.metrics('metrics')];
  }
}
