import type { FoundationPlan } from '../../../lib/aws';

/** What a foundation is, in words of no engine: the plan says it, and each realization is read back into it. */
export type Foundation = Record<string, unknown>;

export const byKey = <T>(items: readonly T[], key: (item: T) => string, value: (item: T) => unknown) =>
  Object.fromEntries(items.map((item) => [key(item), value(item)]));

export function fromPlan(plan: FoundationPlan): Foundation {
  const keyOf = (id: string) => plan.keys.find((key) => key.id === id)?.alias;
  const roleOf = (id: string) => plan.roles.find((role) => role.id === id)?.name;
  const { network, cluster } = plan;
  const group = (id: string) => `${plan.name}-${id}`;
  return {
    tags: plan.tags,
    keys: byKey(
      plan.keys,
      (key) => key.alias,
      ({ description, policy, rotation, deletionDays, keep }) => ({
        description,
        policy,
        rotation,
        deletionDays,
        keep,
      }),
    ),
    logGroups: byKey(
      plan.logGroups,
      (group_) => group_.name,
      ({ retentionDays, keep }) => ({ retentionDays, keep }),
    ),
    roles: byKey(
      plan.roles,
      (role) => role.name,
      ({ trust, managedPolicies, policy }) => ({ trust, managedPolicies, policy: policy ?? null }),
    ),
    vpc: { name: network.name, cidr: network.cidr, dns: [network.dnsSupport, network.dnsHostnames] },
    subnets: byKey(
      network.subnets,
      (subnet) => subnet.name,
      ({ zone, cidr, routeTable, publicAddresses, tags }) => ({
        zone,
        cidr,
        routeTable,
        publicAddresses,
        tags: { ...tags },
      }),
    ),
    egress: byKey(
      network.routeTables,
      (table) => table.name,
      ({ egress }) => (typeof egress === 'string' ? egress : egress.nat),
    ),
    nats: byKey(
      network.natGateways,
      (nat) => nat.name,
      (nat) => nat.subnet,
    ),
    endpoints: byKey(
      network.gatewayEndpoints,
      (endpoint) => endpoint.service,
      (endpoint) => endpoint.routeTables,
    ),
    flowLogs: { ...network.flowLogs, role: roleOf(network.flowLogs.role) },
    cluster: {
      name: cluster.name,
      version: cluster.version,
      role: roleOf(cluster.role),
      key: keyOf(cluster.key),
      subnets: cluster.subnets,
      endpoint: cluster.endpoint,
      serviceCidr: cluster.serviceCidr,
      logs: cluster.logs,
      authentication: cluster.authentication,
      creatorAdmin: cluster.creatorAdmin,
      selfManagedAddons: cluster.selfManagedAddons,
      autoMode: [cluster.autoMode, cluster.autoMode, cluster.autoMode],
      support: cluster.support,
      deletionProtection: cluster.deletionProtection,
      audiences: cluster.audiences,
      waitsFor: [cluster.logGroup],
    },
    access: byKey(
      plan.accessEntries,
      ({ principal }) => ('arn' in principal ? principal.arn : `${roleOf(principal.role)}`),
      ({ type, policies }) => ({ type, policies }),
    ),
    addons: byKey(
      plan.addons,
      (addon) => addon.name,
      ({ version, configuration, identity, beforeNodes, after, conflicts }) => ({
        version,
        configuration: configuration ?? null,
        identity: identity ? { serviceAccount: identity.serviceAccount, role: roleOf(identity.role) } : null,
        conflicts,
        waitsFor: [...after, ...(beforeNodes ? [] : plan.nodeGroups.map((nodes) => `nodes:${nodes.name}`))],
      }),
    ),
    nodeGroups: byKey(
      plan.nodeGroups,
      (nodes) => nodes.name,
      ({ name: _, ...nodes }) => ({
        ...nodes,
        role: roleOf(nodes.role),
        waitsFor: plan.addons
          .filter((addon) => addon.beforeNodes)
          .map((addon) => addon.name)
          .sort(),
      }),
    ),
    associations: plan.associations
      .map(({ namespace, serviceAccount, role }) => `${namespace}/${serviceAccount} is ${roleOf(role)}`)
      .sort(),
    queues: byKey(
      plan.queues,
      (queue) => queue.name,
      ({ retentionSeconds, encrypted, policy, rules }) => ({
        retentionSeconds,
        encrypted,
        policy,
        rules: byKey(
          rules,
          (rule) => rule.name,
          ({ source, detailType }) => ({ source, detailType }),
        ),
      }),
    ),
    buckets: byKey(
      plan.buckets,
      (bucket) => bucket.name,
      ({ id: _, name: __, ...bucket }) => ({ ...bucket, key: keyOf(bucket.key) }),
    ),
    subnetGroups: byKey(
      plan.subnetGroups,
      (each) => each.name,
      ({ service, subnets, keep }) => ({ service, subnets, keep }),
    ),
    securityGroups: byKey(
      plan.securityGroups,
      (each) => each.name,
      ({ description, clusterPort, egressCidr, keep }) => ({ description, clusterPort, egressCidr, keep }),
    ),
    databases: byKey(
      plan.databases,
      (database) => database.name,
      ({ id: _, name: __, secret, password, parameterGroup, network: at, ...database }) => ({
        ...database,
        key: keyOf(database.key),
        parameters: { family: parameterGroup.family, ...parameterGroup.parameters },
        subnetGroup: group(at),
        securityGroup: group(at),
        password: secret.path,
      }),
    ),
    caches: byKey(
      plan.caches,
      (cache) => cache.name,
      ({
        id: _,
        name: __,
        tls,
        token,
        tokenSecret,
        secret,
        finalSnapshot,
        parameterGroup,
        network: at,
        ...cache
      }) => ({
        ...cache,
        tls: [true, tls],
        key: keyOf(cache.key),
        parameters: { family: parameterGroup.family, ...parameterGroup.parameters },
        subnetGroup: group(at),
        securityGroup: group(at),
        password: tokenSecret.path,
      }),
    ),
    secrets: {
      ...byKey(
        plan.suppliedSecrets,
        (secret) => secret.path,
        (secret) => ({
          description: secret.description,
          key: keyOf(secret.key),
          keep: secret.keep,
          keys: [],
        }),
      ),
      ...byKey(
        plan.databases,
        ({ secret }) => secret.path,
        ({ secret }) => ({
          description: secret.description,
          key: keyOf(secret.key),
          keep: secret.keep,
          keys: ['dbname', 'host', 'password', 'port', 'username'],
        }),
      ),
      ...byKey(
        plan.caches,
        ({ secret }) => secret.path,
        ({ secret }) => ({
          description: secret.description,
          key: keyOf(secret.key),
          keep: secret.keep,
          keys: ['host', 'password', 'port'],
        }),
      ),
      ...byKey(
        plan.caches,
        ({ tokenSecret }) => tokenSecret.path,
        ({ tokenSecret: secret }) => ({
          description: secret.description,
          key: keyOf(secret.key),
          keep: secret.keep,
          keys: ['(whole)'],
        }),
      ),
    },
    passwords: {
      ...byKey(
        plan.databases,
        ({ secret }) => secret.path,
        ({ password }) => password,
      ),
      ...byKey(
        plan.caches,
        ({ tokenSecret }) => tokenSecret.path,
        ({ token }) => token,
      ),
    },
    parameters: {
      [plan.parameters.clusterSecurityGroupId]: { type: 'String', value: 'cluster security group' },
      [plan.parameters.subnetIds]: {
        type: 'StringList',
        value: network.subnets
          .filter((subnet) => subnet.kind === 'nodes')
          .map((subnet) => subnet.name)
          .join(','),
      },
    },
  };
}
