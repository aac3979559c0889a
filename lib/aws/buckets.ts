import type { BucketNeed } from '../core';
import type { Site } from './foundation-input';
import type { KeyDomain } from './keys';
import { denyPlaintext, type PolicyDocument, policyOf } from './policy-document';

export interface BucketPlan {
  readonly id: string;
  readonly name: string;
  readonly key: KeyDomain;
  /** One call to KMS for many objects. */
  readonly bucketKey: boolean;
  readonly versioned: boolean;
  /** All four switches against public access. */
  readonly blockPublic: boolean;
  readonly ownership: 'BucketOwnerEnforced';
  readonly policy: PolicyDocument;
  readonly lifecycle: {
    /** Parts of uploads that never ended are stored, paid and invisible. */
    readonly abortUploadDays: number;
    readonly noncurrentDays: number;
    readonly expireDays?: number;
  };
  readonly keep: boolean;
}

export function planBucket(site: Site, need: BucketNeed): BucketPlan {
  const arn = `arn:${site.partition}:s3:::${need.bucketName}`;
  return {
    id: need.name,
    name: need.bucketName,
    key: 'objects',
    bucketKey: true,
    versioned: true,
    blockPublic: true,
    ownership: 'BucketOwnerEnforced',
    policy: policyOf(denyPlaintext('s3:*', [arn, `${arn}/*`])),
    lifecycle: {
      abortUploadDays: 7,
      noncurrentDays: site.policy.retentionDays,
      ...(need.expireDays === undefined ? {} : { expireDays: need.expireDays }),
    },
    keep: need.keep,
  };
}
