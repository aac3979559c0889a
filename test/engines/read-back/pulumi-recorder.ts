import * as pulumi from '@pulumi/pulumi';

/** One resource as the program registered it. Secrets and dependencies included. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs are JSON of any shape
  readonly inputs: any;
  readonly keep: boolean;
  /** Stays when it leaves the program. */
  readonly retained: boolean;
  /** Inputs that the engine will store encrypted. */
  readonly secrets: readonly string[];
  /** `type::name` of what it waits for. */
  readonly waitsFor: readonly string[];
  readonly provider: string;
}

/** Values that AWS would invent: each says whose it is, so that references can be read back. */
export const invented = (type: string, name: string, inputs: Record<string, unknown>) => {
  const tags = inputs.tags as Record<string, string> | undefined;
  const own = (inputs.name ?? inputs.replicationGroupId ?? inputs.identifier ?? tags?.Name ?? name) as string;
  return {
    id: own,
    state: {
      ...inputs,
      name: own,
      arn: own,
      keyId: own,
      allocationId: own,
      address: `host of ${own}`,
      primaryEndpointAddress: `host of ${own}`,
      latestVersion: 1,
      ...(type === 'random:index/randomPassword:RandomPassword' ? { result: `password of ${name}` } : {}),
      ...(type === 'aws:eks/cluster:Cluster'
        ? {
            endpoint: 'https://cluster.example.com',
            certificateAuthority: { data: 'certificate' },
            vpcConfig: { ...(inputs.vpcConfig as object), clusterSecurityGroupId: 'cluster security group' },
            identities: [{ oidcs: [{ issuer: 'https://issuer.example.com/id/0' }] }],
          }
        : {}),
    },
  };
};

/** Run a program against mocks and keep what it registers. */
export async function record(program: () => void): Promise<Registered[]> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => invented(type, name, inputs),
      call: ({ inputs }) => inputs,
    },
    'nexus',
    'test',
    false,
  );
  const recorded: Registered[] = [];
  // Mocks see inputs alone; the request beside them says what is protected and what waits for what.
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource: (request: Request, done: unknown) => unknown;
  };
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    if (request.getCustom()) recorded.push(read(request));
    return original(request, done);
  };
  program();
  await pulumi.runtime.disconnect();
  return recorded.sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}

export interface Request {
  getCustom(): boolean;
  getType(): string;
  getName(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDependenciesList(): string[];
  getProvider(): string;
}

export function read(request: Request): Registered {
  const sent = request.getObject().toJavaScript();
  const marked = (value: unknown): value is { value: unknown } =>
    typeof value === 'object' && value !== null && pulumi.runtime.specialSigKey in value;
  const inputs = Object.fromEntries(
    Object.entries(sent).map(([key, value]) => [key, marked(value) ? value.value : value]),
  );
  return {
    type: request.getType(),
    name: request.getName(),
    inputs,
    keep: request.getProtect() && request.getRetainondelete(),
    retained: request.getRetainondelete(),
    secrets: Object.keys(sent).filter((key) => marked(sent[key])),
    waitsFor: request.getDependenciesList().map((urn) => urn.split('::').slice(2).join('::')),
    provider: request.getProvider(),
  };
}
