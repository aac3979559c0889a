import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import type { IBucket, IScrapeTarget, IVectorStore } from '../contracts';
import {
  ConnectionSecret,
  DeclaredPods,
  declare,
  GeneratedSecret,
  type ISecret,
  images,
  type Labels,
  type MetricsEndpoint,
  namespaceOf,
  PlatformError,
  type PodGroup,
  type PodResources,
  policyOf,
  sized,
  WorkloadIdentity,
  zoneSpread,
} from '../core';
import { COMPONENTS, MILVUS_PORT, type MilvusComponent, SHAPES } from './milvus-components';
import { MilvusEtcd } from './milvus-etcd';
import { RootPassword } from './milvus-root-password';

export interface MilvusClusterProps {
  /** Where vectors, indexes and the write-ahead log lie. */
  readonly bucket: IBucket;
  /**
   * One process for everything, or one for each task.
   * @default - 'cluster' where the environment's policy replicates stores, else 'standalone'
   */
  readonly mode?: 'standalone' | 'cluster';
  /**
   * Pods of each component; a standalone Milvus is always one.
   * @default - the environment's policy: 1 in dev, 2 in prod
   */
  readonly replicas?: number;
  /**
   * What a component asks for; loaded collections live in the memory of `queryNode`, or of `standalone`.
   * @default - 1 CPU with 8Gi for a query node, 4Gi for a standalone one, 500m to 1 CPU with 2Gi to 4Gi for the rest
   */
  readonly resources?: Partial<Readonly<Record<MilvusComponent, Pick<PodResources, 'cpu' | 'memory'>>>>;
  /**
   * Pods of the operator, which must reach etcd and the bucket.
   * @default - none: whoever installs the operator lets it in
   */
  readonly operator?: PodGroup;
}

const METRICS = 9091;
const DATA = '/milvus/data';
/** What the operator writes: pods wait that long for their work to move, so that none is killed within a rollout. */
const GRACE_SECONDS = 30 * 24 * 3600;

/** A vector database run by the Milvus operator, its log on object storage (woodpecker); the id is its name. */
export class MilvusCluster extends Construct implements IVectorStore, IScrapeTarget {
  public readonly uri: string;
  public readonly metrics: readonly MetricsEndpoint[];
  private readonly root: GeneratedSecret;
  private readonly front: PodGroup;

  constructor(scope: Construct, id: string, props: MilvusClusterProps) {
    super(scope, id);
    const policy = policyOf(this);
    const { bucket, operator, mode = policy.members > 1 ? 'cluster' : 'standalone' } = props;
    const replicas = mode === 'standalone' ? 1 : (props.replicas ?? policy.replicas);
    const components = COMPONENTS[mode];
    if (mode === 'standalone' && (props.replicas ?? 1) !== 1) {
      throw new PlatformError(this, {
        what: `'replicas' is ${props.replicas} in mode 'standalone'`,
        why: 'a standalone Milvus is one process that owns all the data it serves',
        fix: "set mode to 'cluster', or leave replicas out",
      });
    }
    for (const component of Object.keys(props.resources ?? {}) as MilvusComponent[]) {
      if (components.includes(component)) continue;
      throw new PlatformError(this, {
        what: `'resources' names '${component}', and mode '${mode}' does not run it`,
        why: 'the operator would ignore it, and the memory you meant to give stays as it was',
        fix: `name one of ${components.join(', ')}`,
      });
    }
    const namespace = namespaceOf(this);
    const labelsOf = (component: MilvusComponent): Labels => ({
      'app.kubernetes.io/name': 'milvus',
      'app.kubernetes.io/instance': id,
      'app.kubernetes.io/component': SHAPES[component].name,
    });
    const shapes = components.map((component) => ({
      component,
      ...SHAPES[component],
      resources: props.resources?.[component] ?? SHAPES[component].resources,
      labels: labelsOf(component),
      spread: replicas > 1 ? zoneSpread(this, labelsOf(component)) : {},
    }));
    this.uri = `http://${id}-milvus.${namespace}.svc:${MILVUS_PORT}`;

    // Its C++ parts cannot ask the Pod Identity agent.
    const identity = new WorkloadIdentity(this, 'Identity', { name: `${id}-milvus`, via: 'irsa' });
    const etcd = new MilvusEtcd(this, 'Etcd', { milvus: id, replicas: policy.members });
    const pods = shapes.map(({ name, internal, resources, labels, spread, component }) => ({
      component,
      internal,
      declared: new DeclaredPods(this, component, {
        name,
        by: `Milvus/${namespace}/${id}`,
        maker: 'operator',
        labels,
        replicas,
        serviceAccount: identity.serviceAccount,
        // The init container that brings the configuration has neither a seccomp profile nor dropped capabilities.
        security: 'baseline',
        containers: [
          {
            name,
            image: images.milvus,
            ...resources,
            ports: {
              metrics: METRICS,
              ...(isFront(component) ? { milvus: MILVUS_PORT } : {}),
            },
          },
        ],
        spec: {
          volumes: [{ name: 'data', emptyDir: {} }],
          terminationGracePeriodSeconds: GRACE_SECONDS,
          ...spread,
        },
      }),
    }));
    this.front = (pods.find(({ component }) => isFront(component)) ?? pods[0]).declared.pods;
    for (const { declared } of pods) {
      identity.usedBy(declared.pods);
      etcd.admit(declared.pods);
      for (const to of pods) {
        for (const port of to.internal) to.declared.pods.allowFrom(declared.pods, { port, why: 'peers' });
      }
    }
    if (operator) etcd.admit(operator);
    bucket.grantReadWrite(identity);
    const credentials = bucket.credentials(this, {
      name: id,
      pods: [...pods.map(({ declared }) => declared.pods), ...(operator ? [operator] : [])],
      keys: { accessKey: 'accesskey', secretKey: 'secretkey' },
    });

    new ApiObject(this, 'Milvus', {
      apiVersion: 'milvus.io/v1beta1',
      kind: 'Milvus',
      metadata: { name: id, namespace, labels: { app: 'milvus' } },
      spec: {
        mode,
        components: {
          image: images.milvus,
          serviceAccountName: identity.serviceAccount,
          runAsNonRoot: true,
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          enableRollingUpdate: true,
          // Monitors are written in one place, with the labels that dashboards ask for.
          disableMetric: true,
          volumes: [{ name: 'data', emptyDir: {} }],
          volumeMounts: [{ name: 'data', mountPath: DATA }],
          ...Object.fromEntries(
            shapes.map(({ component, resources: { cpu, memory }, spread }) => [
              component,
              {
                replicas,
                resources: sized({ cpu, memory }),
                ...spread,
                ...(isFront(component) ? { serviceType: 'ClusterIP' } : {}),
              },
            ]),
          ),
        },
        dependencies: {
          msgStreamType: 'woodpecker',
          etcd: etcd.dependency,
          storage: {
            external: true,
            // Also for what only speaks S3: 'MinIO' would be asked through MinIO's own administration.
            type: 'S3',
            endpoint: bucket.hostPort,
            ...(credentials ? { secretRef: credentials.name } : {}),
          },
        },
        config: {
          localStorage: { path: DATA },
          minio: {
            bucketName: bucket.name,
            rootPath: id,
            region: bucket.region,
            useSSL: bucket.tls,
            useIAM: credentials === undefined,
          },
          common: { security: { authorizationEnabled: true } },
        },
      },
    });
    declare(this, 'provides', {
      objects: [
        {
          id: `Service/${namespace}/${id}-milvus`,
          ports: [MILVUS_PORT, METRICS],
          selects: labelsOf(mode === 'standalone' ? 'standalone' : 'proxy'),
        },
      ],
    });
    if (replicas > 1) this.budgets(shapes);

    this.root = new GeneratedSecret(this, 'Root', {
      name: `${id}-root`,
      generate: { password: {} },
      literals: { username: 'root' },
    });
    const rotation = new RootPassword(this, 'Rotation', { milvus: id, uri: this.uri, secret: this.root });
    this.front.allowFrom(rotation.pods, { port: MILVUS_PORT, why: 'sets the password of root' });
    this.metrics = [...pods.map(({ declared }) => declared.metrics('metrics')), etcd.metrics];
  }

  public connect(
    consumer: Construct,
    { name, pods }: { readonly name: string; readonly pods: readonly PodGroup[] },
  ): ISecret {
    for (const group of pods) this.front.allowFrom(group, { port: MILVUS_PORT, why: `vectors of ${name}` });
    return new ConnectionSecret(consumer, `${name}-vectors`, {
      name: `${name}-vectors`,
      sources: [{ from: this.root, keys: { username: 'username', password: 'password' } }],
    });
  }

  /** The operator writes none. */
  private budgets(shapes: readonly { readonly name: string; readonly labels: Labels }[]): void {
    for (const { name, labels } of shapes) {
      new k8s.KubePodDisruptionBudget(this, `Budget-${name}`, {
        metadata: { name: `${this.node.id}-milvus-${name}`, namespace: namespaceOf(this) },
        spec: {
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          selector: { matchLabels: { ...labels } },
        },
      });
    }
  }
}

const isFront = (component: MilvusComponent): boolean => component === 'standalone' || component === 'proxy';
