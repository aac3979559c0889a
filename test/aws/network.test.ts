import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controlPlaneCidrs, databaseCidrs, nodeCidrs } from '../../lib/aws';
import { planOf } from './fixture';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

describe('ranges', () => {
  test('nodes of three zones get a /18 each of a /16, the rest is cut up', () => {
    expect(nodeCidrs('10.0.0.0/16', ZONES)).toEqual(['10.0.0.0/18', '10.0.64.0/18', '10.0.128.0/18']);
    expect(controlPlaneCidrs('10.0.0.0/16', ZONES)).toEqual([
      '10.0.208.0/22',
      '10.0.212.0/22',
      '10.0.216.0/22',
    ]);
    expect(databaseCidrs('10.0.0.0/16', ZONES)).toEqual(['10.0.224.0/22', '10.0.228.0/22', '10.0.232.0/22']);
  });

  const bounds = (cidr: string): [number, number] => {
    const [address, prefix] = cidr.split('/');
    const from = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
    return [from, from + 2 ** (32 - Number(prefix))];
  };

  test('no two overlap, all lie in the VPC, whatever its range and zones', () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.integer({ min: 16, max: 20 }),
        fc.integer({ min: 2, max: 6 }),
        (second, prefix, count) => {
          const cidr = `10.${second}.0.0/${prefix}`;
          const zones = Array.from({ length: count }, (_, index) => `zone-${index}`);
          const all = [nodeCidrs, controlPlaneCidrs, databaseCidrs].flatMap((ranges) => ranges(cidr, zones));
          const sorted = all.map(bounds).sort(([a], [b]) => a - b);
          const [first, last] = bounds(cidr);
          expect(sorted[0][0]).toBeGreaterThanOrEqual(first);
          expect(sorted[sorted.length - 1][1]).toBeLessThanOrEqual(last);
          for (let index = 1; index < sorted.length; index += 1) {
            expect(sorted[index][0]).toBeGreaterThanOrEqual(sorted[index - 1][1]);
          }
        },
      ),
    );
  });
});

describe('the network', () => {
  const prod = planOf('prod').network;
  const dev = planOf('dev').network;

  test('the plan uses the ranges that policies name', () => {
    const of = (kind: string) =>
      prod.subnets.filter((subnet) => subnet.kind === kind).map(({ cidr }) => cidr);
    expect(of('control-plane')).toEqual(controlPlaneCidrs(prod.cidr, ZONES));
    expect(of('database')).toEqual(databaseCidrs(prod.cidr, ZONES));
  });

  test('a NAT gateway a zone where the policy spreads, one in development', () => {
    expect(prod.natGateways).toHaveLength(3);
    expect(dev.natGateways).toHaveLength(1);
  });

  test('nodes go out through the NAT gateway of their zone, or the only one', () => {
    const nats = (network: typeof prod) =>
      network.routeTables.flatMap(({ name, egress }) =>
        typeof egress === 'object' ? [[name, egress.nat]] : [],
      );
    expect(nats(prod)[1]).toEqual(['nodes-us-east-1b', 'nat-us-east-1b']);
    expect(nats(dev)).toEqual([
      ['nodes-us-east-1a', 'nat-us-east-1a'],
      ['nodes-us-east-1b', 'nat-us-east-1a'],
    ]);
  });

  test('control plane and databases have no way out', () => {
    const tables = prod.subnets
      .filter(({ kind }) => kind === 'control-plane' || kind === 'database')
      .map(({ routeTable }) => routeTable);
    expect(new Set(tables)).toEqual(new Set(['isolated']));
    expect(prod.routeTables.find(({ name }) => name === 'isolated')?.egress).toBe('none');
  });

  test('Karpenter finds the nodes subnets and no other', () => {
    const found = prod.subnets.filter(({ tags }) => tags['karpenter.sh/discovery'] === 'nexus-prod');
    expect(found.map(({ kind }) => kind)).toEqual(['nodes', 'nodes', 'nodes']);
  });

  test('S3 and DynamoDB are reached without NAT from everywhere', () => {
    expect(prod.gatewayEndpoints.map(({ service }) => service)).toEqual([
      'com.amazonaws.us-east-1.s3',
      'com.amazonaws.us-east-1.dynamodb',
    ]);
    expect(prod.gatewayEndpoints[0].routeTables).toContain('nodes-us-east-1c');
  });
});
