import { Construct } from 'constructs';
import {
  claim,
  clusterOf,
  DeclaredPods,
  declare,
  images,
  type MetricsEndpoint,
  namespaceOf,
  type PodGroup,
  policyOf,
  sized,
  zoneSpread,
} from '../core';

export interface MilvusEtcdProps {
  /** Name of the Milvus object. */
  readonly milvus: string;
  readonly replicas: number;
}

const CLIENT = 2379;
const PEER = 2380;
const RESOURCES = { cpu: '250m', memory: '1Gi' };
const STORAGE_GIB = 10;

/** The etcd that the Milvus operator installs from its own chart, for what Milvus knows of its data. */
export class MilvusEtcd extends Construct {
  /** The part of the Milvus object that asks for it. */
  public readonly dependency: object;
  public readonly metrics: MetricsEndpoint;
  private readonly pods: PodGroup;

  constructor(scope: Construct, id: string, { milvus, replicas }: MilvusEtcdProps) {
    super(scope, id);
    const namespace = namespaceOf(this);
    const name = `${milvus}-etcd`;
    const { cpu, memory } = RESOURCES;
    const keep = policyOf(this).keepData;
    const labels = { 'app.kubernetes.io/name': 'etcd', 'app.kubernetes.io/instance': name };
    const spread = replicas > 1 ? zoneSpread(this, labels) : {};

    this.dependency = {
      inCluster: {
        // Without it the objects in the bucket are bytes without a meaning.
        deletionPolicy: keep ? 'Retain' : 'Delete',
        pvcDeletion: !keep,
        values: {
          replicaCount: replicas,
          resources: sized({ cpu, memory }),
          persistence: { storageClass: clusterOf(this).storageClass, size: `${STORAGE_GIB}Gi` },
          // The budget of a single member would stop every drain of its node.
          pdb: { create: replicas > 1 },
          containerSecurityContext: {
            enabled: true,
            runAsUser: 1001,
            runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          ...spread,
        },
      },
    };
    const members = new DeclaredPods(this, 'Members', {
      name: 'etcd',
      by: `Milvus/${namespace}/${milvus}`,
      maker: 'operator',
      labels,
      replicas,
      containers: [{ name: 'etcd', image: images.etcd, ...RESOURCES, ports: { client: CLIENT, peer: PEER } }],
      spec: { volumes: [claim(this, 'data', STORAGE_GIB)], ...spread },
    });
    this.pods = members.pods;
    for (const port of [CLIENT, PEER]) this.pods.allowFrom(this.pods, { port, why: 'quorum' });
    this.metrics = members.metrics('client');
    declare(this, 'provides', {
      objects: ['', '-headless'].map((suffix) => ({
        id: `Service/${namespace}/${name}${suffix}`,
        ports: [CLIENT, PEER],
        selects: labels,
      })),
    });
  }

  /** Let these pods read and write. */
  public admit(pods: PodGroup): void {
    this.pods.allowFrom(pods, { port: CLIENT, why: 'what Milvus knows of its data' });
  }
}
