import type { Site } from './foundation-input';
import { type PolicyDocument, type PolicyStatement, policyOf } from './policy-document';

/** What a key protects; also how other parts of the plan refer to it. */
export type KeyDomain = 'cluster' | 'databases' | 'caches' | 'objects' | 'secrets';

export interface KeyPlan {
  readonly id: KeyDomain;
  readonly alias: string;
  readonly description: string;
  readonly policy: PolicyDocument;
  readonly rotation: boolean;
  /** Days between deletion and the loss of everything it protects. */
  readonly deletionDays: number;
  readonly keep: boolean;
}

const DESCRIPTIONS: Readonly<Record<KeyDomain, string>> = {
  cluster: 'Secrets of the Kubernetes API',
  databases: 'Databases, their backups and their insights',
  caches: 'Caches and their snapshots',
  objects: 'Objects in buckets',
  secrets: 'Secrets in Secrets Manager',
};

/** Services through which whoever may read the data may use the key, as with the keys that AWS manages itself. */
const SERVICES: Readonly<Partial<Record<KeyDomain, string>>> = { objects: 's3', secrets: 'secretsmanager' };

export function planKey(site: Site, id: KeyDomain, keep: boolean): KeyPlan {
  const service = SERVICES[id];
  return {
    id,
    alias: `alias/${site.name}-${id}`,
    description: `${DESCRIPTIONS[id]} of ${site.name}`,
    policy: policyOf(administration(site), ...(service ? [throughService(site, service)] : [])),
    rotation: true,
    deletionDays: 30,
    keep,
  };
}

const administration = (site: Site): PolicyStatement => ({
  Sid: 'Account',
  Effect: 'Allow',
  Principal: { AWS: `arn:${site.partition}:iam::${site.account}:root` },
  Action: 'kms:*',
  Resource: '*',
});

/** So a role needs the right to a bucket or a secret, and none to a key whose ARN nobody knows before it exists. */
const throughService = (site: Site, service: string): PolicyStatement => ({
  Sid: 'ThroughService',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
  Resource: '*',
  Condition: {
    StringEquals: {
      'kms:CallerAccount': site.account,
      'kms:ViaService': `${service}.${site.region}.amazonaws.com`,
    },
  },
});
