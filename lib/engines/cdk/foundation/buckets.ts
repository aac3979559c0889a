import type { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnBucket, CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { FoundationPlan, References } from '../../../aws';
import { keep } from './references';

export function realizeBuckets(
  scope: Construct,
  plan: FoundationPlan['buckets'],
  keys: References<CfnKey>,
): void {
  for (const bucket of plan) {
    const { lifecycle, blockPublic } = bucket;
    const made = new CfnBucket(scope, bucket.id, {
      bucketName: bucket.name,
      bucketEncryption: {
        serverSideEncryptionConfiguration: [
          {
            bucketKeyEnabled: bucket.bucketKey,
            serverSideEncryptionByDefault: {
              sseAlgorithm: 'aws:kms',
              kmsMasterKeyId: keys.get(bucket.key).attrArn,
            },
          },
        ],
      },
      publicAccessBlockConfiguration: {
        blockPublicAcls: blockPublic,
        blockPublicPolicy: blockPublic,
        ignorePublicAcls: blockPublic,
        restrictPublicBuckets: blockPublic,
      },
      ownershipControls: { rules: [{ objectOwnership: bucket.ownership }] },
      versioningConfiguration: { status: bucket.versioned ? 'Enabled' : 'Suspended' },
      lifecycleConfiguration: {
        rules: [
          {
            id: 'tidy',
            status: 'Enabled',
            abortIncompleteMultipartUpload: { daysAfterInitiation: lifecycle.abortUploadDays },
            noncurrentVersionExpiration: { noncurrentDays: lifecycle.noncurrentDays },
            ...(lifecycle.expireDays === undefined ? {} : { expirationInDays: lifecycle.expireDays }),
          },
        ],
      },
    });
    keep(made, bucket.keep);
    const policy = new CfnBucketPolicy(scope, `${bucket.id}-policy`, {
      // By name, as in the policy: checkers compare the two as text.
      bucket: bucket.name,
      policyDocument: bucket.policy,
    });
    policy.addResourceDependency(made);
    keep(policy, bucket.keep);
  }
}
