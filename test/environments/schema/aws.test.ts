import { describe, expect, test } from 'vitest';
import { awsWith } from '../files';

describe('aws', () => {
  test('account, region and zones', () => {
    expect(
      awsWith(
        ['"111122223333"', '011122223333'],
        ['region: us-east-1', 'region: us-east'],
        ['[us-east-1a, us-east-1b]', '[us-east-1a]'],
        ['role/platform-admins', 'user/me'],
        ['endpoint: private', 'endpoint: public'],
      ),
    ).toMatchInlineSnapshot(`
      "env.yaml
        4:12  aws.account: 011122223333 is read as a number; write it in quotes: "011122223333"
        5:11  aws.region: 'us-east' is not a region such as us-east-1
        6:10  aws.zones: has 1 entry; at least 2 must be there
        7:12  aws.admins[0]: 'arn:aws:iam::111122223333:user/me' is not the ARN of an IAM role, such as arn:aws:iam::111122223333:role/platform-admins
        8:13  aws.endpoint: 'public' is neither 'private' nor a map: Who reaches the API server: 'private', or { public: [ranges] }
      5 problems; nothing was synthesized"
    `);
  });

  test('zones of another region, listed twice, too few for prod', () => {
    expect(
      awsWith(['[us-east-1a, us-east-1b]', '[us-east-1a, eu-west-1b, us-east-1a]']),
    ).toMatchInlineSnapshot(`
      "env.yaml
        6:23  aws.zones[1]: 'eu-west-1b' is not a zone of us-east-1
        6:35  aws.zones[2]: 'us-east-1a' is listed twice
      2 problems; nothing was synthesized"
    `);
    expect(awsWith(['tier: dev', 'tier: prod'])).toMatchInlineSnapshot(`
      "env.yaml
        6:10  aws.zones: has 2 zones; tier 'prod' needs 3, since quorums of three spread over them
      1 problem; nothing was synthesized"
    `);
  });

  test('nobody gets in', () => {
    expect(awsWith(['["arn:aws:iam::111122223333:role/platform-admins"]', '[]'])).toMatchInlineSnapshot(`
      "env.yaml
        7:11  aws.admins: has 0 entries; at least 1 must be there
      1 problem; nothing was synthesized"
    `);
  });

  test('a public endpoint names its ranges', () => {
    expect(awsWith(['endpoint: private', 'endpoint: { public: [203.0.113.0/24] }'])).toBe('(loads)');
    expect(
      awsWith(['endpoint: private', 'endpoint: { public: [203.0.113.0, 300.1.1.1/8] }']),
    ).toMatchInlineSnapshot(`
      "env.yaml
        8:24  aws.endpoint.public[0]: '203.0.113.0' is not a range of IPv4 addresses such as 10.0.0.0/16
        8:37  aws.endpoint.public[1]: '300.1.1.1/8' is not a range of IPv4 addresses such as 10.0.0.0/16
      2 problems; nothing was synthesized"
    `);
    expect(awsWith(['endpoint: private', 'endpoint: { public: [] }'])).toMatchInlineSnapshot(`
      "env.yaml
        8:23  aws.endpoint.public: has 0 entries; at least 1 must be there
      1 problem; nothing was synthesized"
    `);
  });

  const network = (text: string) => awsWith(['endpoint: private', `endpoint: private\n  network: ${text}`]);
  test('ranges', () => {
    expect(
      network('{ cidr: 10.0.1.0/16, serviceCidr: 172.20.0.0/8, natGateways: 3 }'),
    ).toMatchInlineSnapshot(`
      "env.yaml
        9:20  aws.network.cidr: '10.0.1.0/16' does not start at its first address; did you mean '10.0.0.0/16'?
        9:46  aws.network.serviceCidr: '172.20.0.0/8' is not between /12 and /24
        9:73  aws.network.natGateways: 3 is more than one for each of 2 zones
      3 problems; nothing was synthesized"
    `);
    expect(network('{ cidr: 172.20.0.0/16 }')).toMatchInlineSnapshot(`
      "env.yaml
        9:12  aws.network: '172.20.0.0/16' and '172.20.0.0/16' overlap; Services need a range of their own
      1 problem; nothing was synthesized"
    `);
    expect(network('{ cidr: 172.16.0.0/16, serviceCidr: 172.17.0.0/16, natGateways: 2 }')).toBe('(loads)');
  });

  const kubernetes = (text: string) =>
    awsWith(['endpoint: private', `endpoint: private\n  kubernetes: ${text}`]);
  test('Kubernetes versions follow the EKS calendar', () => {
    expect(kubernetes('"1.36"')).toBe('(loads)');
    expect(kubernetes('1.36')).toMatchInlineSnapshot(`
      "env.yaml
        9:15  aws.kubernetes: 1.36 is read as a number; write it in quotes: "1.36"
      1 problem; nothing was synthesized"
    `);
    expect(kubernetes('"1.33"')).toMatchInlineSnapshot(`
      "env.yaml
        9:15  aws.kubernetes: '1.33' left standard support on 2026-07-29 and costs 0.60 USD an hour; use 1.36
      1 problem; nothing was synthesized"
    `);
    expect(kubernetes('"1.35"')).toMatchInlineSnapshot(`
      "env.yaml
        9:15  aws.kubernetes: the add-ons are pinned for 1.36; use that
      1 problem; nothing was synthesized"
    `);
    expect(kubernetes('"1.37"')).toMatchInlineSnapshot(`
      "env.yaml
        9:15  aws.kubernetes: '1.37' is not in the EKS calendar of 2026-11-20; known: 1.36, 1.35, 1.34, 1.33, 1.32, 1.31
      1 problem; nothing was synthesized"
    `);
  });

  test("does not go with tier 'local'", () => {
    expect(awsWith(['tier: dev', 'tier: local'])).toMatchInlineSnapshot(`
      "env.yaml
        4:3    aws: nothing reads this with tier 'local'; drop it or choose another tier
        11:3   pools: nothing reads pools in an environment without 'aws'; drop them
        15:40  models.chat.pool: there are no GPU pools in an environment without 'aws'; use engine: simulator
        17:21  data.postgres.kind: 'rds' needs AWS, which tier 'local' does not have; use 'cnpg'
        18:18  data.cache.kind: 'elasticache' needs AWS, which tier 'local' does not have; use 'valkey'
        22:20  data.objects.kind: 's3' needs AWS, which tier 'local' does not have; use 'seaweedfs'
      6 problems; nothing was synthesized"
    `);
  });
});
