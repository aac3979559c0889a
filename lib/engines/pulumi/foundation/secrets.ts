import type { Key } from '@pulumi/aws/kms';
import { Secret, SecretVersion } from '@pulumi/aws/secretsmanager';
import { type Input, type Output, secret } from '@pulumi/pulumi';
import { RandomPassword } from '@pulumi/random';
import type { FoundationPlan, References } from '../../../aws';
import { keep, type Options } from './references';

type SecretPlan = FoundationPlan['suppliedSecrets'][number];

/** A secret with this content; without it, empty. */
export function realizeSecret(
  plan: SecretPlan,
  keys: References<Key>,
  options: Options,
  content?: Input<string>,
): void {
  const kept = { ...options, ...keep(plan.keep) };
  const made = new Secret(
    plan.path,
    {
      name: plan.path,
      description: plan.description,
      kmsKeyId: keys.get(plan.key).arn,
      recoveryWindowInDays: plan.recoveryDays,
    },
    kept,
  );
  if (content === undefined) return;
  new SecretVersion(plan.path, { secretId: made.id, secretString: secret(content) }, kept);
}

/** Made once and kept in the state, encrypted; `getRandomPassword` would make another with every run. */
export function realizePassword(
  name: string,
  plan: FoundationPlan['databases'][number]['password'],
): Output<string> {
  return secret(new RandomPassword(name, { length: plan.length, special: plan.punctuation }).result);
}

export function realizeSupplied(
  plan: FoundationPlan['suppliedSecrets'],
  keys: References<Key>,
  options: Options,
): void {
  for (const supplied of plan) realizeSecret(supplied, keys, options);
}
