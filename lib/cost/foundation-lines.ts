import type { FoundationPlan } from '../aws';
import {
  cachePrice,
  databasePrice,
  findInstance,
  type ServiceUnit,
  servicePrice,
  type UnitPrice,
} from '../catalog';
import { type Amount, exactly, HOURS } from './amount';
import type { CostLine, UsageLine } from './line';
import { priceOf } from './nodes';

/** A product of a price: `3 × $0.045/h × 730 h`. */
interface Part {
  readonly count: number;
  readonly of: string;
  readonly price: UnitPrice | undefined;
  /** Times a price is charged in a month. */
  readonly hours?: number;
}

/** A line that costs the same at every scale. */
function line(service: string, item: string, parts: readonly Part[], more: readonly Part[] = []): CostLine {
  // What is known of it counts; the rest is named.
  const monthly = (list: readonly Part[]): Amount | undefined => {
    const known = list.flatMap(({ count, price, hours = 1 }) => (price ? [count * price.usd * hours] : []));
    return known.length ? exactly(known.reduce((all, usd) => all + usd, 0)) : undefined;
  };
  const idle = monthly(parts);
  const maximum = more.length ? monthly([...parts.slice(0, 1), ...more]) : idle;
  const all = [...parts, ...more];
  const said = ({ count, of, price, hours }: Part) =>
    `${count} × ${of} (${price ? `$${price.usd}${hours ? `/h × ${hours}` : '/month'}` : 'price unknown'})`;
  return {
    service,
    item,
    usd: idle && maximum ? { idle, maximum, ceiling: maximum } : {},
    arithmetic: parts.map(said).join(' + ') + (more.length ? `; grows to ${more.map(said).join(' + ')}` : ''),
    sources: all.flatMap(({ price }) => price?.source ?? []),
    unknown: [...new Set(all.filter(({ price }) => !price).map(({ of }) => of))],
  };
}

/** What AWS charges for the plan of an environment, whatever runs on it. */
export function foundationLines(plan: FoundationPlan): readonly CostLine[] {
  const { region, network } = plan;
  const price = (unit: ServiceUnit) => servicePrice(unit, region);
  const nats = network.natGateways.length;
  const secrets = [
    ...plan.suppliedSecrets,
    ...plan.databases.map(({ secret }) => secret),
    ...plan.caches.flatMap(({ secret, tokenSecret }) => [secret, tokenSecret]),
  ].length;
  return [
    line('EKS', 'control plane', [{ count: 1, of: 'cluster', price: price('eksClusterHour'), hours: HOURS }]),
    ...plan.nodeGroups.map(({ name, instanceTypes: [type], size, launchTemplate }) => {
      const found = findInstance(type) && priceOf(type, region);
      return line('EC2 nodes', name, [
        { count: size.desired, of: type, price: found, hours: HOURS },
        { count: size.desired * launchTemplate.volume.sizeGiB, of: 'GiB gp3', price: price('gp3GibMonth') },
      ]);
    }),
    ...(nats
      ? [
          line('NAT gateways', `${nats}`, [
            { count: nats, of: 'gateway', price: price('natGatewayHour'), hours: HOURS },
            { count: nats, of: 'public address', price: price('publicAddressHour'), hours: HOURS },
          ]),
        ]
      : []),
    ...plan.databases.map(({ id, instanceClass, multiAz, storage }) => {
      const unit = price(multiAz ? 'rdsGp3MultiGibMonth' : 'rdsGp3GibMonth');
      const of = `GiB gp3${multiAz ? ', in two zones' : ''}`;
      return line(
        'RDS',
        id,
        [
          {
            count: 1,
            of: `${instanceClass}${multiAz ? ' with its standby' : ''}`,
            price: databasePrice(instanceClass, multiAz, region),
            hours: HOURS,
          },
          { count: storage.sizeGiB, of, price: unit },
        ],
        [{ count: storage.maxGiB, of, price: unit }],
      );
    }),
    ...plan.caches.map(({ id, nodeType, nodes }) =>
      line('ElastiCache', id, [
        { count: nodes, of: nodeType, price: cachePrice(nodeType, region), hours: HOURS },
      ]),
    ),
    line('KMS', 'keys', [{ count: plan.keys.length, of: 'key', price: price('kmsKeyMonth') }]),
    ...(secrets
      ? [line('Secrets Manager', 'secrets', [{ count: secrets, of: 'secret', price: price('secretMonth') }])]
      : []),
  ];
}

/** A number of equal things at a monthly or hourly price. */
export const unitLine = (service: string, item: string, part: Part): CostLine => line(service, item, [part]);

/** What costs by use: nobody knows it before, so it is named and never counted. */
export function usageLines(plan: FoundationPlan): readonly UsageLine[] {
  const { region } = plan;
  const each = (unit: ServiceUnit, of: string) => {
    const found = servicePrice(unit, region);
    return found ? `, $${found.usd} ${of}` : '';
  };
  return [
    ...(plan.buckets.length
      ? [
          {
            service: 'S3',
            what: `${plan.buckets.length} buckets${each('s3GibMonth', 'a GB-month')}, requests`,
          },
        ]
      : []),
    {
      service: 'CloudWatch',
      what: `${plan.logGroups.length} log groups: what is written${each('logGibMonth', 'a GB-month kept')}`,
    },
    { service: 'Data transfer', what: 'through NAT gateways, between zones, to the internet' },
    { service: 'KMS, Secrets Manager, SQS', what: 'calls' },
  ];
}
