import { CfnAlias, CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type FoundationPlan, References } from '../../../aws';
import { keep } from './references';

export function realizeKeys(scope: Construct, plan: FoundationPlan['keys']): References<CfnKey> {
  const keys = new References<CfnKey>('key');
  for (const { id, ...key } of plan) {
    const made = keys.add(
      id,
      new CfnKey(scope, id, {
        description: key.description,
        keyPolicy: key.policy,
        enableKeyRotation: key.rotation,
        pendingWindowInDays: key.deletionDays,
      }),
    );
    keep(made, key.keep);
    new CfnAlias(scope, `${id}-alias`, { aliasName: key.alias, targetKeyId: made.ref });
  }
  return keys;
}

export function realizeLogGroups(
  scope: Construct,
  plan: FoundationPlan['logGroups'],
): References<CfnLogGroup> {
  const groups = new References<CfnLogGroup>('log group');
  for (const { name, retentionDays, keep: kept } of plan) {
    const group = new CfnLogGroup(scope, name, { logGroupName: name, retentionInDays: retentionDays });
    keep(groups.add(name, group), kept);
  }
  return groups;
}
