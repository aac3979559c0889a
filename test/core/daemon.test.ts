import { expect, test } from 'vitest';
import { Daemon, render, WorkloadIdentity } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { find, layer } from './tree';

const PAUSE = { image: 'registry.k8s.io/pause:3.10.1', resources: { cpu: '10m', memory: '32Mi' } };

test('one restricted pod on each node of its place, in a policy that lets nobody in or out', () => {
  const home = layer();
  new Daemon(home, 'watch', { ...PAUSE, placement: { nodeSelector: { pool: 'l4' } } });
  const set = find(home, 'DaemonSet');
  expect(validateObject(set)).toEqual([]);
  const { spec } = (set.spec as { template: { spec: Record<string, unknown> } }).template;
  expect(spec.nodeSelector).toEqual({ pool: 'l4' });
  expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  expect(find(home, 'NetworkPolicy').spec).not.toHaveProperty('ingress');
  const { facts } = render(home.node.root);
  expect(facts.of('pods')[0]).toMatchObject({ owner: 'DaemonSet/apps/watch', replicas: 'node' });
  expect(facts.of('elevated')).toEqual([]);
});

test('root says why, and has no capability', () => {
  const home = layer();
  new Daemon(home, 'watch', { ...PAUSE, rootBecause: 'it owns a folder' });
  const { spec } = (find(home, 'DaemonSet').spec as { template: { spec: Record<string, never> } }).template;
  expect(spec.securityContext).toEqual({
    runAsUser: 0,
    runAsGroup: 0,
    fsGroup: 0,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(spec.containers[0]).toMatchObject({
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  });
  expect(render(home.node.root).facts.of('elevated')).toEqual([
    { owner: 'DaemonSet/apps/watch', level: 'baseline', why: 'it owns a folder' },
  ]);
});

test('its disk is known when the manifest is written', () => {
  const home = layer();
  let GiB = 1;
  new Daemon(home, 'watch', { ...PAUSE, diskGiB: () => GiB });
  GiB = 40.2;
  expect(JSON.stringify(find(home, 'DaemonSet'))).toContain('"ephemeral-storage":"41Gi"');
});

test('an account of somebody else', () => {
  const home = layer();
  const identity = new WorkloadIdentity(home, 'Reader', { name: 'reader' });
  new Daemon(home, 'watch', { ...PAUSE, identity });
  expect(JSON.stringify(find(home, 'DaemonSet'))).toContain('"serviceAccountName":"reader"');
});
