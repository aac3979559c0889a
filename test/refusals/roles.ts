import { ApiObject, type App, JsonPatch } from 'cdk8s';
import { GatewayApiCrds, InferenceCrds, PlatformNamespace } from '../../lib/cluster';
import { EfaDevicePlugin, GpuNodePool } from '../../lib/compute';
import { declare, Layer } from '../../lib/core';
import { S3Store } from '../../lib/data';
import {
  Agentgateway,
  AgentgatewayCrds,
  DisaggregatedService,
  InferenceGateway,
  ModelCache,
} from '../../lib/serving';
import { ground } from './ground';

/** The objects of a model of two roles that somebody may change behind the back of its construct. */
export interface Roles {
  readonly decode: ApiObject;
  readonly prefill: ApiObject;
  readonly role: ApiObject;
  readonly picker: ApiObject;
}

/** A model of two roles without a fault, its gateway and its nodes, in the namespace 'apps'. */
export function roles(app: App, change: (roles: Roles) => void = () => {}): void {
  const { apps, capacity, operators } = ground(app);
  const cluster = app.node.findChild('cluster') as Layer;
  new GatewayApiCrds(cluster, 'gateway-api');
  new InferenceCrds(cluster, 'inference');
  new PlatformNamespace(cluster, 'agentgateway');
  const crds = new Layer(app, 'agentgateway-crds', { phase: 'operators', namespace: 'agentgateway' });
  new AgentgatewayCrds(crds, 'crds');
  const home = new Layer(app, 'agentgateway', {
    phase: 'operators',
    namespace: 'agentgateway',
    after: [crds],
  });
  const controller = new Agentgateway(home, 'agentgateway');
  new EfaDevicePlugin(operators, 'efa');
  const pool = new GpuNodePool(capacity, 'h100', { gpu: 'H100', perNode: 8, limit: 32, efa: true });
  const weights = new ModelCache(apps, 'weights', { bucket: new S3Store(apps, 'objects').bucket('weights') });
  const chat = new DisaggregatedService(apps, 'chat', {
    model: 'Qwen/Qwen3-32B',
    context: 32768,
    weights,
    image: 'registry.example.com/vllm-efa:v0.33.0',
    prefill: { pool, gpus: 2 },
    decode: { pool, gpus: 4 },
  });
  const { picker } = new InferenceGateway(apps, 'models', { controller }).route(chat);
  declare(apps, 'public', { object: 'Gateway/apps/models', what: 'models', declared: true });
  change({
    decode: ApiObject.of(chat.node.findChild('Server').node.findChild('Deployment')),
    prefill: ApiObject.of(
      chat.node.findChild('chat-prefill').node.findChild('Server').node.findChild('Deployment'),
    ),
    role: ApiObject.of(chat.node.findChild('Role')),
    picker: ApiObject.of(picker?.node.findChild('Picker').node.findChild('Config-etc-picker') ?? chat),
  });
}

/** Replace a field. */
export const replace = (object: ApiObject, path: string, value: unknown): void =>
  object.addJsonPatch(JsonPatch.replace(path, value));
/** Take a field away. */
export const remove = (object: ApiObject, path: string): void => object.addJsonPatch(JsonPatch.remove(path));
