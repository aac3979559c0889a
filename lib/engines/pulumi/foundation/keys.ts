import { LogGroup } from '@pulumi/aws/cloudwatch';
import { Alias, Key } from '@pulumi/aws/kms';
import { type FoundationPlan, References } from '../../../aws';
import { keep, type Options } from './references';

export function realizeKeys(plan: FoundationPlan['keys'], options: Options): References<Key> {
  const keys = new References<Key>('key');
  for (const { id, ...key } of plan) {
    const made = new Key(
      id,
      {
        description: key.description,
        policy: JSON.stringify(key.policy),
        enableKeyRotation: key.rotation,
        deletionWindowInDays: key.deletionDays,
      },
      { ...options, ...keep(key.keep) },
    );
    keys.add(id, made);
    new Alias(id, { name: key.alias, targetKeyId: made.keyId }, options);
  }
  return keys;
}

export function realizeLogGroups(plan: FoundationPlan['logGroups'], options: Options): References<LogGroup> {
  const groups = new References<LogGroup>('log group');
  for (const { name, retentionDays, keep: kept } of plan) {
    const group = new LogGroup(name, { name, retentionInDays: retentionDays }, { ...options, ...keep(kept) });
    groups.add(name, group);
  }
  return groups;
}
