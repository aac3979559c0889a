import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import { type KubeObject, Layer, objectsOf, PodGroup, render, setCluster } from '../../lib/core';
import { AWS } from './tree';

function groups() {
  const app = new App();
  setCluster(app, AWS);
  const layer = new Layer(app, 'layer', { phase: 'apps', namespace: 'apps' });
  const web = new PodGroup(layer, 'web', { name: 'web', labels: { app: 'web' } });
  const db = new PodGroup(layer, 'db', { name: 'db', namespace: 'data', labels: { app: 'db' } });
  const policy = (name: string) =>
    objectsOf(layer).find((o) => o.metadata.name === name) as KubeObject & {
      spec: { ingress: object[]; egress: object[] };
    };
  return { app, web, db, policy };
}

test('pods that nobody is connected to reach DNS alone, and nobody reaches them', () => {
  const { policy } = groups();
  expect(policy('web').spec.ingress).toBeUndefined();
  expect(policy('web').spec.egress).toHaveLength(1);
  expect(policy('web').spec.egress[0]).toMatchObject({ ports: [{ port: 53 }, { port: 53 }] });
});

test('a connection opens both ends and is stated once', () => {
  const { app, web, db, policy } = groups();
  db.allowFrom(web, { port: 5432, why: 'queries' });
  const selects = (namespace: string, labels: object) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: labels },
  });
  expect(policy('db').spec.ingress).toEqual([
    { from: [selects('apps', { app: 'web' })], ports: [{ port: 5432, protocol: 'TCP' }] },
  ]);
  expect(policy('web').spec.egress[1]).toEqual({
    to: [selects('data', { app: 'db' })],
    ports: [{ port: 5432, protocol: 'TCP' }],
  });
  expect(render(app).facts.of('edge')).toEqual([
    {
      from: { namespace: 'apps', labels: { app: 'web' } },
      to: { namespace: 'data', labels: { app: 'db' } },
      ports: [5432],
      protocol: 'TCP',
      why: 'queries',
    },
  ]);
});

test('the API server is its service address and the range of the control plane', () => {
  const { web, policy } = groups();
  web.reach('apiServer', { why: 'watches' });
  expect(policy('web').spec.egress[1]).toEqual({
    to: [{ ipBlock: { cidr: '172.20.0.1/32' } }, { ipBlock: { cidr: '10.0.240.0/28' } }],
    ports: [{ port: 443, protocol: 'TCP' }],
  });
});

test('the way out leaves the link-local range closed, where credentials of the node are', () => {
  const { web, policy } = groups();
  web.reach('internet', { why: 'weights' });
  expect(policy('web').spec.egress[1]).toMatchObject({
    to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }],
  });
});

test('webhooks are called from the control plane', () => {
  const { web, policy } = groups();
  web.allowFromControlPlane(9443);
  expect(policy('web').spec.ingress).toEqual([
    { from: [{ ipBlock: { cidr: '10.0.240.0/28' } }], ports: [{ port: 9443, protocol: 'TCP' }] },
  ]);
});

test('a whole namespace can be let in', () => {
  const { app, web, policy } = groups();
  web.allowFromNamespace('team-a', { port: 8080, why: 'clients' });
  expect(policy('web').spec.ingress).toEqual([
    {
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'team-a' } } }],
      ports: [{ port: 8080, protocol: 'TCP' }],
    },
  ]);
  expect(render(app).facts.of('edge')).toMatchObject([{ from: { tenant: 'team-a' }, ports: [8080] }]);
});
