import type { IBucket } from '../contracts';
import type { EnvVars, ISecret } from '../core';

/** Purposes for which Langfuse has variables of their own: `LANGFUSE_S3_<purpose>_BUCKET`. */
export type S3Purpose = 'EVENT_UPLOAD' | 'MEDIA_UPLOAD' | 'BATCH_EXPORT';

/** Where Langfuse keeps one kind of object. */
export function s3Env(
  purpose: S3Purpose,
  bucket: IBucket,
  prefix: string,
  credentials: ISecret | undefined,
): EnvVars {
  const variable = (name: string) => `LANGFUSE_S3_${purpose}_${name}`;
  return {
    [variable('BUCKET')]: bucket.name,
    [variable('REGION')]: bucket.region,
    [variable('PREFIX')]: prefix,
    // What stands in for S3 has no host name for each bucket.
    ...(bucket.endpoint
      ? { [variable('ENDPOINT')]: bucket.endpoint, [variable('FORCE_PATH_STYLE')]: 'true' }
      : {}),
    // Without keys the SDK uses the identity of the pod.
    ...(credentials
      ? {
          [variable('ACCESS_KEY_ID')]: credentials.key('accessKey'),
          [variable('SECRET_ACCESS_KEY')]: credentials.key('secretKey'),
        }
      : {}),
  };
}

/** The first organisation, project, keys and owner, made when the web server starts and they are not there. */
export function initialProject(keys: ISecret, email: string): EnvVars {
  return {
    LANGFUSE_INIT_ORG_ID: 'platform',
    LANGFUSE_INIT_ORG_NAME: 'Platform',
    LANGFUSE_INIT_PROJECT_ID: 'platform',
    LANGFUSE_INIT_PROJECT_NAME: 'Platform',
    LANGFUSE_INIT_PROJECT_PUBLIC_KEY: keys.key('publicKey'),
    LANGFUSE_INIT_PROJECT_SECRET_KEY: keys.key('secretKey'),
    LANGFUSE_INIT_USER_EMAIL: email,
    LANGFUSE_INIT_USER_NAME: 'Administrator',
    LANGFUSE_INIT_USER_PASSWORD: keys.key('adminPassword'),
  };
}
