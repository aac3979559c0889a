import { expect, test } from 'vitest';
import { findInstance } from '../../lib/catalog';
import { EfaDevicePlugin } from '../../lib/compute';
import { withEfa } from '../../lib/compute/efa';
import { render } from '../../lib/core';
import { layer as layerOf } from '../core/tree';
import { message } from '../serving/pool';

test('runs on each node that has interfaces, and asks for what the values say', () => {
  const layer = layerOf();
  new EfaDevicePlugin(layer, 'efa');
  const { facts } = render(layer);
  const [release] = facts.of('release');
  const [{ replicas, template }] = facts.of('pods');
  expect(release).toMatchObject({ namespace: 'kube-system', version: 'v0.5.30' });
  expect(replicas).toBe('node');
  expect(template.spec.nodeSelector).toEqual({ 'nexus.dev/efa': 'present' });
  expect(release.values).toMatchObject({ nodeSelector: template.spec.nodeSelector });
  expect(template.spec.containers[0].resources).toEqual(release.values.resources);
  expect(template.spec.hostNetwork).toBe(true);
});

test('types without interfaces are no choice', () => {
  const types = ['g6e.xlarge', 'g6e.8xlarge'].flatMap((type) => findInstance(type) ?? []);
  expect(withEfa(layerOf(), types, '1 L40S').map(({ type }) => type)).toEqual(['g6e.8xlarge']);
  expect(message(() => withEfa(layerOf(), types.slice(0, 1), '1 L40S'))).toMatchInlineSnapshot(`
    "layer (Layer): 'efa' is true, and no instance type with 1 L40S has an EFA interface
      why: pods that ask for one would stay Pending
      fix: delete efa, or take larger nodes: types from 8xlarge on have one, those of 8 GPUs up to 32"
  `);
});
