import { describe, expect, test } from 'vitest';
import { referencesResolve } from '../../lib/proofs/references-resolve';
import {
  brought,
  configMap,
  custom,
  deployment,
  metadata,
  namespace,
  podSpec,
  provided,
  refusals,
  type Scene,
  service,
} from './scene';

const check = (scene: Scene) =>
  refusals(referencesResolve, {
    ...scene,
    before: { cluster: [namespace('apps'), namespace('data')], ...scene.before },
  });
const secretEnv = (name: string, key: string) =>
  podSpec({}, { env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name, key } } }] });

describe('what pods name', () => {
  const facts = {
    provides: [provided('Secret/apps/web-db', { keys: ['host', 'uri'] }), provided('Secret/data/owner')],
  };

  test('a Secret that nobody creates, and a key it does not have', () => {
    expect(check({ objects: [deployment(secretEnv('web-bd', 'uri'))], facts })).toMatchInlineSnapshot(`
      "Deployment/apps/web: env TOKEN of container 'web' names Secret 'web-bd' in namespace 'apps', which nothing creates; did you mean 'web-db'?
        why: the container is never created (CreateContainerConfigError), or its operator waits for ever
        fix: name 'web-db', or create 'web-bd'"
    `);
    expect(check({ objects: [deployment(secretEnv('web-db', 'url'))], facts })).toMatchInlineSnapshot(`
      "Deployment/apps/web: env TOKEN of container 'web' reads key 'url' of Secret 'web-db' in namespace 'apps', which has host, uri; did you mean 'uri'?
        why: the container is never created (CreateContainerConfigError), or its operator waits for ever
        fix: read 'uri', or write 'url'"
    `);
    expect(check({ objects: [deployment(secretEnv('web-db', 'uri'))], facts })).toBe('');
  });

  test('a Secret of another namespace', () => {
    expect(check({ objects: [deployment(secretEnv('owner', 'uri'))], facts })).toMatchInlineSnapshot(`
      "Deployment/apps/web: env TOKEN of container 'web' names Secret 'owner' in namespace 'apps', which nothing creates
        why: the container is never created (CreateContainerConfigError), or its operator waits for ever
        fix: it exists in namespace 'data', and names do not cross namespaces: create it in 'apps' too"
    `);
  });

  test('a Secret that an ExternalSecret will write has its keys', () => {
    const store = custom('external-secrets.io/v1', 'SecretStore', 'store', {});
    const external = custom('external-secrets.io/v1', 'ExternalSecret', 'web', {
      secretStoreRef: { kind: 'SecretStore', name: 'store' },
      target: { name: 'web-keys' },
      data: [{ secretKey: 'token', remoteRef: { key: 'x' } }],
    });
    const kinds = {
      provides: [brought('external-secrets.io/ExternalSecret', 'external-secrets.io/SecretStore')],
    };
    const scene = (key: string) => ({
      objects: [store, external, deployment(secretEnv('web-keys', key))],
      facts: kinds,
    });
    expect(check(scene('tokn'))).toMatchInlineSnapshot(`
      "Deployment/apps/web: env TOKEN of container 'web' reads key 'tokn' of Secret 'web-keys' in namespace 'apps', which has token; did you mean 'token'?
        why: the container is never created (CreateContainerConfigError), or its operator waits for ever
        fix: read 'token', or write 'tokn'"
    `);
    expect(check(scene('token'))).toBe('');
  });

  test('files, claims, accounts and classes', () => {
    const spec = podSpec({
      volumes: [
        { name: 'a', configMap: { name: 'fils' } },
        { name: 'b', persistentVolumeClaim: { claimName: 'models' } },
        { name: 'c', projected: { sources: [{ secret: { name: 'certificate' } }] } },
      ],
      serviceAccountName: 'web',
      priorityClassName: 'high',
    });
    expect(check({ objects: [deployment(spec), configMap({ x: 'y' })] })).toMatchInlineSnapshot(`
      "Deployment/apps/web: volume 'a' names ConfigMap 'fils' in namespace 'apps', which nothing creates; did you mean 'files'?
        why: the container is never created (CreateContainerConfigError), or its operator waits for ever
        fix: name 'files', or create 'fils'
      Deployment/apps/web: volume 'b' names PersistentVolumeClaim 'models' in namespace 'apps', which nothing creates
        why: the pod stays Pending: its volume cannot be bound
        fix: create PersistentVolumeClaim 'models' in namespace 'apps', or let whatever brings it say so
      Deployment/apps/web: volume 'c' names Secret 'certificate' in namespace 'apps', which nothing creates
        why: the container is never created (CreateContainerConfigError), or its operator waits for ever
        fix: create Secret 'certificate' in namespace 'apps', or let whatever brings it say so
      Deployment/apps/web: serviceAccountName names ServiceAccount 'web' in namespace 'apps', which nothing creates
        why: no pod is created: the ReplicaSet reports "serviceaccount not found"
        fix: create ServiceAccount 'web' in namespace 'apps', or let whatever brings it say so
      Deployment/apps/web: priorityClassName names PriorityClass 'high', which nothing creates
        why: no pod is created: admission refuses the unknown class
        fix: create PriorityClass 'high', or let the release that brings it say so"
    `);
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: metadata('models'),
      spec: { storageClassName: 'gp3' },
    };
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('web') };
    const repaired = podSpec({
      volumes: [
        { name: 'a', configMap: { name: 'files' } },
        { name: 'b', persistentVolumeClaim: { claimName: 'models' } },
        { name: 'c', projected: { sources: [{ secret: { name: 'certificate', optional: true } }] } },
        { name: 'd', configMap: { name: 'kube-root-ca.crt' } },
      ],
      serviceAccountName: 'web',
      priorityClassName: 'system-cluster-critical',
    });
    expect(
      check({
        objects: [deployment(repaired), configMap({ x: 'y' }), claim, account],
        facts: { provides: [provided('StorageClass/gp3')] },
      }),
    ).toBe('');
    expect(check({ objects: [claim] })).toContain(
      "storageClassName names StorageClass 'gp3', which nothing creates",
    );
  });

  test('a probe on a port that the container does not open', () => {
    const probed = (port: string | number) => podSpec({}, { livenessProbe: { httpGet: { port } } });
    expect(check({ objects: [deployment(probed('metrics'))] })).toMatchInlineSnapshot(`
      "Deployment/apps/web: livenessProbe of container 'web' asks port 'metrics', which it does not open; it opens http (8080)
        why: the probe never succeeds: the container is restarted for ever
        fix: probe a port that the container opens, or add it to its ports"
    `);
    expect(check({ objects: [deployment(probed(9090))] })).toContain("asks port '9090'");
    expect(check({ objects: [deployment(probed('http'))] })).toBe('');
  });
});

describe('what lies between Services and ports', () => {
  test('a target port that no container opens', () => {
    const wrong = service({ ports: [{ port: 80, targetPort: 'htp' }] });
    expect(check({ objects: [deployment(), wrong] })).toMatchInlineSnapshot(`
      "Service/apps/web: port 80 names port 'htp', which Deployment/apps/web does not open; it opens http (8080); did you mean 'http'?
        why: the Service has no endpoint on that port: connections are refused
        fix: name 'http'"
    `);
    expect(check({ objects: [deployment(), service()] })).toBe('');
  });

  test('ingresses, routes and webhooks', () => {
    const ingress = (name: string, port: object) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: metadata('web'),
      spec: { rules: [{ http: { paths: [{ path: '/', backend: { service: { name, port } } }] } }] },
    });
    const route = (parent: string, port: number) =>
      custom('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', {
        parentRefs: [{ name: parent }],
        rules: [{ backendRefs: [{ name: 'web', port }] }],
      });
    const webhook = (name: string) => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'web' },
      webhooks: [
        { name: 'web.example.com', clientConfig: { service: { name, namespace: 'apps', port: 80 } } },
      ],
    });
    const facts = {
      provides: [brought('gateway.networking.k8s.io/HTTPRoute'), provided('Gateway/apps/public')],
    };
    const common = [deployment(), service()];
    expect(
      check({
        objects: [...common, ingress('web', { name: 'htpp' }), route('publik', 81), webhook('wep')],
        facts,
      }),
    ).toMatchInlineSnapshot(`
      "Ingress/apps/web: rules[0].http.paths[0].backend.service names port 'htpp' of Service 'web' in namespace 'apps', which opens http (80); did you mean 'http'?
        why: a connection to a port that the Service does not open is refused
        fix: name 'http'
      HTTPRoute/apps/web: parentRefs names Gateway 'publik' in namespace 'apps', which nothing creates; did you mean 'public'?
        why: its controller finds nothing under that name and never becomes ready
        fix: name 'public', or create 'publik'
      HTTPRoute/apps/web: rules[0].backendRefs names port '81' of Service 'web' in namespace 'apps', which opens http (80)
        why: a connection to a port that the Service does not open is refused
        fix: name a port of the Service, or open this one
      ValidatingWebhookConfiguration/web: webhook 'web.example.com' names Service 'wep' in namespace 'apps', which nothing creates; did you mean 'web'?
        why: its controller finds nothing under that name and never becomes ready
        fix: name 'web', or create 'wep'"
    `);
    expect(
      check({
        objects: [...common, ingress('web', { name: 'http' }), route('public', 80), webhook('web')],
        facts,
      }),
    ).toBe('');
  });

  test('monitors', () => {
    const pods = (port: string) =>
      custom('monitoring.coreos.com/v1', 'PodMonitor', 'pods', {
        selector: { matchLabels: { app: 'web' } },
        podMetricsEndpoints: [{ port }],
      });
    const services = (port: string) =>
      custom('monitoring.coreos.com/v1', 'ServiceMonitor', 'services', {
        selector: { matchLabels: { app: 'web' } },
        endpoints: [{ port }],
      });
    const facts = {
      provides: [brought('monitoring.coreos.com/PodMonitor', 'monitoring.coreos.com/ServiceMonitor')],
    };
    const common = [deployment(), service()];
    expect(
      check({ objects: [...common, pods('metrics'), services('metrics')], facts }),
    ).toMatchInlineSnapshot(`
      "PodMonitor/apps/pods: podMetricsEndpoints names port 'metrics', which Deployment/apps/web does not open; it opens http (8080)
        why: Prometheus drops the target in silence: every alert and scaler on it stays empty
        fix: name a port that a container opens, or add it to its ports
      ServiceMonitor/apps/services: endpoints names port 'metrics', which Service/apps/web does not open; it opens http
        why: Prometheus drops the target in silence: every alert and scaler on it stays empty
        fix: name a port of the Service by its name"
    `);
    expect(check({ objects: [...common, pods('http'), services('http')], facts })).toBe('');
  });
});

describe('host names', () => {
  const told = (value: string, name = 'URL') => deployment(podSpec({}, { env: [{ name, value }] }));
  const facts = { provides: [provided('Service/data/db-rw', { ports: [5432] })] };

  test('a Service that is missing, a port it does not open', () => {
    expect(check({ objects: [told('postgresql://db-rv.data.svc:5432/app')], facts })).toMatchInlineSnapshot(`
      "Deployment/apps/web: env URL of container 'web' says 'db-rv.data.svc:5432', and there is no Service 'db-rv' in namespace 'data'; did you mean 'db-rw'?
        why: the name does not resolve: every connection fails at run time
        fix: name 'db-rw'"
    `);
    expect(
      check({ objects: [told('postgresql://db-rw.data.svc.cluster.local:5433/app')], facts }),
    ).toMatchInlineSnapshot(`
      "Deployment/apps/web: env URL of container 'web' says 'db-rw.data.svc.cluster.local:5433', and Service/data/db-rw opens 5432, not 5433
        why: connections to a port that the Service does not open are refused
        fix: name a port of the Service, or open this one"
    `);
    expect(check({ objects: [told('postgresql://db-rw.data.svc:5432/app')], facts })).toBe('');
  });

  test('a bare name is looked up in the namespace of the pod', () => {
    const common = [service({}, 'cache'), deployment(podSpec(), { name: 'cache' })];
    expect(check({ objects: [told('redis', 'REDIS_HOST')] })).toMatchInlineSnapshot(`
      "Deployment/apps/web: env REDIS_HOST of container 'web' says 'redis', and there is no Service 'redis' in namespace 'apps'
        why: the name does not resolve: every connection fails at run time
        fix: take the host from the construct that makes the Service, or let what brings it say so"
    `);
    expect(check({ objects: [...common, told('http://cache:81')] })).toContain('opens http (80), not 81');
    expect(
      check({
        objects: [
          ...common,
          told('http://cache:80'),
          { ...told('cache', 'REDIS_HOST'), metadata: metadata('two') },
        ],
      }),
    ).toBe('');
  });

  test('arguments, files, custom resources and chart values are read too', () => {
    const release = {
      name: 'grafana',
      namespace: 'apps',
      chart: 'grafana',
      repository: 'https://charts.example.com',
      version: '1.0.0',
      values: { url: 'http://prom.data.svc:9090' },
      skipCrds: false,
      requires: [],
      path: 'apps/grafana',
      layer: 'apps',
    };
    const scaled = custom('keda.sh/v1alpha1', 'ScaledObject', 'web', {
      address: 'http://prom.data.svc:9090',
    });
    const all = check({
      objects: [
        deployment(podSpec({}, { args: ['--url=http://prom.data.svc:9090'] })),
        configMap({ 'a.yaml': 'url: http://prom.data.svc:9090' }),
        scaled,
      ],
      facts: { release: [release], provides: [brought('keda.sh/ScaledObject')] },
    });
    const places = all.split('\n').filter((line) => line.includes("says 'prom.data.svc:9090'"));
    expect(places.map((line) => line.split(' says')[0])).toEqual([
      "Deployment/apps/web: an argument of container 'web'",
      "ConfigMap/apps/files: 'a.yaml'",
      'ScaledObject/apps/web: spec.address',
      'release/apps/grafana: values.url',
    ]);
  });

  test.each([
    'http://localhost:8000',
    'http://0.0.0.0:4317',
    'https://llm.example.com:443/v1',
    'https://kubernetes.default.svc',
    'http://{{ .host }}.data.svc:80',
    'http://$(HOST):8000',
    'com.example.svc.impl',
    '*.data.svc',
  ])('%s is no business of ours', (value) => {
    expect(check({ objects: [told(value)] })).toBe('');
  });
});

describe('what custom resources name', () => {
  const kinds = (...more: object[]) => ({
    provides: [
      brought(
        'keda.sh/ScaledObject',
        'keda.sh/TriggerAuthentication',
        'kafka.strimzi.io/KafkaTopic',
        'kafka.strimzi.io/Kafka',
        'postgresql.cnpg.io/Cluster',
        'postgresql.cnpg.io/Database',
        'karpenter.sh/NodePool',
        'external-secrets.io/ExternalSecret',
      ),
      ...more,
    ],
  });

  test('faults', () => {
    const objects = [
      custom('keda.sh/v1alpha1', 'ScaledObject', 'web', {
        triggers: [{ type: 'kafka', authenticationRef: { name: 'kafka-auth' } }],
      }),
      custom('keda.sh/v1alpha1', 'TriggerAuthentication', 'other', {
        secretTargetRef: [{ name: 'x', key: 'y' }],
      }),
      custom(
        'kafka.strimzi.io/v1',
        'KafkaTopic',
        'events',
        {},
        { labels: { 'strimzi.io/cluster': 'evnts' } },
      ),
      custom('kafka.strimzi.io/v1', 'Kafka', 'events', {}),
      custom('postgresql.cnpg.io/v1', 'Cluster', 'db', {
        storage: { storageClass: 'fast' },
        managed: { roles: [{ passwordSecret: { name: 'role' } }] },
      }),
      custom('postgresql.cnpg.io/v1', 'Database', 'app', { cluster: { name: 'bd' } }),
      custom('external-secrets.io/v1', 'ExternalSecret', 'web', {
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws' },
        dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'generator' } } }],
      }),
      {
        apiVersion: 'karpenter.sh/v1',
        kind: 'NodePool',
        metadata: { name: 'l4' },
        spec: { template: { spec: { nodeClassRef: { kind: 'EC2NodeClass', name: 'gpu' } } } },
      },
    ];
    expect(check({ objects, facts: kinds() })).toMatchInlineSnapshot(`
      "ScaledObject/apps/web: trigger 'kafka' names TriggerAuthentication 'kafka-auth' in namespace 'apps', which nothing creates
        why: KEDA cannot build the scaler: the workload never scales
        fix: create TriggerAuthentication 'kafka-auth' in namespace 'apps', or let whatever brings it say so
      KafkaTopic/apps/events: label strimzi.io/cluster names Kafka 'evnts' in namespace 'apps', which nothing creates; did you mean 'events'?
        why: its controller finds nothing under that name and never becomes ready
        fix: name 'events', or create 'evnts'
      Cluster/apps/db: spec.managed.roles[0].passwordSecret names Secret 'role' in namespace 'apps', which nothing creates
        why: the container is never created (CreateContainerConfigError), or its operator waits for ever
        fix: create Secret 'role' in namespace 'apps', or let whatever brings it say so
      Cluster/apps/db: spec.storage.storageClass names StorageClass 'fast', which nothing creates
        why: the claim stays Pending, and the pod with it
        fix: create StorageClass 'fast', or let the release that brings it say so
      Database/apps/app: spec.cluster names Cluster 'bd' in namespace 'apps', which nothing creates; did you mean 'db'?
        why: its controller finds nothing under that name and never becomes ready
        fix: name 'db', or create 'bd'
      ExternalSecret/apps/web: secretStoreRef names ClusterSecretStore 'aws', which nothing creates
        why: nothing is fetched: the Secret is never written
        fix: create ClusterSecretStore 'aws', or let the release that brings it say so
      ExternalSecret/apps/web: dataFrom names Password 'generator' in namespace 'apps', which nothing creates
        why: its controller finds nothing under that name and never becomes ready
        fix: create Password 'generator' in namespace 'apps', or let whatever brings it say so
      NodePool/l4: nodeClassRef names EC2NodeClass 'gpu', which nothing creates
        why: the pool is never ready and launches no node
        fix: create EC2NodeClass 'gpu', or let the release that brings it say so"
    `);
    const there = kinds(
      ...[
        'TriggerAuthentication/apps/kafka-auth',
        'Kafka/apps/evnts',
        'StorageClass/fast',
        'Secret/apps/role',
        'Secret/apps/x',
        'Cluster/apps/bd',
        'ClusterSecretStore/aws',
        'Password/apps/generator',
        'EC2NodeClass/gpu',
      ].map((id) => provided(id)),
    );
    expect(check({ objects, facts: there })).toBe('');
  });

  test('roles and their bindings', () => {
    const binding = (role: string, account: string) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata('reader'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'apps' }],
    });
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: metadata('reader'),
      rules: [],
    };
    expect(check({ objects: [role, binding('raeder', 'nobody')] })).toMatchInlineSnapshot(`
      "RoleBinding/apps/reader: roleRef names Role 'raeder' in namespace 'apps', which nothing creates; did you mean 'reader'?
        why: the binding grants nothing
        fix: name 'reader', or create 'raeder'
      RoleBinding/apps/reader: subjects names ServiceAccount 'nobody' in namespace 'apps', which nothing creates
        why: no pod is created: the ReplicaSet reports "serviceaccount not found"
        fix: create ServiceAccount 'nobody' in namespace 'apps', or let whatever brings it say so"
    `);
    expect(check({ objects: [role, binding('reader', 'default')] })).toBe('');
  });
});

describe('what must come first', () => {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: { group: 'example.com', names: { kind: 'Thing' } },
  };
  const thing = custom('example.com/v1', 'Thing', 'one', {});

  test('a kind that nothing brings, or that comes in the same layer', () => {
    expect(check({ objects: [thing] })).toMatchInlineSnapshot(`
      "Thing/apps/one: is of kind example.com/Thing, which no release and no CRD set brings
        why: the API server refuses it: "no matches for kind"
        fix: add the release that brings the kind, or name the kind in its provides"
    `);
    expect(check({ objects: [thing, crd] })).toMatchInlineSnapshot(`
      "Thing/apps/one: is of kind example.com/Thing in layer 'apps', and CustomResourceDefinition/things.example.com brings it in layer 'apps', which does not come before
        why: the API server refuses it on the first deploy: "no matches for kind"
        fix: move it to a layer of its own, in a later phase or after this one"
    `);
    expect(check({ objects: [thing], before: { cluster: [namespace('apps'), crd] } })).toBe('');
  });

  test('a release brings its kinds in its own layer', () => {
    const release = {
      name: 'things',
      namespace: 'apps',
      chart: 'things',
      repository: 'https://charts.example.com',
      version: '1.0.0',
      values: {},
      skipCrds: false,
      requires: [],
      path: 'operators/things',
    };
    const provides = [{ ...brought('example.com/Thing'), by: 'release/apps/things' }];
    const scene = (layer: string) => ({
      objects: [thing],
      facts: { provides, release: [{ ...release, layer }] },
    });
    expect(check(scene('apps'))).toContain("brings it in layer 'apps', which does not come before");
    expect(check({ ...scene('operators'), before: { operators: [] } })).toBe('');
  });

  test('a namespace that nobody writes', () => {
    const lost = { ...configMap({}), metadata: { name: 'x', namespace: 'app' } };
    expect(check({ objects: [lost] })).toMatchInlineSnapshot(`
      "ConfigMap/app/x: is in namespace 'app', which nothing creates; did you mean 'apps'?
        why: the API server refuses it: namespaces are written in phase cluster only
        fix: name 'apps', or add 'app' to the namespaces"
    `);
    expect(check({ objects: [{ ...lost, metadata: { name: 'x', namespace: 'kube-system' } }] })).toBe('');
  });
});
