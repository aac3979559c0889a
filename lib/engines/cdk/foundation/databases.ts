import { CfnDBInstance, CfnDBParameterGroup } from 'aws-cdk-lib/aws-rds';
import { CfnSecretTargetAttachment } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { FoundationPlan } from '../../../aws';
import { type Foundation, keep } from './references';
import { dynamicReference, realizeSecret } from './secrets';
import type { StoreNetwork } from './stores';

type DatabasePlan = FoundationPlan['databases'][number];

export function realizeDatabase(
  parent: Construct,
  plan: DatabasePlan,
  { keys, logGroups }: Foundation,
  network: StoreNetwork,
): void {
  const scope = new Construct(parent, plan.id);
  const key = keys.get(plan.key).attrArn;
  const secret = realizeSecret(scope, 'Secret', plan.secret, keys, {
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ username: plan.username }),
      generateStringKey: 'password',
      passwordLength: plan.password.length,
      excludePunctuation: !plan.password.punctuation,
    },
  });
  const parameters = new CfnDBParameterGroup(scope, 'Parameters', {
    dbParameterGroupName: plan.parameterGroup.name,
    family: plan.parameterGroup.family,
    description: plan.parameterGroup.description,
    parameters: { ...plan.parameterGroup.parameters },
  });
  keep(parameters, plan.keep);
  const instance = new CfnDBInstance(scope, 'Instance', {
    dbInstanceIdentifier: plan.name,
    engine: plan.engine,
    engineVersion: plan.engineVersion,
    dbInstanceClass: plan.instanceClass,
    storageType: plan.storage.type,
    allocatedStorage: `${plan.storage.sizeGiB}`,
    maxAllocatedStorage: plan.storage.maxGiB,
    storageEncrypted: plan.storage.encrypted,
    kmsKeyId: key,
    dbName: plan.databaseName,
    masterUsername: plan.username,
    masterUserPassword: dynamicReference(secret, 'password'),
    port: `${plan.port}`,
    dbSubnetGroupName: network.subnetGroups.get(plan.network),
    vpcSecurityGroups: [network.securityGroups.get(plan.network)],
    publiclyAccessible: plan.publiclyAccessible,
    multiAz: plan.multiAz,
    backupRetentionPeriod: plan.backupDays,
    copyTagsToSnapshot: plan.copyTagsToSnapshots,
    deletionProtection: plan.deletionProtection,
    autoMinorVersionUpgrade: plan.autoMinorUpgrade,
    caCertificateIdentifier: plan.caCertificate,
    enableIamDatabaseAuthentication: plan.iamAuthentication,
    enablePerformanceInsights: plan.insights.enabled,
    performanceInsightsRetentionPeriod: plan.insights.retentionDays,
    performanceInsightsKmsKeyId: key,
    databaseInsightsMode: plan.insights.mode,
    enableCloudwatchLogsExports: [...plan.logExports],
    dbParameterGroupName: parameters.ref,
  });
  keep(instance, plan.keep);
  for (const name of plan.logGroups) instance.addResourceDependency(logGroups.get(name));
  // Writes host, port and dbname beside the password.
  const attachment = new CfnSecretTargetAttachment(scope, 'Attachment', {
    secretId: secret.ref,
    targetId: instance.ref,
    targetType: 'AWS::RDS::DBInstance',
  });
  keep(attachment, plan.keep);
}
