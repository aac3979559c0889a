import { expect, test } from 'vitest';
import { objectsOf } from '../../lib/core';
import { MilvusCluster, S3Store, SeaweedStore } from '../../lib/data';
import { find } from '../core/tree';
import { facts, faults, openBetween, pods, stores } from './tree';

function inProd(props: Partial<ConstructorParameters<typeof MilvusCluster>[2]> = {}) {
  const scope = stores();
  const bucket = new S3Store(scope, 'objects').bucket('vectors');
  return { scope, milvus: new MilvusCluster(scope, 'rag', { bucket, ...props }) };
}

function inLocal() {
  const scope = stores('local');
  const bucket = new SeaweedStore(scope, 'objects').bucket('vectors');
  const operator = pods(scope, 'operator');
  return { scope, milvus: new MilvusCluster(scope, 'rag', { bucket, operator }) };
}

test('in prod: every component twice, etcd of three, S3 by the identity of the pods', () => {
  const { scope } = inProd();
  expect(find(scope, 'Milvus')).toMatchObject({
    apiVersion: 'milvus.io/v1beta1',
    spec: {
      mode: 'cluster',
      components: {
        image: 'milvusdb/milvus:v2.6.25',
        serviceAccountName: 'rag-milvus',
        runAsNonRoot: true,
        disableMetric: true,
        proxy: { replicas: 2, serviceType: 'ClusterIP' },
        mixCoord: { replicas: 2 },
        streamingNode: { replicas: 2 },
        dataNode: { replicas: 2 },
        queryNode: {
          replicas: 2,
          resources: { requests: { cpu: '1', memory: '8Gi' }, limits: { memory: '8Gi' } },
          topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }],
        },
      },
      dependencies: {
        msgStreamType: 'woodpecker',
        etcd: { inCluster: { deletionPolicy: 'Retain', pvcDeletion: false, values: { replicaCount: 3 } } },
        storage: { external: true, type: 'S3', endpoint: 's3.us-east-1.amazonaws.com:443' },
      },
      config: {
        minio: {
          bucketName: 'nexus-prod-vectors-111122223333-us-east-1',
          rootPath: 'rag',
          useSSL: true,
          useIAM: true,
        },
        common: { security: { authorizationEnabled: true } },
      },
    },
  });
  expect(find(scope, 'ServiceAccount', 'rag-milvus').metadata.annotations).toEqual({
    'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/nexus-prod-us-east-1-data-rag-milvus',
  });
  expect(facts(scope).of('identity')).toMatchObject([{ via: 'irsa', statements: [{}, {}] }]);
  expect(faults(scope)).toEqual([]);
});

test('in local: one process, and the keys of the stand-in under the names that Milvus reads', () => {
  const { scope } = inLocal();
  expect(find(scope, 'Milvus')).toMatchObject({
    spec: {
      mode: 'standalone',
      components: { standalone: { replicas: 1, resources: { requests: { cpu: '1', memory: '4Gi' } } } },
      dependencies: {
        etcd: { inCluster: { deletionPolicy: 'Delete', pvcDeletion: true, values: { replicaCount: 1 } } },
        storage: { type: 'S3', endpoint: 'objects.data.svc:8333', secretRef: 'rag-objects' },
      },
      config: { minio: { bucketName: 'nexus-local-vectors', useSSL: false, useIAM: false } },
    },
  });
  const { data } = find(scope, 'ExternalSecret', 'rag-objects').spec as { data: { secretKey: string }[] };
  expect(data.map(({ secretKey }) => secretKey)).toEqual(['accesskey', 'secretkey']);
  expect(openBetween(scope, 'rag-standalone', 'objects')).toEqual([8333]);
  expect(openBetween(scope, 'operator', 'objects')).toEqual([8333]);
  expect(openBetween(scope, 'operator', 'rag-etcd')).toEqual([2379]);
  expect(faults(scope)).toEqual([]);
});

test('the pods are declared as the object asks for them', () => {
  const { scope } = inProd({ replicas: 3, resources: { queryNode: { cpu: '4', memory: '32Gi' } } });
  const declared = facts(scope)
    .of('pods')
    .filter(({ maker }) => maker === 'operator')
    .map(({ owner, replicas, template }) => [
      owner,
      replicas,
      template.metadata.labels['app.kubernetes.io/component'],
      template.spec.containers[0].resources?.requests,
    ]);
  expect(declared).toEqual([
    ['Milvus/data/rag#etcd', 3, undefined, { cpu: '250m', memory: '1Gi' }],
    ['Milvus/data/rag#proxy', 3, 'proxy', { cpu: '500m', memory: '2Gi' }],
    ['Milvus/data/rag#mixcoord', 3, 'mixcoord', { cpu: '500m', memory: '2Gi' }],
    ['Milvus/data/rag#streamingnode', 3, 'streamingnode', { cpu: '500m', memory: '4Gi' }],
    ['Milvus/data/rag#datanode', 3, 'datanode', { cpu: '1', memory: '4Gi' }],
    ['Milvus/data/rag#querynode', 3, 'querynode', { cpu: '4', memory: '32Gi' }],
  ]);
});

test('components call each other where each listens, and all of them ask etcd', () => {
  const { scope } = inProd();
  expect(openBetween(scope, 'rag-proxy', 'rag-querynode')).toEqual([21123]);
  expect(openBetween(scope, 'rag-querynode', 'rag-mixcoord')).toEqual([53100]);
  expect(openBetween(scope, 'rag-mixcoord', 'rag-proxy')).toEqual([19529]);
  expect(openBetween(scope, 'rag-datanode', 'rag-etcd')).toEqual([2379]);
  expect(openBetween(scope, 'rag-etcd', 'rag-etcd')).toEqual([2379, 2380]);
  const outward = facts(scope)
    .of('edge')
    .filter(({ to }) => 'outside' in to && to.outside === 'objectStore');
  expect(outward).toHaveLength(5);
});

test('who connects gets the keys of root and the way to the proxy', () => {
  const { scope, milvus } = inProd();
  const secret = milvus.connect(scope, { name: 'search', pods: [pods(scope)] });
  expect(milvus.uri).toBe('http://rag-milvus.data.svc:19530');
  expect(secret.name).toBe('search-vectors');
  expect([...secret.keys].sort()).toEqual(['password', 'username']);
  expect(openBetween(scope, 'web', 'rag-proxy')).toEqual([19530]);
});

test('one Job takes the first password from root, as often as it runs', () => {
  const { scope } = inProd();
  const job = find(scope, 'Job');
  expect(job.metadata.name).toMatch(/^rag-root-password-[0-9a-f]{8}$/);
  const { template } = job.spec as { template: { spec: { containers: { command: string[] }[] } } };
  expect(template.spec.containers[0].command[2]).toMatchInlineSnapshot(`
    "set -eu
    users="$MILVUS/v2/vectordb/users"
    call() {
      curl --silent --show-error --max-time 20 --header 'Content-Type: application/json' \\
        --header "Authorization: Bearer root:$1" --data "$3" "$users/$2" || true
    }
    for attempt in $(seq 100); do
      case "$(call "$WANTED" list '{}')" in
        *'"code":0'*) echo "root has its password"; exit 0 ;;
      esac
      # Known to everybody until now.
      call Milvus update_password \\
        "{\\"userName\\":\\"root\\",\\"password\\":\\"Milvus\\",\\"newPassword\\":\\"$WANTED\\"}" > /tmp/answer
      sleep 10
    done
    cat /tmp/answer
    exit 1
    "
  `);
  expect(openBetween(scope, job.metadata.name, 'rag-proxy')).toEqual([19530]);
});

test('a drain takes one pod of a component at a time', () => {
  const budgets = (scope: ReturnType<typeof stores>) =>
    objectsOf(scope)
      .filter(({ kind }) => kind === 'PodDisruptionBudget')
      .map(({ metadata }) => metadata.name);
  expect(budgets(inProd().scope)).toContain('rag-milvus-querynode');
  expect(budgets(inLocal().scope)).toEqual([]);
});

test('metrics of every component, and of etcd', () => {
  expect(inProd().milvus.metrics.map(({ name, portNumber }) => [name, portNumber])).toEqual([
    ['rag-proxy', 9091],
    ['rag-mixcoord', 9091],
    ['rag-streamingnode', 9091],
    ['rag-datanode', 9091],
    ['rag-querynode', 9091],
    ['rag-etcd', 2379],
  ]);
});

test('resources of a component that the mode does not run are refused', () => {
  expect(() =>
    inProd({ mode: 'standalone', resources: { queryNode: { cpu: '4', memory: '32Gi' } } }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/rag (MilvusCluster): 'resources' names 'queryNode', and mode 'standalone' does not run it
      why: the operator would ignore it, and the memory you meant to give stays as it was
      fix: name one of standalone]
  `);
});

test('a standalone Milvus in several pods is refused', () => {
  expect(() => inProd({ mode: 'standalone', replicas: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/rag (MilvusCluster): 'replicas' is 2 in mode 'standalone'
      why: a standalone Milvus is one process that owns all the data it serves
      fix: set mode to 'cluster', or leave replicas out]
  `);
});
