import { Construct } from 'constructs';
import type { IBucket, IObjectStore, IScrapeTarget } from '../contracts';
import {
  ConnectionSecret,
  clusterOf,
  cut,
  GeneratedSecret,
  type ISecret,
  images,
  type MetricsEndpoint,
  stamped,
  Task,
  Workload,
} from '../core';

export interface SeaweedStoreProps {
  /** @default 20 */
  readonly storageGiB?: number;
}

const PORT = 8333;
/** What signatures name where there is no region. */
const REGION = 'us-east-1';

/** Succeeds whether the bucket is new or there: 409 says that it is ours already. */
const MAKE_BUCKET = `set -eu
status=$(curl --silent --show-error --output /tmp/answer --write-out '%{http_code}' \\
  --retry 30 --retry-delay 5 --retry-connrefused --max-time 20 \\
  --aws-sigv4 "aws:amz:$REGION:s3" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
  --request PUT "$ENDPOINT/$BUCKET")
case "$status" in
  200 | 409) echo "bucket $BUCKET is there" ;;
  *) echo "bucket $BUCKET: HTTP $status"; cat /tmp/answer; exit 1 ;;
esac
`;

/**
 * SeaweedFS in one pod, for environments without S3; the id is its name. One pair of keys opens every bucket, and there
 * is one copy of the data: use `S3Store` wherever AWS is.
 */
export class SeaweedStore extends Construct implements IObjectStore, IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];
  private readonly server: Workload;
  private readonly keys: GeneratedSecret;
  private readonly buckets = new Map<string, IBucket>();

  constructor(scope: Construct, id: string, props: SeaweedStoreProps = {}) {
    super(scope, id);
    const { storageGiB = 20 } = props;
    this.keys = new GeneratedSecret(this, 'Keys', {
      name: `${id}-keys`,
      generate: { accessKey: { length: 20 }, secretKey: { length: 40 } },
    });
    this.server = new Workload(this, 'Server', {
      name: id,
      kind: 'StatefulSet',
      replicas: 1,
      image: images.seaweedfs,
      command: ['weed', '-logtostderr=true', 'server'],
      args: [
        '-dir=/data',
        '-ip=$(POD_IP)',
        '-ip.bind=0.0.0.0',
        '-master.telemetry=false',
        // Each bucket begins with seven volumes of its own: large ones would use up a small disk.
        '-master.volumeSizeLimitMB=128',
        '-volume.max=0',
        '-filer',
        '-s3',
        `-s3.port=${PORT}`,
        '-s3.port.iceberg=0',
        '-s3.port.lance=0',
        // Buckets are made by those who ask for them, not by a mistyped upload.
        '-s3.autoCreateBucket=false',
        '-metricsPort=9327',
      ],
      env: {
        POD_IP: { field: 'status.podIP' },
        // With keys in its environment it knows one administrator, and nobody without a name.
        AWS_ACCESS_KEY_ID: this.keys.key('accessKey'),
        AWS_SECRET_ACCESS_KEY: this.keys.key('secretKey'),
      },
      claims: { data: { path: '/data', size: `${storageGiB}Gi` } },
      ports: { s3: PORT, metrics: 9327 },
      ready: { path: '/healthz', port: 's3' },
      startupSeconds: 180,
      resources: { cpu: '200m', memory: '1Gi' },
    });
    this.metrics = [this.server.metrics('metrics')];
  }

  /** Objects never expire here: `expireDays` needs S3. */
  public bucket(name: string): IBucket {
    const known = this.buckets.get(name);
    if (known) return known;
    const { prefix, environment } = clusterOf(this);
    const bucket = cut(`${prefix}-${environment}-${name}`, 63);
    const endpoint = `http://${this.server.host}:${PORT}`;
    const make = new Task(this, `${name}-bucket`, {
      name: stamped(`${this.node.id}-${name}`, [images.curl, endpoint, bucket, MAKE_BUCKET].join('\n')),
      image: images.curl,
      command: ['sh', '-c', MAKE_BUCKET],
      env: {
        ENDPOINT: endpoint,
        BUCKET: bucket,
        REGION,
        AWS_ACCESS_KEY_ID: this.keys.key('accessKey'),
        AWS_SECRET_ACCESS_KEY: this.keys.key('secretKey'),
      },
      resources: { cpu: '20m', memory: '64Mi' },
      deadlineSeconds: 900,
    });
    this.server.pods.allowFrom(make.pods, { port: PORT, why: `makes bucket ${name}` });
    const made: IBucket = {
      name: bucket,
      region: REGION,
      endpoint,
      hostPort: `${this.server.host}:${PORT}`,
      tls: false,
      // Rights are in the keys, not in an identity.
      grantRead: () => {},
      grantReadWrite: () => {},
      credentials: (consumer, props) => this.credentials(consumer, props),
    };
    this.buckets.set(name, made);
    return made;
  }

  private credentials(consumer: Construct, props: Parameters<IBucket['credentials']>[1]): ISecret {
    const { name, pods, keys = { accessKey: 'accessKey', secretKey: 'secretKey' } } = props;
    for (const group of pods) this.server.pods.allowFrom(group, { port: PORT, why: `objects of ${name}` });
    // The same keys open all its buckets.
    const known = consumer.node.tryFindChild(`${name}-objects`);
    if (known instanceof ConnectionSecret) return known;
    return new ConnectionSecret(consumer, `${name}-objects`, {
      name: `${name}-objects`,
      sources: [{ from: this.keys, keys: { [keys.accessKey]: 'accessKey', [keys.secretKey]: 'secretKey' } }],
    });
  }
}
