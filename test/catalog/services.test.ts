import { expect, test } from 'vitest';
import { environmentSchema } from '../../environments';
import { cachePrice, databasePrice, QUOTA_KEYS, quotaOf, servicePrice } from '../../lib/catalog';

test('a price carries its source and the day of it', () => {
  expect(servicePrice('natGatewayHour', 'eu-central-1')).toEqual({
    usd: 0.052,
    source: { name: "zombiescan's table, from the AWS Price List API", published: '2026-09-21' },
  });
});

test('a standby doubles a database, by its own price', () => {
  expect(databasePrice('db.t4g.large', false, 'us-east-1')?.usd).toBe(0.129);
  expect(databasePrice('db.t4g.large', true, 'us-east-1')?.usd).toBe(0.258);
});

test('a cache costs what Valkey costs', () => {
  expect(cachePrice('cache.r7g.large', 'us-east-1')?.usd).toBe(0.1752);
});

test('what no source gave is absent, not zero', () => {
  expect(servicePrice('natGatewayHour', 'ap-southeast-3')).toBeUndefined();
  expect(servicePrice('gp3IopsMonth', 'eu-west-1')).toBeUndefined();
  expect(databasePrice('db.r8g.large', true, 'us-east-1')).toBeUndefined();
  expect(cachePrice('cache.unknown', 'us-east-1')).toBeUndefined();
});

test('families count against their own quotas', () => {
  expect(quotaOf('g', 'on-demand')?.code).toBe('L-DB2E81BA');
  expect(quotaOf('gr', 'spot')?.key).toBe('spot-g');
  expect(quotaOf('p', 'reserved')?.key).toBe('on-demand-p');
  expect(quotaOf('m', 'on-demand')?.key).toBe('on-demand-standard');
  expect(quotaOf('inf', 'on-demand')).toBeUndefined();
});

test('a file may state every quota that is counted', () => {
  const aws = (environmentSchema.json.properties as Record<string, { properties: object }>).aws;
  const { quotas } = aws.properties as Record<string, { properties: object }>;
  expect(Object.keys(quotas.properties)).toEqual(QUOTA_KEYS);
});
