import { cut, type PostgresNeed } from '../core';
import type { Site } from './foundation-input';
import type { KeyDomain } from './keys';
import { PASSWORD, type PasswordPlan, planSecret, type SecretPlan } from './secrets';
import { portOf, type SubnetGroupPlan } from './store-network';

/** An RDS for PostgreSQL instance. */
export interface DatabasePlan {
  readonly id: string;
  readonly name: string;
  readonly engine: 'postgres';
  readonly engineVersion: string;
  readonly instanceClass: string;
  readonly storage: {
    readonly type: 'gp3';
    readonly sizeGiB: number;
    /** RDS grows it by itself up to here. */
    readonly maxGiB: number;
    readonly encrypted: boolean;
  };
  readonly key: KeyDomain;
  readonly network: SubnetGroupPlan['id'];
  readonly port: number;
  readonly publiclyAccessible: boolean;
  readonly multiAz: boolean;
  readonly backupDays: number;
  readonly copyTagsToSnapshots: boolean;
  readonly deletionProtection: boolean;
  /** The version is pinned, so only a change here moves it. */
  readonly autoMinorUpgrade: boolean;
  readonly caCertificate: string;
  readonly iamAuthentication: boolean;
  readonly insights: { readonly enabled: boolean; readonly mode: 'standard'; readonly retentionDays: number };
  readonly logExports: readonly string[];
  /** Where they go; made first. */
  readonly logGroups: readonly string[];
  readonly parameterGroup: {
    readonly name: string;
    readonly family: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, string>>;
  };
  readonly username: string;
  readonly databaseName: string;
  readonly password: PasswordPlan;
  /** Keys host, port, username, password, dbname. */
  readonly secret: SecretPlan;
  readonly keep: boolean;
}

/** What RDS for PostgreSQL writes to CloudWatch. */
const LOGS = ['postgresql', 'upgrade'];

export function planDatabase(site: Site, need: PostgresNeed): DatabasePlan {
  const major = need.engineVersion.split('.')[0];
  const name = cut(`${site.name}-${need.name}`, 63);
  return {
    id: need.name,
    name,
    engine: 'postgres',
    engineVersion: need.engineVersion,
    instanceClass: need.instanceClass,
    storage: { type: 'gp3', sizeGiB: need.storageGiB, maxGiB: need.storageGiB * 4, encrypted: true },
    key: 'databases',
    network: 'databases',
    port: portOf('databases'),
    publiclyAccessible: false,
    multiAz: need.multiAz,
    backupDays: Math.min(need.backupDays, 35),
    copyTagsToSnapshots: true,
    deletionProtection: need.keep,
    autoMinorUpgrade: false,
    caCertificate: 'rds-ca-rsa2048-g1',
    iamAuthentication: false,
    insights: { enabled: true, mode: 'standard', retentionDays: 7 },
    logExports: LOGS,
    logGroups: LOGS.map((log) => `/aws/rds/instance/${name}/${log}`),
    parameterGroup: {
      name: cut(`${site.name}-${need.name}-postgres${major}`, 255),
      family: `postgres${major}`,
      description: `Settings of ${site.name}-${need.name}`,
      parameters: { 'rds.force_ssl': '1' },
    },
    username: 'nexus',
    databaseName: 'nexus',
    password: PASSWORD,
    secret: planSecret(site, need.secretPath, `Connection of ${site.name}-${need.name}`, need.keep),
    keep: need.keep,
  };
}
