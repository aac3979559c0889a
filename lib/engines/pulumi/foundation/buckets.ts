import type { Key } from '@pulumi/aws/kms';
import {
  Bucket,
  BucketLifecycleConfiguration,
  BucketOwnershipControls,
  BucketPolicy,
  BucketPublicAccessBlock,
  BucketServerSideEncryptionConfiguration,
  BucketVersioning,
} from '@pulumi/aws/s3';
import type { FoundationPlan, References } from '../../../aws';
import { keep, type Options } from './references';

export function realizeBuckets(
  plan: FoundationPlan['buckets'],
  keys: References<Key>,
  options: Options,
): void {
  for (const { id, blockPublic, lifecycle, ...own } of plan) {
    const kept = { ...options, ...keep(own.keep) };
    const bucket = new Bucket(id, { bucket: own.name }, kept).id;
    new BucketServerSideEncryptionConfiguration(
      id,
      {
        bucket,
        rules: [
          {
            bucketKeyEnabled: own.bucketKey,
            applyServerSideEncryptionByDefault: {
              sseAlgorithm: 'aws:kms',
              kmsMasterKeyId: keys.get(own.key).arn,
            },
          },
        ],
      },
      kept,
    );
    const block = new BucketPublicAccessBlock(
      id,
      {
        bucket,
        blockPublicAcls: blockPublic,
        blockPublicPolicy: blockPublic,
        ignorePublicAcls: blockPublic,
        restrictPublicBuckets: blockPublic,
      },
      kept,
    );
    new BucketOwnershipControls(id, { bucket, rule: { objectOwnership: own.ownership } }, kept);
    const versioning = new BucketVersioning(
      id,
      { bucket, versioningConfiguration: { status: own.versioned ? 'Enabled' : 'Suspended' } },
      kept,
    );
    // S3 refuses two changes of one bucket at a time.
    new BucketPolicy(id, { bucket, policy: JSON.stringify(own.policy) }, { ...kept, dependsOn: [block] });
    new BucketLifecycleConfiguration(
      id,
      {
        bucket,
        rules: [
          {
            id: 'tidy',
            status: 'Enabled',
            filter: {},
            abortIncompleteMultipartUpload: { daysAfterInitiation: lifecycle.abortUploadDays },
            noncurrentVersionExpiration: { noncurrentDays: lifecycle.noncurrentDays },
            ...(lifecycle.expireDays === undefined ? {} : { expiration: { days: lifecycle.expireDays } }),
          },
        ],
      },
      { ...kept, dependsOn: [versioning] },
    );
  }
}
