import { Instance, ParameterGroup } from '@pulumi/aws/rds';
import { jsonStringify } from '@pulumi/pulumi';
import type { FoundationPlan } from '../../../aws';
import { keep, type Options } from './references';
import { realizePassword, realizeSecret } from './secrets';
import type { Foundation, StoreNetwork } from './stores';

type DatabasePlan = FoundationPlan['databases'][number];

export function realizeDatabase(
  plan: DatabasePlan,
  { keys, logGroups }: Foundation,
  network: StoreNetwork,
  options: Options,
): void {
  const key = keys.get(plan.key).arn;
  const password = realizePassword(plan.secret.path, plan.password);
  const { parameterGroup, storage } = plan;
  const kept = { ...options, ...keep(plan.keep) };
  const parameters = new ParameterGroup(
    plan.id,
    {
      name: parameterGroup.name,
      family: parameterGroup.family,
      description: parameterGroup.description,
      parameters: Object.entries(parameterGroup.parameters).map(([name, value]) => ({ name, value })),
    },
    kept,
  );
  const instance = new Instance(
    plan.id,
    {
      identifier: plan.name,
      engine: plan.engine,
      engineVersion: plan.engineVersion,
      instanceClass: plan.instanceClass,
      storageType: storage.type,
      allocatedStorage: storage.sizeGiB,
      maxAllocatedStorage: storage.maxGiB,
      storageEncrypted: storage.encrypted,
      kmsKeyId: key,
      dbName: plan.databaseName,
      username: plan.username,
      password,
      port: plan.port,
      dbSubnetGroupName: network.subnetGroups.get(plan.network),
      vpcSecurityGroupIds: [network.securityGroups.get(plan.network)],
      publiclyAccessible: plan.publiclyAccessible,
      multiAz: plan.multiAz,
      backupRetentionPeriod: plan.backupDays,
      copyTagsToSnapshot: plan.copyTagsToSnapshots,
      deletionProtection: plan.deletionProtection,
      autoMinorVersionUpgrade: plan.autoMinorUpgrade,
      caCertIdentifier: plan.caCertificate,
      iamDatabaseAuthenticationEnabled: plan.iamAuthentication,
      performanceInsightsEnabled: plan.insights.enabled,
      performanceInsightsRetentionPeriod: plan.insights.retentionDays,
      performanceInsightsKmsKeyId: key,
      databaseInsightsMode: plan.insights.mode,
      enabledCloudwatchLogsExports: [...plan.logExports],
      parameterGroupName: parameters.name,
      // What is kept is not deleted, and what is not kept leaves nothing.
      skipFinalSnapshot: true,
    },
    { ...kept, dependsOn: plan.logGroups.map((name) => logGroups.get(name)) },
  );
  const connection = jsonStringify({
    host: instance.address,
    port: plan.port,
    username: plan.username,
    password,
    dbname: plan.databaseName,
  });
  realizeSecret(plan.secret, keys, options, connection);
}
