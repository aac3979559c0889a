import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { objectsOf } from '../../lib/core';
import { CnpgPostgres, MilvusCluster, SeaweedStore, StrimziKafka, ValkeyCache } from '../../lib/data';
import { validateObject } from '../../lib/schemas';

test('every store stands in a plain chart: named by us, in its namespace, taken by an API server', () => {
  const chart = new Chart(new App(), 'mine', { namespace: 'mine' });
  new CnpgPostgres(chart, 'postgres').database(chart, { name: 'rag', pods: [] });
  new ValkeyCache(chart, 'queue', { role: 'queue' }).connect(chart, { name: 'rag', pods: [] });
  new StrimziKafka(chart, 'events').connect(chart, { name: 'rag', pods: [], topics: [] });
  const bucket = new SeaweedStore(chart, 'objects').bucket('vectors');
  new MilvusCluster(chart, 'milvus', { bucket }).connect(chart, { name: 'rag', pods: [] });
  const objects = objectsOf(chart);
  expect(objects.map(({ metadata }) => metadata.namespace)).toEqual(objects.map(() => 'mine'));
  expect(objects.filter(({ metadata }) => /-c[0-9a-f]{7,}$/.test(metadata.name))).toEqual([]);
  expect(objects.flatMap((object) => validateObject(object))).toEqual([]);
});
