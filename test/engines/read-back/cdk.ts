import { OIDC_ISSUER } from '../../../lib/aws';
import { byKey, type Foundation } from './plan';

// biome-ignore lint/suspicious/noExplicitAny: a template is JSON of any shape
type Json = any;

interface Resource {
  readonly id: string;
  readonly Type: string;
  readonly Properties: Record<string, Json>;
  readonly DependsOn: readonly string[];
  readonly DeletionPolicy?: string;
}

/** Read a synthesized template back: references become the names of what they refer to. */
export function fromTemplate(template: Json): Foundation {
  const all: Resource[] = Object.entries<Json>(template.Resources).map(([id, resource]) => ({
    id,
    ...resource,
    DependsOn: resource.DependsOn ?? [],
  }));
  const of = (type: string) => all.filter((resource) => resource.Type === `AWS::${type}`);
  const byId = (id: string) => {
    const found = all.find((resource) => resource.id === id);
    if (!found) throw new Error(`no resource ${id}`);
    return found;
  };
  const tagsOf = ({ Properties }: Resource): Record<string, string> =>
    Object.fromEntries((Properties.Tags ?? []).map(({ Key, Value }: Json) => [Key, Value]));
  const ownTags = (resource: Resource) =>
    Object.fromEntries(
      Object.entries(tagsOf(resource)).filter(([key]) => key !== 'Name' && !key.startsWith('nexus.dev/')),
    );
  const nameOf = (resource: Resource): string => {
    const p = resource.Properties;
    switch (resource.Type) {
      case 'AWS::KMS::Key':
        return of('KMS::Alias').find((alias) => alias.Properties.TargetKeyId.Ref === resource.id)?.Properties
          .AliasName;
      case 'AWS::EC2::InternetGateway':
        return 'internet';
      case 'AWS::EKS::Nodegroup':
        return `nodes:${p.NodegroupName}`;
      default:
        return (
          p.DBInstanceIdentifier ??
          p.RoleName ??
          p.LogGroupName ??
          p.AddonName ??
          p.QueueName ??
          p.DBSubnetGroupName ??
          p.CacheSubnetGroupName ??
          p.LaunchTemplateName ??
          p.Name ??
          p.BucketName ??
          tagsOf(resource).Name
        );
    }
  };
  const see = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(see);
    if (typeof value !== 'object' || value === null) return value;
    if (value.Ref) return nameOf(byId(value.Ref));
    if (value['Fn::GetAtt']) {
      const [id, attribute] = value['Fn::GetAtt'];
      return attribute === 'ClusterSecurityGroupId' ? 'cluster security group' : nameOf(byId(id));
    }
    if (value['Fn::Join']) return see(value['Fn::Join'][1]).join(value['Fn::Join'][0]);
    if (value['Fn::Sub']) return JSON.parse(value['Fn::Sub'][0]);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, see(inner)]));
  };
  const kept = (resource: Resource) =>
    ({ Retain: true, Snapshot: true, Delete: false })[`${resource.DeletionPolicy}`];
  /** What a resource cannot live without is kept with it. */
  const sameFate = (resource: Resource, others: readonly Resource[]) =>
    others.every((other) => kept(other) === kept(resource)) ? kept(resource) : 'not with its parts';
  const waitsFor = (resource: Resource, types: readonly string[]) =>
    resource.DependsOn.map(byId)
      .filter((other) => types.includes(other.Type))
      .map(nameOf)
      .sort();
  const parametersOf = (id: string) => {
    const { Family, Parameters, CacheParameterGroupFamily, Properties } = byId(id).Properties;
    return { family: Family ?? CacheParameterGroupFamily, ...(Parameters ?? Properties) };
  };
  /** The secret whose value is put in when the stack is deployed. */
  const pathOf = (reference: Json) => /^\{\{resolve:secretsmanager:([^:]+):/.exec(see(reference))?.[1];

  const [vpc] = of('EC2::VPC');
  const [cluster] = of('EKS::Cluster');
  const [flow] = of('EC2::FlowLog').map((resource) => see(resource.Properties));
  const c = see(cluster.Properties);
  const sub = of('IAM::Role').map(
    (role) => role.Properties.AssumeRolePolicyDocument['Fn::Sub']?.[1]?.OidcIssuer,
  );
  if (sub.some((issuer) => issuer && !JSON.stringify(issuer).includes('OpenIdConnectIssuerUrl'))) {
    throw new Error(`${OIDC_ISSUER} is not the cluster's issuer`);
  }
  const egressOf = (table: Resource) => {
    const route = of('EC2::Route').find((each) => each.Properties.RouteTableId.Ref === table.id);
    if (!route) return 'none';
    const { NatGatewayId, GatewayId, DestinationCidrBlock } = route.Properties;
    return DestinationCidrBlock === '0.0.0.0/0' ? see(NatGatewayId ?? GatewayId) : DestinationCidrBlock;
  };
  const secretKeys = (secret: Resource): string[] => {
    const { GenerateSecretString: made, SecretString: text } = secret.Properties;
    if (text) return Object.keys(JSON.parse(see(text))).sort();
    if (!made) return [];
    if (!made.GenerateStringKey) return ['(whole)'];
    const attached = of('SecretsManager::SecretTargetAttachment').some(
      (a) => a.Properties.SecretId.Ref === secret.id,
    );
    const given = [...Object.keys(JSON.parse(made.SecretStringTemplate)), made.GenerateStringKey];
    // What the attachment of an RDS instance with a database name adds.
    return [...given, ...(attached ? ['host', 'port', 'dbname'] : [])].sort();
  };
  return {
    tags: Object.fromEntries(Object.entries(tagsOf(cluster)).filter(([key]) => key.startsWith('nexus.dev/'))),
    keys: byKey(of('KMS::Key'), nameOf, (key) => ({
      description: key.Properties.Description,
      policy: key.Properties.KeyPolicy,
      rotation: key.Properties.EnableKeyRotation,
      deletionDays: key.Properties.PendingWindowInDays,
      keep: kept(key),
    })),
    logGroups: byKey(of('Logs::LogGroup'), nameOf, (group) => ({
      retentionDays: group.Properties.RetentionInDays,
      keep: kept(group),
    })),
    roles: byKey(of('IAM::Role'), nameOf, ({ Properties: p }) => ({
      trust: see(p.AssumeRolePolicyDocument),
      managedPolicies: p.ManagedPolicyArns ?? [],
      policy: p.Policies?.[0].PolicyDocument ?? null,
    })),
    vpc: {
      name: nameOf(vpc),
      cidr: vpc.Properties.CidrBlock,
      dns: [vpc.Properties.EnableDnsSupport, vpc.Properties.EnableDnsHostnames],
    },
    subnets: byKey(of('EC2::Subnet'), nameOf, (subnet) => ({
      zone: subnet.Properties.AvailabilityZone,
      cidr: subnet.Properties.CidrBlock,
      routeTable: see(
        of('EC2::SubnetRouteTableAssociation').find((a) => a.Properties.SubnetId.Ref === subnet.id)
          ?.Properties.RouteTableId,
      ),
      publicAddresses: subnet.Properties.MapPublicIpOnLaunch,
      tags: ownTags(subnet),
    })),
    egress: byKey(of('EC2::RouteTable'), nameOf, egressOf),
    nats: byKey(of('EC2::NatGateway'), nameOf, (nat) => see(nat.Properties.SubnetId)),
    endpoints: byKey(
      of('EC2::VPCEndpoint'),
      (endpoint) => endpoint.Properties.ServiceName,
      (endpoint) => see(endpoint.Properties.RouteTableIds),
    ),
    flowLogs: {
      logGroup: flow.LogDestination,
      role: flow.DeliverLogsPermissionArn,
      traffic: flow.TrafficType,
      aggregationSeconds: flow.MaxAggregationInterval,
    },
    cluster: {
      name: c.Name,
      version: c.Version,
      role: c.RoleArn,
      key: c.EncryptionConfig[0].Provider.KeyArn,
      subnets: c.ResourcesVpcConfig.SubnetIds,
      endpoint: {
        private: c.ResourcesVpcConfig.EndpointPrivateAccess,
        public: c.ResourcesVpcConfig.EndpointPublicAccess,
        publicCidrs: c.ResourcesVpcConfig.PublicAccessCidrs ?? [],
      },
      serviceCidr: c.KubernetesNetworkConfig.ServiceIpv4Cidr,
      logs: c.Logging.ClusterLogging.EnabledTypes.map(({ Type }: Json) => Type),
      authentication: c.AccessConfig.AuthenticationMode,
      creatorAdmin: c.AccessConfig.BootstrapClusterCreatorAdminPermissions,
      selfManagedAddons: c.BootstrapSelfManagedAddons,
      autoMode: [
        c.ComputeConfig.Enabled,
        c.StorageConfig.BlockStorage.Enabled,
        c.KubernetesNetworkConfig.ElasticLoadBalancing.Enabled,
      ],
      support: c.UpgradePolicy.SupportType,
      deletionProtection: c.DeletionProtection,
      audiences: of('IAM::OIDCProvider')[0].Properties.ClientIdList,
      waitsFor: waitsFor(cluster, ['AWS::Logs::LogGroup']),
    },
    access: byKey(
      of('EKS::AccessEntry').map((entry) => see(entry.Properties)),
      (entry) => entry.PrincipalArn,
      (entry) => ({
        type: entry.Type,
        policies: (entry.AccessPolicies ?? []).map(({ PolicyArn }: Json) => PolicyArn),
      }),
    ),
    addons: byKey(of('EKS::Addon'), nameOf, (addon) => {
      const p = see(addon.Properties);
      const [identity] = p.PodIdentityAssociations ?? [];
      return {
        version: p.AddonVersion,
        configuration: p.ConfigurationValues ? JSON.parse(p.ConfigurationValues) : null,
        identity: identity ? { serviceAccount: identity.ServiceAccount, role: identity.RoleArn } : null,
        conflicts: p.ResolveConflicts,
        waitsFor: waitsFor(addon, ['AWS::EKS::Addon', 'AWS::EKS::Nodegroup']),
      };
    }),
    nodeGroups: byKey(
      of('EKS::Nodegroup'),
      (group) => group.Properties.NodegroupName,
      (group) => {
        const p = see(group.Properties);
        const template = byId(group.Properties.LaunchTemplate.Id.Ref).Properties;
        const data = template.LaunchTemplateData;
        const [{ DeviceName, Ebs }] = data.BlockDeviceMappings;
        const [instance, volume] = data.TagSpecifications.map((each: Json) =>
          Object.fromEntries(each.Tags.map(({ Key, Value }: Json) => [Key, Value])),
        );
        if (JSON.stringify(instance) !== JSON.stringify(volume)) throw new Error('tags differ');
        return {
          role: p.NodeRole,
          subnets: p.Subnets,
          instanceTypes: p.InstanceTypes,
          amiType: p.AmiType,
          capacity: p.CapacityType,
          size: {
            min: p.ScalingConfig.MinSize,
            desired: p.ScalingConfig.DesiredSize,
            max: p.ScalingConfig.MaxSize,
          },
          maxUnavailable: p.UpdateConfig.MaxUnavailable,
          labels: p.Labels,
          taints: p.Taints.map(({ Key, Value, Effect }: Json) => ({
            key: Key,
            value: Value,
            effect: Effect,
          })),
          launchTemplate: {
            name: template.LaunchTemplateName,
            httpTokens: data.MetadataOptions.HttpTokens,
            hopLimit: data.MetadataOptions.HttpPutResponseHopLimit,
            volume: {
              device: DeviceName,
              type: Ebs.VolumeType,
              sizeGiB: Ebs.VolumeSize,
              encrypted: Ebs.Encrypted,
            },
            tags: instance,
          },
          waitsFor: waitsFor(group, ['AWS::EKS::Addon']),
        };
      },
    ),
    associations: of('EKS::PodIdentityAssociation')
      .map(({ Properties: p }) => `${p.Namespace}/${p.ServiceAccount} is ${see(p.RoleArn)}`)
      .sort(),
    queues: byKey(of('SQS::Queue'), nameOf, (queue) => ({
      retentionSeconds: queue.Properties.MessageRetentionPeriod,
      encrypted: queue.Properties.SqsManagedSseEnabled,
      policy: of('SQS::QueuePolicy').find((each) => each.Properties.Queues[0].Ref === queue.id)?.Properties
        .PolicyDocument,
      rules: byKey(
        of('Events::Rule').filter((rule) => rule.Properties.Targets[0].Arn['Fn::GetAtt'][0] === queue.id),
        nameOf,
        ({ Properties: { EventPattern: pattern } }) => ({
          source: pattern.source[0],
          detailType: pattern['detail-type'][0],
        }),
      ),
    })),
    buckets: byKey(of('S3::Bucket'), nameOf, (bucket) => {
      const p = see(bucket.Properties);
      const [encryption] = p.BucketEncryption.ServerSideEncryptionConfiguration;
      const [rule] = p.LifecycleConfiguration.Rules;
      return {
        key: encryption.ServerSideEncryptionByDefault.KMSMasterKeyID,
        bucketKey: encryption.BucketKeyEnabled,
        versioned: p.VersioningConfiguration.Status === 'Enabled',
        blockPublic: Object.values(p.PublicAccessBlockConfiguration).filter(Boolean).length === 4,
        ownership: p.OwnershipControls.Rules[0].ObjectOwnership,
        policy: of('S3::BucketPolicy').find((each) => each.Properties.Bucket === p.BucketName)?.Properties
          .PolicyDocument,
        lifecycle: {
          abortUploadDays: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation,
          noncurrentDays: rule.NoncurrentVersionExpiration.NoncurrentDays,
          ...(rule.ExpirationInDays ? { expireDays: rule.ExpirationInDays } : {}),
        },
        keep: kept(bucket),
      };
    }),
    subnetGroups: byKey(
      [...of('RDS::DBSubnetGroup'), ...of('ElastiCache::SubnetGroup')],
      nameOf,
      (group) => ({
        service: group.Type.includes('RDS') ? 'rds' : 'elasticache',
        subnets: see(group.Properties.SubnetIds),
        keep: kept(group),
      }),
    ),
    securityGroups: byKey(of('EC2::SecurityGroup'), nameOf, ({ Properties: p, ...group }) => ({
      description: p.GroupDescription,
      clusterPort:
        see(p.SecurityGroupIngress[0].SourceSecurityGroupId) === 'cluster security group' &&
        p.SecurityGroupIngress.length === 1 &&
        p.SecurityGroupIngress[0].FromPort,
      egressCidr: p.SecurityGroupEgress[0].CidrIp,
      keep: kept({ Properties: p, ...group }),
    })),
    databases: byKey(of('RDS::DBInstance'), nameOf, (database) => {
      const p = see(database.Properties);
      return {
        engine: p.Engine,
        engineVersion: p.EngineVersion,
        instanceClass: p.DBInstanceClass,
        storage: {
          type: p.StorageType,
          sizeGiB: Number(p.AllocatedStorage),
          maxGiB: p.MaxAllocatedStorage,
          encrypted: p.StorageEncrypted,
        },
        key: p.KmsKeyId,
        port: Number(p.Port),
        publiclyAccessible: p.PubliclyAccessible,
        multiAz: p.MultiAZ,
        backupDays: p.BackupRetentionPeriod,
        copyTagsToSnapshots: p.CopyTagsToSnapshot,
        deletionProtection: p.DeletionProtection,
        autoMinorUpgrade: p.AutoMinorVersionUpgrade,
        caCertificate: p.CACertificateIdentifier,
        iamAuthentication: p.EnableIAMDatabaseAuthentication,
        insights: {
          enabled: p.EnablePerformanceInsights && p.PerformanceInsightsKMSKeyId === p.KmsKeyId,
          mode: p.DatabaseInsightsMode,
          retentionDays: p.PerformanceInsightsRetentionPeriod,
        },
        logExports: p.EnableCloudwatchLogsExports,
        logGroups: waitsFor(database, ['AWS::Logs::LogGroup']),
        parameters: parametersOf(database.Properties.DBParameterGroupName.Ref),
        subnetGroup: p.DBSubnetGroupName,
        securityGroup: p.VPCSecurityGroups[0],
        username: p.MasterUsername,
        databaseName: p.DBName,
        password: pathOf(p.MasterUserPassword),
        keep: sameFate(database, [
          byId(database.Properties.DBParameterGroupName.Ref),
          ...of('SecretsManager::SecretTargetAttachment').filter(
            (each) => each.Properties.TargetId.Ref === database.id,
          ),
        ]),
      };
    }),
    caches: byKey(
      of('ElastiCache::ReplicationGroup'),
      (cache) => cache.Properties.ReplicationGroupId,
      (cache) => {
        const p = see(cache.Properties);
        return {
          description: p.ReplicationGroupDescription,
          engine: p.Engine,
          engineVersion: p.EngineVersion,
          nodeType: p.CacheNodeType,
          nodes: p.NumCacheClusters,
          failover: p.AutomaticFailoverEnabled,
          multiAz: p.MultiAZEnabled,
          key: p.KmsKeyId,
          encryptedAtRest: p.AtRestEncryptionEnabled,
          tls: [p.TransitEncryptionEnabled, p.TransitEncryptionMode],
          port: p.Port,
          snapshotDays: p.SnapshotRetentionLimit,
          autoMinorUpgrade: p.AutoMinorVersionUpgrade,
          parameters: parametersOf(cache.Properties.CacheParameterGroupName.Ref),
          subnetGroup: p.CacheSubnetGroupName,
          securityGroup: p.SecurityGroupIds[0],
          password: pathOf(p.AuthToken),
          keep: cache.DeletionPolicy === 'Snapshot',
        };
      },
    ),
    secrets: byKey(of('SecretsManager::Secret'), nameOf, (secret) => ({
      description: secret.Properties.Description,
      key: see(secret.Properties.KmsKeyId),
      keep: kept(secret),
      keys: secretKeys(secret),
    })),
    passwords: byKey(
      of('SecretsManager::Secret').filter((secret) => secret.Properties.GenerateSecretString),
      nameOf,
      ({ Properties: { GenerateSecretString: made } }) => ({
        length: made.PasswordLength,
        punctuation: !made.ExcludePunctuation,
      }),
    ),
    parameters: byKey(of('SSM::Parameter'), nameOf, ({ Properties: p }) => ({
      type: p.Type,
      value: see(p.Value),
    })),
  };
}
