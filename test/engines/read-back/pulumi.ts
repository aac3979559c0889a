import { OIDC_ISSUER } from '../../../lib/aws';
import { byKey, type Foundation } from './plan';
import type { Registered } from './pulumi-recorder';

// biome-ignore lint/suspicious/noExplicitAny: inputs are JSON of any shape
type Json = any;

/** Read registrations back: what AWS would invent has been made up as the name of its owner. */
export function fromRegistrations(all: readonly Registered[]): Foundation {
  const of = (type: string) => {
    const [module, kind] = type.split('.');
    const file = kind[0].toLowerCase() + kind.slice(1);
    return all.filter((resource) => resource.type === `aws:${module}/${file}:${kind}`);
  };
  const physical = ({ inputs, name }: Registered): string => inputs.name ?? inputs.tags?.Name ?? name;
  const alias = (key: string) => of('kms.Alias').find((each) => each.inputs.targetKeyId === key)?.inputs.name;
  const ownTags = (tags: Record<string, string>) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => key !== 'Name'));
  const document = (text: string) =>
    JSON.parse(text.replaceAll('issuer.example.com/id/0', OIDC_ISSUER)) as unknown;
  const waitsFor = (resource: Registered, types: readonly string[]) =>
    resource.waitsFor
      .map((urn) => urn.split('::'))
      .filter(([type]) => types.includes(type))
      .map(([type, name]) => (type === NODES ? `nodes:${name}` : name))
      .sort();
  const parametersOf = (group: Registered | undefined) => ({
    family: group?.inputs.family,
    ...Object.fromEntries((group?.inputs.parameters ?? []).map(({ name, value }: Json) => [name, value])),
  });
  const named = (type: string, name: string) => of(type).find((each) => physical(each) === name);
  const content = (path: string) =>
    of('secretsmanager.SecretVersion').find((each) => each.inputs.secretId === path);
  const secretKeys = (path: string) => {
    const version = content(path);
    if (!version) return [];
    if (!version.secrets.includes('secretString')) throw new Error(`${path} is not marked secret`);
    const text: string = version.inputs.secretString;
    return text.startsWith('{') ? Object.keys(JSON.parse(text)).sort() : ['(whole)'];
  };
  const passwordOf = ({ inputs, secrets }: Registered, field: string) =>
    secrets.includes(field) ? inputs[field].replace('password of ', '') : 'not marked secret';

  const provider = all.find((resource) => resource.type === 'pulumi:providers:aws');
  const [vpc] = of('ec2.Vpc');
  const [cluster] = of('eks.Cluster');
  const c = cluster.inputs;
  const flow = of('ec2.FlowLog')[0].inputs;
  const bucketPart = (type: string, name: string) => of(type).find((each) => each.name === name)?.inputs;
  return {
    tags: JSON.parse(provider?.inputs.defaultTags).tags,
    keys: byKey(
      of('kms.Key'),
      (key) => alias(key.name),
      ({ inputs, keep }) => ({
        description: inputs.description,
        policy: document(inputs.policy),
        rotation: inputs.enableKeyRotation,
        deletionDays: inputs.deletionWindowInDays,
        keep,
      }),
    ),
    logGroups: byKey(of('cloudwatch.LogGroup'), physical, ({ inputs, keep }) => ({
      retentionDays: inputs.retentionInDays,
      keep,
    })),
    roles: byKey(of('iam.Role'), physical, (role) => {
      const attached = of('iam.RolePolicyAttachment').filter((each) => each.inputs.role === physical(role));
      const own = of('iam.RolePolicy').find((each) => each.inputs.role === physical(role));
      return {
        trust: document(role.inputs.assumeRolePolicy),
        managedPolicies: attached.map(({ inputs }) => inputs.policyArn),
        policy: own ? document(own.inputs.policy) : null,
      };
    }),
    vpc: {
      name: physical(vpc),
      cidr: vpc.inputs.cidrBlock,
      dns: [vpc.inputs.enableDnsSupport, vpc.inputs.enableDnsHostnames],
    },
    subnets: byKey(of('ec2.Subnet'), physical, (subnet) => ({
      zone: subnet.inputs.availabilityZone,
      cidr: subnet.inputs.cidrBlock,
      routeTable: of('ec2.RouteTableAssociation').find((each) => each.inputs.subnetId === physical(subnet))
        ?.inputs.routeTableId,
      publicAddresses: subnet.inputs.mapPublicIpOnLaunch,
      tags: ownTags(subnet.inputs.tags),
    })),
    egress: byKey(of('ec2.RouteTable'), physical, (table) => {
      const route = of('ec2.Route').find((each) => each.inputs.routeTableId === physical(table))?.inputs;
      if (!route) return 'none';
      if (route.destinationCidrBlock !== '0.0.0.0/0') return route.destinationCidrBlock;
      return route.gatewayId === physical(of('ec2.InternetGateway')[0]) ? 'internet' : route.natGatewayId;
    }),
    nats: byKey(of('ec2.NatGateway'), physical, (nat) => nat.inputs.subnetId),
    endpoints: byKey(
      of('ec2.VpcEndpoint'),
      ({ inputs }) => inputs.serviceName,
      ({ inputs }) => inputs.routeTableIds,
    ),
    flowLogs: {
      logGroup: flow.logDestination,
      role: flow.iamRoleArn,
      traffic: flow.trafficType,
      aggregationSeconds: flow.maxAggregationInterval,
    },
    cluster: {
      name: c.name,
      version: c.version,
      role: c.roleArn,
      key: alias(c.encryptionConfig.provider.keyArn),
      subnets: c.vpcConfig.subnetIds,
      endpoint: {
        private: c.vpcConfig.endpointPrivateAccess,
        public: c.vpcConfig.endpointPublicAccess,
        publicCidrs: c.vpcConfig.publicAccessCidrs ?? [],
      },
      serviceCidr: c.kubernetesNetworkConfig.serviceIpv4Cidr,
      logs: c.enabledClusterLogTypes,
      authentication: c.accessConfig.authenticationMode,
      creatorAdmin: c.accessConfig.bootstrapClusterCreatorAdminPermissions,
      selfManagedAddons: c.bootstrapSelfManagedAddons,
      autoMode: [
        c.computeConfig.enabled,
        c.storageConfig.blockStorage.enabled,
        c.kubernetesNetworkConfig.elasticLoadBalancing.enabled,
      ],
      support: c.upgradePolicy.supportType,
      deletionProtection: c.deletionProtection,
      audiences: of('iam.OpenIdConnectProvider')[0].inputs.clientIdLists,
      waitsFor: waitsFor(cluster, ['aws:cloudwatch/logGroup:LogGroup']),
    },
    access: byKey(
      of('eks.AccessEntry'),
      ({ inputs }) => inputs.principalArn,
      ({ inputs }) => ({
        type: inputs.type,
        policies: of('eks.AccessPolicyAssociation')
          .filter((each) => each.inputs.principalArn === inputs.principalArn)
          .map((each) => each.inputs.policyArn),
      }),
    ),
    addons: byKey(
      of('eks.Addon'),
      ({ inputs }) => inputs.addonName,
      (addon) => {
        const { inputs } = addon;
        const [identity] = inputs.podIdentityAssociations ?? [];
        return {
          version: inputs.addonVersion,
          configuration: inputs.configurationValues ? JSON.parse(inputs.configurationValues) : null,
          identity: identity ? { serviceAccount: identity.serviceAccount, role: identity.roleArn } : null,
          conflicts:
            inputs.resolveConflictsOnUpdate === inputs.resolveConflictsOnCreate &&
            inputs.resolveConflictsOnCreate,
          waitsFor: waitsFor(addon, [ADDON, NODES]),
        };
      },
    ),
    nodeGroups: byKey(
      of('eks.NodeGroup'),
      ({ inputs }) => inputs.nodeGroupName,
      (group) => {
        const { inputs } = group;
        const template = named('ec2.LaunchTemplate', inputs.launchTemplate.id)?.inputs;
        const [{ deviceName, ebs }] = template.blockDeviceMappings;
        const [instance, volume] = template.tagSpecifications;
        return {
          role: inputs.nodeRoleArn,
          subnets: inputs.subnetIds,
          instanceTypes: inputs.instanceTypes,
          amiType: inputs.amiType,
          capacity: inputs.capacityType,
          size: {
            min: inputs.scalingConfig.minSize,
            desired: inputs.scalingConfig.desiredSize,
            max: inputs.scalingConfig.maxSize,
          },
          maxUnavailable: inputs.updateConfig.maxUnavailable,
          labels: inputs.labels,
          taints: inputs.taints,
          launchTemplate: {
            name: template.name,
            httpTokens: template.metadataOptions.httpTokens,
            hopLimit: template.metadataOptions.httpPutResponseHopLimit,
            volume: {
              device: deviceName,
              type: ebs.volumeType,
              sizeGiB: ebs.volumeSize,
              encrypted: ebs.encrypted === 'true',
            },
            tags: JSON.stringify(instance.tags) === JSON.stringify(volume.tags) && instance.tags,
          },
          waitsFor: waitsFor(group, [ADDON]),
        };
      },
    ),
    associations: of('eks.PodIdentityAssociation')
      .map(({ inputs }) => `${inputs.namespace}/${inputs.serviceAccount} is ${inputs.roleArn}`)
      .sort(),
    queues: byKey(of('sqs.Queue'), physical, (queue) => ({
      retentionSeconds: queue.inputs.messageRetentionSeconds,
      encrypted: queue.inputs.sqsManagedSseEnabled,
      policy: document(
        of('sqs.QueuePolicy').find((each) => each.inputs.queueUrl === physical(queue))?.inputs.policy,
      ),
      rules: byKey(
        of('cloudwatch.EventRule').filter((rule) =>
          of('cloudwatch.EventTarget').some(
            ({ inputs }) => inputs.rule === physical(rule) && inputs.arn === physical(queue),
          ),
        ),
        physical,
        ({ inputs }) => {
          const pattern = JSON.parse(inputs.eventPattern);
          return { source: pattern.source[0], detailType: pattern['detail-type'][0] };
        },
      ),
    })),
    buckets: byKey(
      of('s3.Bucket'),
      ({ inputs }) => inputs.bucket,
      ({ name, keep }) => {
        const [encryption] = bucketPart('s3.BucketServerSideEncryptionConfiguration', name).rules;
        const [rule] = bucketPart('s3.BucketLifecycleConfiguration', name).rules;
        const { bucket: _, ...block } = bucketPart('s3.BucketPublicAccessBlock', name);
        return {
          key: alias(encryption.applyServerSideEncryptionByDefault.kmsMasterKeyId),
          bucketKey: encryption.bucketKeyEnabled,
          versioned: bucketPart('s3.BucketVersioning', name).versioningConfiguration.status === 'Enabled',
          blockPublic: Object.values(block).filter(Boolean).length === 4,
          ownership: bucketPart('s3.BucketOwnershipControls', name).rule.objectOwnership,
          policy: document(bucketPart('s3.BucketPolicy', name).policy),
          lifecycle: {
            abortUploadDays: rule.abortIncompleteMultipartUpload.daysAfterInitiation,
            noncurrentDays: rule.noncurrentVersionExpiration.noncurrentDays,
            ...(rule.expiration ? { expireDays: rule.expiration.days } : {}),
          },
          keep,
        };
      },
    ),
    subnetGroups: byKey(
      [...of('rds.SubnetGroup'), ...of('elasticache.SubnetGroup')],
      physical,
      ({ type, inputs, keep }) => ({
        service: type.includes('rds') ? 'rds' : 'elasticache',
        subnets: inputs.subnetIds,
        keep,
      }),
    ),
    securityGroups: byKey(of('ec2.SecurityGroup'), physical, ({ inputs, keep }) => ({
      description: inputs.description,
      clusterPort:
        inputs.ingress.length === 1 &&
        inputs.ingress[0].securityGroups.join() === 'cluster security group' &&
        inputs.ingress[0].fromPort,
      egressCidr: inputs.egress[0].cidrBlocks.join(),
      keep,
    })),
    databases: byKey(
      of('rds.Instance'),
      ({ inputs }) => inputs.identifier,
      (database) => {
        const { inputs, keep } = database;
        return {
          engine: inputs.engine,
          engineVersion: inputs.engineVersion,
          instanceClass: inputs.instanceClass,
          storage: {
            type: inputs.storageType,
            sizeGiB: inputs.allocatedStorage,
            maxGiB: inputs.maxAllocatedStorage,
            encrypted: inputs.storageEncrypted,
          },
          key: alias(inputs.kmsKeyId),
          port: inputs.port,
          publiclyAccessible: inputs.publiclyAccessible,
          multiAz: inputs.multiAz,
          backupDays: inputs.backupRetentionPeriod,
          copyTagsToSnapshots: inputs.copyTagsToSnapshot,
          deletionProtection: inputs.deletionProtection,
          autoMinorUpgrade: inputs.autoMinorVersionUpgrade,
          caCertificate: inputs.caCertIdentifier,
          iamAuthentication: inputs.iamDatabaseAuthenticationEnabled,
          insights: {
            enabled:
              inputs.performanceInsightsEnabled && inputs.performanceInsightsKmsKeyId === inputs.kmsKeyId,
            mode: inputs.databaseInsightsMode,
            retentionDays: inputs.performanceInsightsRetentionPeriod,
          },
          logExports: inputs.enabledCloudwatchLogsExports,
          logGroups: waitsFor(database, ['aws:cloudwatch/logGroup:LogGroup']),
          parameters: parametersOf(named('rds.ParameterGroup', inputs.parameterGroupName)),
          subnetGroup: inputs.dbSubnetGroupName,
          securityGroup: inputs.vpcSecurityGroupIds[0],
          username: inputs.username,
          databaseName: inputs.dbName,
          password: passwordOf(database, 'password'),
          keep,
        };
      },
    ),
    caches: byKey(
      of('elasticache.ReplicationGroup'),
      ({ inputs }) => inputs.replicationGroupId,
      (cache) => {
        const { inputs } = cache;
        return {
          description: inputs.description,
          engine: inputs.engine,
          engineVersion: inputs.engineVersion,
          nodeType: inputs.nodeType,
          nodes: inputs.numCacheClusters,
          failover: inputs.automaticFailoverEnabled,
          multiAz: inputs.multiAzEnabled,
          key: alias(inputs.kmsKeyId),
          encryptedAtRest: inputs.atRestEncryptionEnabled,
          tls: [inputs.transitEncryptionEnabled, inputs.transitEncryptionMode],
          port: inputs.port,
          snapshotDays: inputs.snapshotRetentionLimit,
          autoMinorUpgrade: inputs.autoMinorVersionUpgrade,
          parameters: parametersOf(named('elasticache.ParameterGroup', inputs.parameterGroupName)),
          subnetGroup: inputs.subnetGroupName,
          securityGroup: inputs.securityGroupIds[0],
          password: passwordOf(cache, 'authToken'),
          keep: inputs.finalSnapshotIdentifier !== undefined,
        };
      },
    ),
    secrets: byKey(of('secretsmanager.Secret'), physical, ({ name, inputs, keep }) => ({
      description: inputs.description,
      key: alias(inputs.kmsKeyId),
      keep,
      keys: secretKeys(name),
    })),
    passwords: byKey(
      all.filter((resource) => resource.type === 'random:index/randomPassword:RandomPassword'),
      ({ name }) => name,
      ({ inputs }) => ({ length: inputs.length, punctuation: inputs.special }),
    ),
    parameters: byKey(of('ssm.Parameter'), physical, ({ inputs }) => ({
      type: inputs.type,
      value: inputs.value,
    })),
  };
}

const ADDON = 'aws:eks/addon:Addon';
const NODES = 'aws:eks/nodeGroup:NodeGroup';
