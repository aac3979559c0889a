import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { claim, DeclaredPods, declare, images, namespaceOf, type PodGroup, zoneSpread } from '../core';
import { podTemplates } from './clickhouse-pod';

export interface ClickHouseKeeperProps {
  /** Name of the installation. */
  readonly name: string;
  /** An odd number: it works while more than half are there. */
  readonly members: number;
}

const PORT = 2181;
const RAFT_PORT = 9444;
const STORAGE_GIB = 10;
const CONTAINER = {
  name: 'clickhouse-keeper',
  image: images.clickhouseKeeper,
  cpu: '100m',
  memory: '512Mi',
  ports: { zk: PORT, raft: RAFT_PORT },
} as const;

/** What the replicas of a ClickHouse agree through. */
export class ClickHouseKeeper extends Construct {
  public readonly host: string;
  public readonly port = PORT;
  public readonly pods: PodGroup;

  constructor(scope: Construct, id: string, { name, members }: ClickHouseKeeperProps) {
    super(scope, id);
    const namespace = namespaceOf(this);
    const labels = { 'clickhouse-keeper.altinity.com/chk': name };
    const spread = zoneSpread(this, labels);
    this.host = `keeper-${name}.${namespace}.svc`;

    new ApiObject(this, 'Installation', {
      apiVersion: 'clickhouse-keeper.altinity.com/v1',
      kind: 'ClickHouseKeeperInstallation',
      metadata: { name, namespace },
      spec: {
        configuration: { clusters: [{ name: 'default', layout: { replicasCount: members } }] },
        ...podTemplates(this, {
          container: CONTAINER,
          spread,
          volume: { name: 'default', storageGiB: STORAGE_GIB },
        }),
      },
    });
    const declared = new DeclaredPods(this, 'Members', {
      name: 'keeper',
      by: `ClickHouseKeeperInstallation/${namespace}/${name}`,
      maker: 'operator',
      labels,
      replicas: members,
      containers: [CONTAINER],
      spec: {
        volumes: [claim(this, 'default', STORAGE_GIB)],
        ...spread,
      },
    });
    declare(this, 'provides', {
      objects: [
        {
          id: `Service/${namespace}/keeper-${name}`,
          ports: [PORT, RAFT_PORT],
          selects: labels,
        },
      ],
    });
    this.pods = declared.pods;
    this.pods.allowFrom(this.pods, { port: RAFT_PORT, why: 'keepers agree' });
  }
}
