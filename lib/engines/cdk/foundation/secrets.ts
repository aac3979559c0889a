import type { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret, type CfnSecretProps } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { FoundationPlan, References } from '../../../aws';
import { keep } from './references';

type SecretPlan = FoundationPlan['suppliedSecrets'][number];

/** A secret with the content that `content` makes or names; without it, empty. */
export function realizeSecret(
  scope: Construct,
  id: string,
  plan: SecretPlan,
  keys: References<CfnKey>,
  content: Pick<CfnSecretProps, 'secretString' | 'generateSecretString'> = {},
): CfnSecret {
  const secret = new CfnSecret(scope, id, {
    name: plan.path,
    description: plan.description,
    kmsKeyId: keys.get(plan.key).attrArn,
    ...content,
  });
  keep(secret, plan.keep);
  return secret;
}

/** A value of a secret, read by CloudFormation when it deploys; the template never holds it. */
export const dynamicReference = (secret: CfnSecret, key = ''): string =>
  `{{resolve:secretsmanager:${secret.ref}:SecretString:${key}::}}`;

export function realizeSupplied(
  scope: Construct,
  plan: FoundationPlan['suppliedSecrets'],
  keys: References<CfnKey>,
): void {
  for (const secret of plan) realizeSecret(scope, secret.path, secret, keys);
}
