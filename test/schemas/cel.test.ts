import { describe, expect, test } from 'vitest';
import { crdOf, knownKinds, type SchemaNode, schemaOf, validateObject } from '../../lib/schemas';
import { celName, toCel } from '../../lib/schemas/cel/convert';
import { compile } from '../../lib/schemas/cel/environment';

/** Rules that the engine cannot run, each with the reason. None is left today; a new one is added knowingly or not at all. */
const UNCHECKED: Readonly<Record<string, string>> = {};

const customSchemas = knownKinds().flatMap((known) => {
  const cut = known.lastIndexOf('/');
  const [apiVersion, kind] = [known.slice(0, cut), known.slice(cut + 1)];
  const schema = crdOf(apiVersion, kind) && schemaOf(apiVersion, kind);
  return schema ? [{ known, schema }] : [];
});

/** A value in which every field is present, so that a rule reaches all that it reads. */
function filled(node: SchemaNode): unknown {
  const { schema } = node;
  if (typeof schema.default === 'string') return schema.default;
  if (schema.enum) return schema.enum[0];
  switch (node.type) {
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return node.items ? [filled(node.items)] : [];
    case 'object': {
      const fields = Object.keys(schema.properties ?? {}).map((name) => [name, filledField(node, name)]);
      return Object.fromEntries(node.values ? [...fields, ['key', filled(node.values)]] : fields);
    }
    default:
      return /s\|m|m\|s|ms\|/.test(schema.pattern ?? '') || rulesOf(node).includes('duration(') ? '5s' : '1';
  }
}

const rulesOf = ({ schema }: SchemaNode): string =>
  (schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule).join(' ');

function filledField(node: SchemaNode, name: string): unknown {
  const field = node.field(name);
  return field ? filled(field) : undefined;
}

function* nodesOf(node: SchemaNode | undefined): Generator<SchemaNode> {
  if (!node) return;
  yield node;
  for (const name of Object.keys(node.schema.properties ?? {})) {
    if (name !== 'metadata') yield* nodesOf(node.field(name));
  }
  yield* nodesOf(node.items);
  yield* nodesOf(node.values);
}

describe('the rules of all custom resources', () => {
  test('every one is run by the engine, or listed with the reason', () => {
    const failing = new Map<string, string>();
    let seen = 0;
    for (const { known, schema } of customSchemas) {
      for (const node of nodesOf(schema)) {
        for (const { rule, messageExpression } of node.schema['x-kubernetes-validations'] ?? []) {
          if (/\boldSelf\b/.test(rule)) continue;
          seen++;
          const self = toCel(filled(node), node);
          for (const [expression, type] of [
            [rule, 'boolean'],
            [messageExpression, 'string'],
          ] as const) {
            if (!expression) continue;
            try {
              const result = compile(expression)({ self });
              if (typeof result !== type) failing.set(expression, `${known}: gives ${String(result)}`);
            } catch (error) {
              failing.set(expression, `${known}: ${String(error).split('\n')[0]}`);
            }
          }
        }
      }
    }
    expect(seen).toBeGreaterThan(400);
    const unlisted = [...failing].filter(([rule]) => !(rule in UNCHECKED));
    expect(unlisted).toEqual([]);
    expect(Object.keys(UNCHECKED).filter((rule) => !failing.has(rule))).toEqual([]);
  });
});

const lines = (object: unknown) =>
  validateObject(object).map(({ source, path, message }) => `${source} ${path}: ${message}`);

const nodeClass = (spec: object) => ({
  apiVersion: 'karpenter.k8s.aws/v1',
  kind: 'EC2NodeClass',
  metadata: { name: 'gpu' },
  spec: {
    amiSelectorTerms: [{ alias: 'al2023@v20260714' }],
    role: 'nodes',
    subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'demo' } }],
    securityGroupSelectorTerms: [{ tags: { 'aws:eks:cluster-name': 'demo' } }],
    ...spec,
  },
});

const nodePool = (spec: object, requirements: object[] = []) => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name: 'gpu' },
  spec: {
    template: {
      spec: { nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'gpu' }, requirements },
    },
    ...spec,
  },
});

const scaledObject = (spec: object) => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'chat' },
  spec: {
    scaleTargetRef: { name: 'chat' },
    triggers: [{ type: 'cpu', metadata: { value: '70' } }],
    ...spec,
  },
});

const route = (rule: object) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'chat' },
  spec: { parentRefs: [{ name: 'edge' }], rules: [rule] },
});

describe('EC2NodeClass', () => {
  test('an alias names a family and a version', () => {
    expect(lines(nodeClass({}))).toEqual([]);
    expect(lines(nodeClass({ amiSelectorTerms: [{ alias: 'al2023' }] }))).toMatchInlineSnapshot(`
      [
        "cel spec.amiSelectorTerms[0].alias: 'alias' is improperly formatted, must match the format 'family@version'",
      ]
    `);
    expect(lines(nodeClass({ amiSelectorTerms: [{ alias: 'ubuntu@latest' }] }))).toMatchInlineSnapshot(`
      [
        "cel spec.amiSelectorTerms[0].alias: family is not supported, must be one of the following: 'al2', 'al2023', 'bottlerocket', 'windows2019', 'windows2022', 'windows2025'",
      ]
    `);
    expect(lines(nodeClass({ amiFamily: 'Bottlerocket' }))).toMatchInlineSnapshot(`
      [
        "cel spec: if set, amiFamily must be 'AL2023' or 'Custom' when using an AL2023 alias",
      ]
    `);
  });

  test('one of role and instance profile', () => {
    expect(lines(nodeClass({ role: undefined, instanceProfile: 'nodes' }))).toEqual([]);
    expect(lines(nodeClass({ role: undefined }))).toMatchInlineSnapshot(`
      [
        "cel spec: must specify exactly one of ['role', 'instanceProfile']",
      ]
    `);
    expect(lines(nodeClass({ subnetSelectorTerms: [] }))).toMatchInlineSnapshot(`
      [
        "cel spec.subnetSelectorTerms: subnetSelectorTerms cannot be empty",
        "cel spec.subnetSelectorTerms: 'id' is mutually exclusive, cannot be set with a combination of other fields in a subnet selector term",
      ]
    `);
    expect(
      lines(nodeClass({ kubelet: { evictionSoft: { 'memory.available': '5%' } } })),
    ).toMatchInlineSnapshot(`
      [
        "cel spec.kubelet: evictionSoft OwnerKey does not have a matching evictionSoftGracePeriod (the rule could not run: No such key: evictionSoftGracePeriod)",
      ]
    `);
  });
});

describe('NodePool', () => {
  test('labels of Karpenter are its own', () => {
    const requirement = { operator: 'In', values: ['x'] };
    expect(lines(nodePool({}, [{ ...requirement, key: 'karpenter.sh/capacity-type' }]))).toEqual([]);
    expect(lines(nodePool({}, [{ ...requirement, key: 'karpenter.sh/mine' }]))).toMatchInlineSnapshot(`
      [
        "cel spec.template.spec.requirements[0].key: label domain "karpenter.sh" is restricted",
      ]
    `);
    expect(lines(nodePool({}, [{ ...requirement, key: 'karpenter.k8s.aws/mine' }]))).toMatchInlineSnapshot(`
      [
        "cel spec.template.spec.requirements[0].key: label domain "karpenter.k8s.aws" is restricted",
      ]
    `);
  });

  test('values follow the operator', () => {
    const key = 'karpenter.k8s.aws/instance-cpu';
    expect(lines(nodePool({}, [{ key, operator: 'Gt', values: ['4'] }]))).toEqual([]);
    expect(lines(nodePool({}, [{ key, operator: 'Gt', values: ['4', '8'] }]))).toMatchInlineSnapshot(`
      [
        "cel spec.template.spec.requirements: requirements operator 'Gt', 'Lt', 'Gte', or 'Lte' must have a single positive integer value",
      ]
    `);
    expect(
      lines(nodePool({}, [{ key, operator: 'In', values: ['4'], minValues: 2 }])),
    ).toMatchInlineSnapshot(`
      [
        "cel spec.template.spec.requirements: requirements with 'minValues' must have at least that many values specified in the 'values' field",
      ]
    `);
  });

  test('a schedule needs a duration; a static pool has no weight', () => {
    const budgets = [{ nodes: '1', schedule: '0 8 * * *' }];
    expect(lines(nodePool({ disruption: { consolidateAfter: '1m', budgets } }))).toMatchInlineSnapshot(`
      [
        "cel spec.disruption.budgets: 'schedule' must be set with 'duration'",
      ]
    `);
    expect(lines(nodePool({ replicas: 1, weight: 5 }))).toMatchInlineSnapshot(`
      [
        "cel spec: 'weight' is not supported on static NodePools",
      ]
    `);
  });
});

describe('ScaledObject', () => {
  test('the least is not more than the most, of which 100 is the default', () => {
    expect(lines(scaledObject({ minReplicaCount: 1, maxReplicaCount: 8 }))).toEqual([]);
    expect(lines(scaledObject({ minReplicaCount: 9, maxReplicaCount: 8 }))).toMatchInlineSnapshot(`
      [
        "cel spec: minReplicaCount must be less than or equal to maxReplicaCount",
      ]
    `);
    expect(lines(scaledObject({ minReplicaCount: 101 }))).toHaveLength(1);
  });
});

describe('HTTPRoute', () => {
  const rewrite = {
    type: 'URLRewrite',
    urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } },
  };

  test('a filter carries what its type says', () => {
    expect(lines(route({ filters: [{ type: 'URLRewrite' }] }))).toMatchInlineSnapshot(`
      [
        "cel spec.rules[0].filters[0]: filter.urlRewrite must be specified for URLRewrite filter.type",
      ]
    `);
  });

  test('has() below an index: rewriting a prefix needs one prefix', () => {
    const matching = (type: string) =>
      route({ filters: [rewrite], matches: [{ path: { type, value: '/v1' } }] });
    expect(lines(matching('PathPrefix'))).toEqual([]);
    expect(lines(matching('Exact'))).toMatchInlineSnapshot(`
      [
        "cel spec.rules[0]: When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
      ]
    `);
  });

  test('defaults are filled in first: a rule without matches means the prefix /', () => {
    expect(lines(route({ filters: [rewrite] }))).toEqual([]);
  });

  test('durations are compared as durations', () => {
    expect(lines(route({ timeouts: { request: '1m', backendRequest: '60s' } }))).toEqual([]);
    expect(lines(route({ timeouts: { request: '1m', backendRequest: '61s' } }))).toMatchInlineSnapshot(`
      [
        "cel spec.rules[0].timeouts: backendRequest timeout cannot be longer than request timeout",
      ]
    `);
  });
});

describe('other rules', () => {
  test('names that CEL reserves, and Go regular expressions', () => {
    const parent = { name: 'edge', namespace: 'gateway' };
    const twice = { ...route({}), spec: { parentRefs: [parent, parent] } };
    expect(lines(twice)).toMatchInlineSnapshot(`
      [
        "cel spec.parentRefs: sectionName must be unique when parentRefs includes 2 or more references to the same parent",
      ]
    `);
    expect(compile(`self.matches('^(?i)chat$')`)({ self: 'Chat' })).toBe(true);
    expect(compile(`self.matches('^chat$')`)({ self: 'Chat' })).toBe(false);
    expect(compile(`self.find('^[^@]+')`)({ self: 'al2023@latest' })).toBe('al2023');
    expect(compile('isIP(self)')({ self: '::1' })).toBe(true);
  });

  test('are not run on an object whose schema is not met', () => {
    expect(lines(scaledObject({ minReplicaCount: 9, maxReplicaCount: 'eight' }))).toMatchInlineSnapshot(`
      [
        "schema spec.maxReplicaCount: must be an integer, not 'eight'",
      ]
    `);
  });

  test('say what is wrong with an expression, once', () => {
    expect(() => compile('self.nonsense(')).toThrow();
    expect(() => compile('nonsense(self)')).toThrow(/overload|nonsense/);
  });

  test('about a change say nothing of a new object', () => {
    const pool = nodePool({});
    expect(JSON.stringify(crdOf('karpenter.sh/v1', 'NodePool'))).toContain('oldSelf');
    expect(lines(pool)).toEqual([]);
  });
});

describe('values as CEL sees them', () => {
  test('whole numbers are 64-bit integers, undeclared fields are hidden, reserved names are escaped', () => {
    const pool = schemaOf('karpenter.sh/v1', 'NodePool')?.field('spec');
    expect(toCel({ weight: 3, nonsense: 1, limits: { cpu: 4 } }, pool)).toEqual({
      weight: 3n,
      limits: { cpu: 4n },
    });
    expect(['namespace', 'a-b', 'x.y/z', 'a__b', 'plain'].map(celName)).toEqual([
      '__namespace__',
      'a__dash__b',
      'x__dot__y__slash__z',
      'a__underscores__b',
      'plain',
    ]);
  });
});

test('rules about quantities, durations and the last of a list are really judged', () => {
  const policy = (spec: object) => ({
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayPolicy',
    metadata: { name: 'door' },
    spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }], ...spec },
  });
  const http = (fields: object) => lines(policy({ frontend: { http: fields } })).join('\n');
  expect(http({ http2FrameSize: '16Ki', http1IdleTimeout: '10m' })).toBe('');
  expect(http({ http2FrameSize: '8Ki' })).toContain('http2FrameSize');
  expect(http({ http2FrameSize: '2Mi' })).toContain('http2FrameSize');
  expect(http({ http1IdleTimeout: 'soon' })).toContain('http1IdleTimeout');
  const delayed = (conditions: readonly object[]) =>
    lines(policy({ traffic: { transformation: { conditional: conditions } } })).join('\n');
  const always = { policy: { request: { remove: ['x-b'] } } };
  const sometimes = { condition: 'true', ...always };
  expect(delayed([sometimes, always])).toBe('');
  expect(delayed([always, sometimes])).toContain('conditional');
});
