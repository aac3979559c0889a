import type { FoundationPlan } from './foundation-plan';

/** An upper bound of one CloudFormation template, as CDK writes it: indented, with the paths of constructs. */
export interface TemplateSize {
  readonly resources: number;
  readonly bytes: number;
}

/**
 * Bytes of a resource beside what the plan says of it: its type, property names, references and logical id.
 * Measured; a test compares the sum with real templates.
 */
const FRAMES = {
  key: 210,
  alias: 190,
  logGroup: 420,
  role: 280,
  vpc: 410,
  internetGateway: 340,
  attachment: 260,
  flowLog: 560,
  subnet: 350,
  association: 310,
  routeTable: 350,
  route: 250,
  address: 430,
  nat: 480,
  endpoint: 580,
  cluster: 1140,
  issuer: 410,
  access: 370,
  podIdentity: 440,
  addon: 280,
  launchTemplate: 690,
  nodeGroup: 650,
  queue: 200,
  queuePolicy: 200,
  rule: 520,
  bucket: 1060,
  bucketPolicy: 300,
  secret: 580,
  subnetGroup: 350,
  securityGroup: 800,
  database: 970,
  databaseParameters: 300,
  secretAttachment: 330,
  cache: 860,
  cacheParameters: 270,
  parameter: 510,
} as const;

type Part = readonly [frame: keyof typeof FRAMES, said: unknown];

/** A policy statement lies five levels deeper in the template than in the plan, and nothing lies deeper. */
const DEEPER = 5;

function written(said: unknown): number {
  if (said === undefined) return 0;
  const text = JSON.stringify(said, null, 1);
  return text.length + text.split('\n').length * DEEPER;
}

/** How large the template of a plan can become; no CDK needed. */
export function foundationBound(plan: FoundationPlan): TemplateSize {
  const parts = partsOf(plan);
  // On every resource: the name in its path, and the tags.
  const each = plan.name.length + JSON.stringify(plan.tags, null, 1).length;
  const bytes = parts.reduce((sum, [frame, said]) => sum + FRAMES[frame] + each + written(said), 0);
  return { resources: parts.length, bytes: Math.ceil(bytes) };
}

function partsOf(plan: FoundationPlan): Part[] {
  const { network } = plan;
  const egress = network.routeTables.filter((table) => table.egress !== 'none');
  return [
    ...plan.keys.flatMap((key): Part[] => [
      ['key', key],
      ['alias', key.alias],
    ]),
    ...plan.logGroups.map((group): Part => ['logGroup', group]),
    ...plan.roles.map((role): Part => ['role', role]),
    ['vpc', network.name],
    ['internetGateway', network.name],
    ['attachment', undefined],
    ['flowLog', network.flowLogs],
    ...network.subnets.flatMap((subnet): Part[] => [
      ['subnet', subnet],
      ['association', undefined],
    ]),
    ...network.routeTables.map((table): Part => ['routeTable', table]),
    ...egress.map((table): Part => ['route', table]),
    ...network.natGateways.flatMap((nat): Part[] => [
      ['address', nat.name],
      ['nat', nat],
    ]),
    ...network.gatewayEndpoints.map((endpoint): Part => ['endpoint', endpoint]),
    ['cluster', plan.cluster],
    ['issuer', plan.cluster.audiences],
    ...plan.accessEntries.map((entry): Part => ['access', entry]),
    ...plan.associations.map((association): Part => ['podIdentity', association]),
    ...plan.addons.map((addon): Part => ['addon', addon]),
    ...plan.nodeGroups.flatMap(({ launchTemplate, ...group }): Part[] => [
      ['launchTemplate', [launchTemplate, launchTemplate.tags]],
      // It waits for every route and association, and names each.
      [
        'nodeGroup',
        [group, [...network.subnets, ...egress].map(({ name }) => `Network${name}routes01234567`)],
      ],
    ]),
    ...plan.queues.flatMap(({ policy, rules, ...queue }): Part[] => [
      ['queue', queue],
      ['queuePolicy', policy],
      ...rules.map((rule): Part => ['rule', rule]),
    ]),
    ...plan.buckets.flatMap(({ policy, ...bucket }): Part[] => [
      ['bucket', bucket],
      ['bucketPolicy', policy],
    ]),
    ...plan.suppliedSecrets.map((secret): Part => ['secret', secret]),
    ...plan.subnetGroups.map((group): Part => ['subnetGroup', group]),
    ...plan.securityGroups.map((group): Part => ['securityGroup', group]),
    ...plan.databases.flatMap(({ secret, parameterGroup, ...database }): Part[] => [
      ['secret', secret],
      ['databaseParameters', parameterGroup],
      ['database', database],
      ['secretAttachment', undefined],
    ]),
    ...plan.caches.flatMap(({ secret, tokenSecret, parameterGroup, ...cache }): Part[] => [
      ['secret', tokenSecret],
      ['cacheParameters', parameterGroup],
      ['cache', cache],
      ['secret', secret],
    ]),
    ...Object.values(plan.parameters).map((name): Part => ['parameter', name]),
  ];
}
