import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Kueue } from '../../lib/cluster';
import { objectsOf, render, type Tier } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { find, layer as layerOf } from '../core/tree';

const kueue = (tier: Tier = 'prod') => {
  const layer = layerOf('kueue-system', { tier });
  new Kueue(layer, 'kueue', { namespaces: ['batch', 'reports'] });
  const { facts } = render(layer.node.root);
  const [release] = facts.of('release');
  const { controllerManager, managerConfig } = release.values as {
    controllerManager: object;
    managerConfig: { controllerManagerConfigYaml: string };
  };
  return { layer, facts, controllerManager, configuration: parse(managerConfig.controllerManagerConfigYaml) };
};

test('two managers in prod with a budget, one in dev without, asking for what the facts say', () => {
  const { controllerManager, facts } = kueue();
  const [{ template, replicas }] = facts.of('pods');
  expect(replicas).toBe(2);
  expect(controllerManager).toMatchObject({
    replicas: 2,
    podDisruptionBudget: { enabled: true },
    manager: { resources: template.spec.containers[0].resources },
  });
  expect(kueue('dev').controllerManager).toEqual({
    replicas: 1,
    manager: { resources: template.spec.containers[0].resources },
  });
});

test('nothing outside its namespaces depends on its webhooks, and every Job inside needs a queue', () => {
  expect(kueue().configuration).toMatchObject({
    managedJobsNamespaceSelector: {
      matchExpressions: [
        { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['batch', 'reports'] },
      ],
    },
    manageJobsWithoutQueueName: true,
    integrations: { frameworks: ['batch/job'] },
  });
});

test('a Job whose pods do not all start gives its place back, and holds up nobody', () => {
  expect(kueue().configuration.waitForPodsReady).toEqual({
    timeout: '45m',
    recoveryTimeout: '45m',
    blockAdmission: false,
    requeuingStrategy: { timestamp: 'Eviction', backoffBaseSeconds: 60, backoffMaxSeconds: 3600 },
  });
});

test('the control plane reaches its webhooks and its API, and it reaches the API server', () => {
  const { layer, facts } = kueue();
  const policy = find(layer, 'NetworkPolicy').spec as { ingress: { ports: { port: number }[] }[] };
  expect(policy.ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([9443, 8082]);
  expect(facts.of('edge').some(({ to }) => 'outside' in to && to.outside === 'apiServer')).toBe(true);
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});
