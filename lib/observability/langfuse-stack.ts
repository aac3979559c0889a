import { Construct } from 'constructs';
import type { ICache, IObjectStore, IPostgres, ITraceSink, IWebService } from '../contracts';
import {
  ConnectionSecret,
  type EnvVars,
  GeneratedSecret,
  type ISecret,
  images,
  PlatformError,
  type PodGroup,
  policyOf,
  stamped,
  Task,
  Workload,
  WorkloadIdentity,
} from '../core';
import type { ClickHouse } from './clickhouse';
import { initialProject, s3Env } from './langfuse-env';

export interface LangfuseStackProps {
  /** Users, projects, prompts. PostgreSQL 16 or later. */
  readonly postgres: IPostgres;
  /** Jobs between web and worker; must not evict. */
  readonly queue: ICache;
  /** What arrives, before it is read; media; exports. */
  readonly objects: IObjectStore;
  /** Traces. */
  readonly clickhouse: ClickHouse;
  /**
   * Host name of its pages, such as `traces.example.com`, which something in front answers with TLS.
   * @default - inside the cluster only
   */
  readonly host?: string;
  /**
   * Who may log in first; the password is generated. Nobody can sign up.
   * @default - 'admin' at the host, or admin@langfuse.local
   */
  readonly adminEmail?: string;
  /**
   * Days that the raw copy of what arrived, and exports, are kept in the object store. Traces themselves stay in
   * ClickHouse until they are deleted: retention by project is a part of Langfuse that needs a licence.
   * @default - the environment's policy: 7 in dev, 30 in prod
   */
  readonly retentionDays?: number;
  /**
   * Replicas of web and of worker.
   * @default - the environment's policy: 1 in dev, 2 in prod
   */
  readonly replicas?: number;
  /**
   * Memory of one replica, of web and of worker.
   * @default 4
   */
  readonly memoryGiB?: number;
}

const WEB_PORT = 3000;
const WORKER_PORT = 3030;
/** User of its images. */
const USER = 1001;
/** After SIGTERM the web server takes this long by itself. */
const WEB_DRAIN_SECONDS = 110;

/** Langfuse: traces of models and agents, with a project whose keys exist before it is installed. */
export class LangfuseStack extends Construct implements ITraceSink {
  /** URL inside the cluster; spans of OpenTelemetry go to `/api/public/otel` below it. */
  public readonly url: string;
  /** Pods of the web server, for what stands in front of it. */
  public readonly web: PodGroup;
  /** Pods that run evaluations, for what they may reach besides. */
  public readonly worker: PodGroup;
  public readonly port = WEB_PORT;
  /** Its pages, for what stands in front of them. */
  public readonly pages: IWebService;
  private readonly keys: GeneratedSecret;

  constructor(scope: Construct, id: string, props: LangfuseStackProps) {
    super(scope, id);
    this.mustNotEvict(props.queue);
    this.mustBeAHost(props.host);
    const { postgres, queue, objects, clickhouse, host } = props;
    this.keys = new GeneratedSecret(this, 'Keys', {
      name: `${id}-keys`,
      generate: {
        salt: {},
        encryptionKey: { length: 32, hex: true },
        nextAuthSecret: {},
        publicKey: { prefix: 'pk-lf-' },
        secretKey: { prefix: 'sk-lf-' },
        adminPassword: {},
      },
    });
    const identity = new WorkloadIdentity(this, 'Identity', { name: id });
    const replicas = props.replicas ?? policyOf(this).replicas;
    const resources = { cpu: '500m', memory: `${props.memoryGiB ?? 4}Gi` };

    const web = new Workload(this, 'Web', {
      name: `${id}-web`,
      image: images.langfuseWeb,
      env: () => ({
        ...stores(),
        ...WITHOUT_MIGRATION,
        ...initialProject(this.keys, props.adminEmail ?? `admin@${host ?? 'langfuse.local'}`),
        NEXTAUTH_SECRET: this.keys.key('nextAuthSecret'),
        NEXTAUTH_URL: host ? `https://${host}` : this.url,
        AUTH_DISABLE_SIGNUP: 'true',
      }),
      user: USER,
      writable: { '/app/web/.next/cache': '1Gi' },
      ports: { http: WEB_PORT },
      ready: { path: '/api/public/ready', timeoutSeconds: 5 },
      alive: { path: '/api/public/health', timeoutSeconds: 5 },
      // The first one waits for the migration.
      startupSeconds: 900,
      drainSeconds: WEB_DRAIN_SECONDS,
      resources,
      replicas,
      identity,
    });
    const worker = new Workload(this, 'Worker', {
      name: `${id}-worker`,
      image: images.langfuseWorker,
      env: () => ({ ...stores(), ...(host ? { NEXTAUTH_URL: `https://${host}` } : {}) }),
      user: USER,
      ports: { http: WORKER_PORT },
      ready: { path: '/api/ready', timeoutSeconds: 5 },
      alive: { path: '/api/health', timeoutSeconds: 5 },
      startupSeconds: 900,
      drainSeconds: 60,
      resources,
      replicas,
      identity,
    });
    const migration = new Task(this, 'Migration', {
      name: stamped(`${id}-migrate`, images.langfuseWeb),
      image: images.langfuseWeb,
      // Its entrypoint migrates both databases, then becomes what it is told. Two web servers that start at once would
      // do so side by side, and nothing locks ClickHouse.
      command: ['dumb-init', '--', './web/entrypoint.sh', 'true'],
      env: () => ({ DATABASE_URL: database.key('uri'), ...tables(), HOME: '/tmp' }),
      user: USER,
      resources: { cpu: '250m', memory: '1Gi' },
      deadlineSeconds: 3600,
      retries: 10,
    });

    this.web = web.pods;
    this.pages = {
      service: web.name,
      port: WEB_PORT,
      pods: web.pods,
      longestSeconds: WEB_DRAIN_SECONDS,
    };
    this.worker = worker.pods;
    this.url = `http://${web.host}:${WEB_PORT}`;
    if (!host) web.pods.allowFrom(web.pods, { port: WEB_PORT, why: 'asks itself for sessions' });
    const clients = [web.pods, worker.pods];
    const database = postgres.database(this, { name: 'langfuse', pods: [...clients, migration.pods] });
    const jobs = queue.connect(this, { name: `${id}-queue`, pods: clients });
    const traces = clickhouse.connect(this, {
      name: `${id}-traces`,
      pods: [...clients, migration.pods],
    });
    const s3 = this.buckets(objects, identity, clients, props.retentionDays);

    const tables = (): EnvVars => ({
      CLICKHOUSE_URL: clickhouse.url,
      CLICKHOUSE_MIGRATION_URL: clickhouse.nativeUrl,
      CLICKHOUSE_USER: traces.key('username'),
      CLICKHOUSE_PASSWORD: traces.key('password'),
      CLICKHOUSE_DB: 'default',
      CLICKHOUSE_CLUSTER_ENABLED: `${clickhouse.replicated}`,
      ...(clickhouse.replicated ? { CLICKHOUSE_CLUSTER_NAME: 'default' } : {}),
    });
    const stores = (): EnvVars => ({
      // Kubernetes sets it to the name of the pod, and both servers listen where it points.
      HOSTNAME: '0.0.0.0',
      HOME: '/tmp',
      DATABASE_URL: database.key('uri'),
      SALT: this.keys.key('salt'),
      ENCRYPTION_KEY: this.keys.key('encryptionKey'),
      TELEMETRY_ENABLED: 'false',
      ...tables(),
      REDIS_HOST: jobs.key('host'),
      REDIS_PORT: `${queue.port}`,
      REDIS_AUTH: jobs.key('password'),
      REDIS_TLS_ENABLED: `${queue.tls}`,
      ...s3,
    });
  }

  /** The project's `publicKey` and `secretKey` in a secret below `consumer`, and the way there for its pods. */
  public connect(
    consumer: Construct,
    { name, pods }: { readonly name: string; readonly pods: readonly PodGroup[] },
  ): ISecret {
    for (const peer of pods) this.web.allowFrom(peer, { port: WEB_PORT, why: `traces of '${name}'` });
    return new ConnectionSecret(consumer, `Traces-${this.node.id}`, {
      name,
      sources: [{ from: this.keys, keys: { publicKey: 'publicKey', secretKey: 'secretKey' } }],
    });
  }

  /** Raw events and exports are forgotten; media are part of a trace and stay. */
  private buckets(
    objects: IObjectStore,
    identity: WorkloadIdentity,
    pods: readonly PodGroup[],
    retentionDays = policyOf(this).retentionDays,
  ): EnvVars {
    const { id } = this.node;
    const events = objects.bucket(`${id}-events`, { expireDays: retentionDays });
    const media = objects.bucket(`${id}-media`);
    const [eventKeys, mediaKeys] = [events, media].map((bucket, i) => {
      bucket.grantReadWrite(identity);
      return bucket.credentials(this, { name: `${id}-${i === 0 ? 'events' : 'media'}`, pods });
    });
    return {
      ...s3Env('EVENT_UPLOAD', events, 'events/', eventKeys),
      ...s3Env('MEDIA_UPLOAD', media, 'media/', mediaKeys),
      LANGFUSE_S3_BATCH_EXPORT_ENABLED: 'true',
      ...s3Env('BATCH_EXPORT', events, 'exports/', eventKeys),
    };
  }

  private mustNotEvict(queue: ICache): void {
    if (queue.role === 'queue') return;
    throw new PlatformError(this, {
      what: `'queue' is a cache of role '${queue.role}'`,
      why: 'it may evict: what waits there has not been written anywhere else, and traces are lost in silence',
      fix: "pass one of role 'queue' (maxmemory-policy noeviction)",
    });
  }

  private mustBeAHost(host: string | undefined): void {
    if (host === undefined || /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(host)) return;
    throw new PlatformError(this, {
      what: `'host' is '${host}'`,
      why: 'Langfuse sends browsers back to https://<host>, and refuses to start when that is no URL',
      fix: "write the host name alone, such as 'traces.example.com'",
    });
  }
}

/** The Job does it. */
const WITHOUT_MIGRATION: EnvVars = {
  LANGFUSE_AUTO_POSTGRES_MIGRATION_DISABLED: 'true',
  LANGFUSE_AUTO_CLICKHOUSE_MIGRATION_DISABLED: 'true',
};
