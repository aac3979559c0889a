import { expect, test } from 'vitest';
import { PriorityClasses } from '../../lib/cluster';
import { objectsOf, PRIORITIES, priorityClass } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { AWS, layer as layerOf } from '../core/tree';

const classes = () => {
  const layer = layerOf();
  new PriorityClasses(layer, 'classes');
  return objectsOf(layer);
};

test('one class for each level, legal and without a namespace', () => {
  expect(
    classes().map(({ metadata, value, preemptionPolicy }) => [metadata, value, preemptionPolicy]),
  ).toEqual([
    [{ name: 'nexus-serving' }, 1000, 'PreemptLowerPriority'],
    [{ name: 'nexus-batch' }, -100, 'PreemptLowerPriority'],
    [{ name: 'nexus-spare' }, -1000, 'Never'],
  ]);
  expect(classes().flatMap((object) => validateObject(object))).toEqual([]);
});

test('none is the default of the cluster', () => {
  expect(classes().filter((object) => 'globalDefault' in object)).toEqual([]);
});

test('models stand above everything that names no class, batch work and spare pods below it', () => {
  const { serving, batch, spare } = PRIORITIES;
  expect(serving.value).toBeGreaterThan(0);
  expect(batch.value).toBeLessThan(0);
  expect(spare.value).toBeLessThan(batch.value);
  expect(spare.preempts).toBe(false);
});

test('pods name a class only where the cluster has it', () => {
  expect(priorityClass(layerOf(), 'batch')).toBeUndefined();
  expect(priorityClass(layerOf('apps', { cluster: { ...AWS, priorityClasses: true } }), 'batch')).toBe(
    'nexus-batch',
  );
});
