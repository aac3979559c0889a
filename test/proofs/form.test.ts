import { describe, expect, test } from 'vitest';
import { nameIsLegal } from '../../lib/proofs/name-is-legal';
import { namesJoin } from '../../lib/proofs/names-join';
import { objectFitsApply } from '../../lib/proofs/object-fits-apply';
import { objectIsValid } from '../../lib/proofs/object-is-valid';
import { templateFitsCloudformation } from '../../lib/proofs/template-fits-cloudformation';
import { configMap, custom, deployment, namespace, podSpec, refusals } from './scene';

describe('object-is-valid', () => {
  test('a misspelt field is refused, the right one passes', () => {
    expect(
      refusals(objectIsValid, { objects: [deployment(podSpec(), { replica: 2 })] }),
    ).toMatchInlineSnapshot(`
      "Deployment/apps/web: spec.replica: unknown field 'replica'; did you mean 'replicas'?
        why: the API server refuses the object, or drops the field in silence
        fix: correct the field; if the construct wrote it, this is a fault of the construct"
    `);
    expect(refusals(objectIsValid, { objects: [deployment(podSpec(), { replicas: 2 })] })).toBe('');
  });

  test('an unknown kind is refused', () => {
    expect(
      refusals(objectIsValid, { objects: [custom('monitoring.coreos.com/v1', 'PodMonitr', 'web', {})] }),
    ).toMatchInlineSnapshot(`
      "PodMonitr/apps/web: kind: nothing is known of kind 'PodMonitr' in 'monitoring.coreos.com/v1'; did you mean monitoring.coreos.com/v1/PodMonitor?
        why: no API server of this version knows it
        fix: correct it; a kind of your own: add its definition (new CrdSet), or name monitoring.coreos.com/PodMonitr in the provides of its release or in existing.kinds"
    `);
  });

  describe('a kind that this library does not know', () => {
    const server = (spec: object) => custom('flags.example.com/v1', 'FlagServer', 'flags', spec);
    const said = (...objects: object[]) => refusals(objectIsValid, { objects });

    test('is refused, with the ways to make it known', () => {
      expect(said(server({}))).toMatchInlineSnapshot(`
        "FlagServer/apps/flags: kind: nothing is known of kind 'FlagServer' in 'flags.example.com/v1'
          why: no API server of this version knows it
          fix: correct it; a kind of your own: add its definition (new CrdSet), or name flags.example.com/FlagServer in the provides of its release or in existing.kinds"
      `);
    });

    test('is read by the definition that the app brings', () => {
      const bounded = definition({ type: 'integer', maximum: 5 });
      expect(said(server({ size: 3 }), bounded)).toBe('');
      expect(said(server({ size: 7 }), bounded)).toContain('spec.size: ');
      expect(said(server({ sise: 3 }), bounded)).toContain("unknown field 'sise'; did you mean 'size'?");
      const { namespace, ...metadata } = server({}).metadata;
      expect(said({ ...server({}), metadata }, bounded)).toContain('metadata.namespace: is absent');
      expect(said({ ...server({}), apiVersion: 'flags.example.com/v2' }, bounded)).toContain(
        'nothing is known',
      );
    });

    test('is not read where somebody says that the cluster has it, which is not quiet', () => {
      const facts = { provides: [{ kinds: ['flags.example.com/FlagServer'] }] };
      expect(refusals(objectIsValid, { objects: [server({ sise: 3 })], facts })).toMatchInlineSnapshot(`
        "FlagServer/apps/flags: is of kind flags.example.com/FlagServer, whose schema is not here: no field of it was read
          why: a field that is misspelt or of the wrong type is found by the API server
          fix: add the definition of the kind to the app (new CrdSet), and it is checked like all others"
      `);
    });

    test('is not read by a definition that is wrong itself', () => {
      const { spec, ...rest } = definition({ type: 'integer' });
      expect(said(server({}), { ...rest, spec: { group: 'flags.example.com' } })).toContain(
        'nothing is known',
      );
      expect(said(server({}), rest)).toContain('nothing is known');
      expect(spec.group).toBe('flags.example.com');
    });
  });

  test('a namespaced object needs a namespace, a cluster-scoped one has none', () => {
    const { metadata, ...rest } = configMap({ a: 'b' });
    const homeless = { ...rest, metadata: { name: metadata.name } };
    const housed = { ...namespace('apps'), metadata: { name: 'apps', namespace: 'apps' } };
    expect(refusals(objectIsValid, { objects: [homeless, housed] })).toMatchInlineSnapshot(`
      "ConfigMap/files: metadata.namespace: is absent, and the kind lives in a namespace
        why: each engine would put it somewhere else
        fix: name its namespace
      Namespace/apps/apps: metadata.namespace: must be absent: the kind belongs to the whole cluster
        why: the API server refuses the object, or drops the field in silence
        fix: correct the field; if the construct wrote it, this is a fault of the construct"
    `);
  });
});

describe('name-is-legal', () => {
  const statefulSet = (name: string) => custom('apps/v1', 'StatefulSet', name, {});

  test('names that controllers lengthen', () => {
    expect(
      refusals(nameIsLegal, {
        objects: [
          statefulSet('a'.repeat(53)),
          custom('keda.sh/v1alpha1', 'ScaledObject', 'b'.repeat(55), {}),
          custom('kafka.strimzi.io/v1', 'Kafka', 'events.v2', {}),
        ],
      }),
    ).toMatchInlineSnapshot(`
      "StatefulSet/apps/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: its name has 53 characters, and a StatefulSet works with 52 at most
        why: the label controller-revision-hash adds 11 characters, and a label holds 63
        fix: shorten it by 1
      ScaledObject/apps/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: its name has 55 characters, and a ScaledObject works with 54 at most
        why: its HPA is called 'keda-hpa-<name>', which becomes a label
        fix: shorten it by 1
      Kafka/apps/events.v2: its name 'events.v2' holds a dot
        why: names of Services and hosts are made of it, and those are DNS labels
        fix: use '-' for '.'"
    `);
    expect(
      refusals(nameIsLegal, {
        objects: [
          statefulSet('a'.repeat(52)),
          custom('keda.sh/v1alpha1', 'ScaledObject', 'b'.repeat(54), {}),
          custom('kafka.strimzi.io/v1', 'Kafka', 'events-v2', {}),
        ],
      }),
    ).toBe('');
  });

  test('one object written twice', () => {
    expect(refusals(nameIsLegal, { objects: [configMap({}), configMap({})] })).toMatchInlineSnapshot(`
      "ConfigMap/apps/files: is written twice: by apps/object-0 and by apps/object-1
        why: the second overwrites the first, and the two fight on every deploy
        fix: give one of them another name"
    `);
    expect(refusals(nameIsLegal, { objects: [configMap({}), configMap({}, 'others')] })).toBe('');
  });

  test('names in AWS', () => {
    const bucket = (bucketName: string) =>
      ({ kind: 'bucket', name: 'weights', bucketName, keep: true }) as const;
    const supplied = (secretPath: string) => ({ kind: 'supplied-secret', secretPath, why: 'a key' }) as const;
    const cache = (name: string) =>
      ({
        kind: 'cache',
        name,
        engineVersion: '8.1',
        nodeType: 'cache.r7g.large',
        replicas: 1,
        maxmemoryPolicy: 'noeviction',
        keep: true,
        secretPath: 'nexus/prod/cache/queue',
      }) as const;
    const identity = (name: string) =>
      ({ namespace: 'apps', serviceAccount: 'web', name, via: 'pod-identity', statements: [] }) as const;
    expect(
      refusals(nameIsLegal, {
        facts: {
          aws: [
            bucket('Nexus_weights'),
            bucket('sthree-weights'),
            supplied('nexus/prod/my key'),
            cache('queue--two'),
          ],
          identity: [identity('apps/web')],
        },
      }),
    ).toMatchInlineSnapshot(`
      "aws/Bucket/Nexus_weights: 'Nexus_weights' (13 characters) is no legal name
        why: S3 allows 3 to 63 lower-case letters, digits, '-' and '.'
        fix: choose a shorter or plainer name; prefix and environment are part of it
      aws/Bucket/sthree-weights: 'sthree-weights' (14 characters) is no legal name
        why: S3 keeps this beginning for itself
        fix: choose a shorter or plainer name; prefix and environment are part of it
      aws/Secret/nexus/prod/my key: 'nexus/prod/my key' (17 characters) is no legal name
        why: Secrets Manager allows 512 letters, digits and '/_+=.@-' in a path
        fix: choose a shorter or plainer name; prefix and environment are part of it
      aws/Cache/queue--two: 'queue--two' (10 characters) is no legal name
        why: RDS and ElastiCache allow lower-case letters, digits and single '-', starting with a letter
        fix: choose a shorter or plainer name; prefix and environment are part of it
      ServiceAccount/apps/web: its role would be called after 'apps/web'
        why: IAM allows letters, digits and '+=,.@_-' in the name of a role
        fix: use those characters only"
    `);
    expect(
      refusals(nameIsLegal, {
        facts: {
          aws: [bucket('nexus-weights'), supplied('nexus/prod/my-key'), cache('queue-two')],
          identity: [identity('apps-web')],
        },
      }),
    ).toBe('');
  });
});

describe('object-fits-apply', () => {
  test('a large ConfigMap is refused, a smaller one passes', () => {
    // 100,000 characters of three bytes each.
    const large = configMap({ 'dashboard.json': '…'.repeat(100_000) });
    expect(refusals(objectFitsApply, { objects: [large] })).toMatchInlineSnapshot(`
      "ConfigMap/apps/files: has 300114 bytes as JSON, and a client-side apply carries 262144
        why: it keeps a copy in an annotation: "metadata.annotations: Too long"
        fix: split its files over several ConfigMaps"
    `);
    expect(refusals(objectFitsApply, { objects: [configMap({ text: 'x'.repeat(250_000) })] })).toBe('');
  });
});

describe('template-fits-cloudformation', () => {
  test('each limit is refused by itself', () => {
    const templateBound = [
      { stack: 'Platform', resources: 501, bytes: 10 },
      { stack: 'Foundation', resources: 10, bytes: 1_000_001 },
    ];
    expect(refusals(templateFitsCloudformation, { plan: { templateBound } })).toMatchInlineSnapshot(`
      "Stack/Platform: may have 501 resources, and a stack holds 500
        why: CloudFormation refuses the change set
        fix: render manifests through GitOps, or split the environment
      Stack/Foundation: may have 1000001 bytes, and a template holds 1000000
        why: CloudFormation refuses the template
        fix: render manifests through GitOps, or split the environment"
    `);
    const fits = [{ stack: 'Platform', resources: 500, bytes: 1_000_000 }];
    expect(refusals(templateFitsCloudformation, { plan: { templateBound: fits } })).toBe('');
  });
});

describe('names-join', () => {
  const object = 'Deployment/apps/gateway';
  const scope = 'model alias';

  test('a used name must be defined in the same scope', () => {
    const elsewhere = { object, scope: 'metric job', defines: 'claud' };
    const facts = [{ object, scope, defines: 'claude' }, elsewhere, { object, scope, uses: 'claud' }];
    expect(refusals(namesJoin, { facts: { join: facts } })).toMatchInlineSnapshot(`
      "Deployment/apps/gateway: uses model alias 'claud', which nothing defines; did you mean 'claude'?
        why: both ends must have the same model alias: there are claude
        fix: name 'claude'"
    `);
    expect(refusals(namesJoin, { facts: { join: [facts[0], { object, scope, uses: 'claude' }] } })).toBe('');
  });
});

const definition = (size: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'flagservers.flags.example.com' },
  spec: {
    group: 'flags.example.com',
    scope: 'Namespaced',
    names: { kind: 'FlagServer', plural: 'flagservers' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size } } },
          },
        },
      },
    ],
  },
});
