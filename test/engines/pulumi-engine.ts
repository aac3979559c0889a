import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { invented, type Registered, read } from './read-back/pulumi-recorder';

export interface PulumiRun {
  readonly exitCode: number | null;
  readonly output: string;
  /** As the mocks record them, so that both are read back by the same eyes. */
  readonly resources: readonly Registered[];
}

const SDK = dirname(require.resolve('@pulumi/pulumi/package.json'));
// biome-ignore lint/suspicious/noExplicitAny: generated code without usable types
type Generated = any;
const proto = (name: string): Generated => require(join(SDK, 'proto', name));
const resource = proto('resource_pb');
const engine = proto('engine_pb');
const struct = require('google-protobuf/google/protobuf/struct_pb') as Generated;
const empty = require('google-protobuf/google/protobuf/empty_pb') as Generated;

type Handler = (request: Generated, reply: (response: Generated) => void) => void;

const serve = (handlers: Record<string, Handler>): UntypedServiceImplementation =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      (call: ServerUnaryCall<Generated, Generated>, done: sendUnaryData<Generated>) =>
        handle(call.request, (response) => done(null, response)),
    ]),
  );

/**
 * Run a program in the real Node runtime of Pulumi against an engine that records what is registered. It proves the
 * program, its inputs, order and secrets; it says nothing of what providers make of them.
 */
export async function runPulumi(program: string, stack: string, cwd: string): Promise<PulumiRun> {
  const resources: Registered[] = [];
  let output = '';
  const project = 'nexus';
  const server = new Server();
  server.addService(
    proto('resource_grpc_pb').ResourceMonitorService,
    serve({
      supportsFeature: (request, reply) => {
        const response = new resource.SupportsFeatureResponse();
        const known = ['secrets', 'resourceReferences', 'outputValues', 'aliasSpecs', 'deletedWith'];
        response.setHassupport(known.includes(request.getId()));
        reply(response);
      },
      registerResource: (request, reply) => {
        const [type, name] = [request.getType(), request.getName()];
        const urn = `urn:pulumi:${stack}::${project}::${type}::${name}`;
        const registered = read(request);
        if (request.getCustom()) resources.push(registered);
        const made = invented(type, name, registered.inputs);
        const response = new resource.RegisterResourceResponse();
        response.setUrn(urn);
        if (request.getCustom()) response.setId(made.id);
        response.setObject(struct.Struct.fromJavaScript(made.state));
        reply(response);
      },
      registerResourceOutputs: (_request, reply) => reply(new empty.Empty()),
      invoke: (_request, reply) => {
        const response = new (proto('provider_pb').InvokeResponse)();
        response.setReturn(struct.Struct.fromJavaScript({}));
        reply(response);
      },
      registerPackage: (_request, reply) => {
        const response = new resource.RegisterPackageResponse();
        response.setRef('package');
        reply(response);
      },
    }),
  );
  let root = '';
  server.addService(
    proto('engine_grpc_pb').EngineService,
    serve({
      log: (request, reply) => {
        output += `${request.getMessage()}\n`;
        reply(new empty.Empty());
      },
      getRootResource: (_request, reply) => {
        const response = new engine.GetRootResourceResponse();
        response.setUrn(root);
        reply(response);
      },
      setRootResource: (request, reply) => {
        root = request.getUrn();
        reply(new engine.SetRootResourceResponse());
      },
    }),
  );
  const port = await new Promise<number>((done, failed) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? failed(error) : done(bound),
    ),
  );
  const address = `127.0.0.1:${port}`;
  const args = [
    '--import=tsx',
    join(SDK, 'cmd/run'),
    ...['--monitor', address, '--engine', address, '--project', project, '--stack', stack],
    ...['--pwd', cwd, '--parallel', '16', program],
  ];
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: 'false', PULUMI_CONFIG: '{}' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const exitCode = await new Promise<number | null>((done) => child.on('close', done));
  server.forceShutdown();
  return { exitCode, output, resources };
}
