import { describe, expect, test } from 'vitest';
import type { EdgeFact, Outside, Peer } from '../../lib/core';
import { networkIsClosed } from '../../lib/proofs/network-is-closed';
import { holds, isPublic } from '../../lib/proofs/policies';
import {
  brought,
  configMap,
  custom,
  deployment,
  namespace,
  podSpec,
  refusals,
  type Scene,
  service,
} from './scene';

const app = (name: string): Peer => ({ namespace: 'apps', labels: { app: name } });
const edge = (from: Peer, to: Peer, port = 8080): EdgeFact => ({
  from,
  to,
  ports: [port],
  protocol: 'TCP',
  why: 'requests',
});
const outside = (name: Outside): Peer => ({ outside: name });

const policy = (name: string, spec: object) => custom('networking.k8s.io/v1', 'NetworkPolicy', name, spec);
const deny = policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const own = (
  name: string,
  rules: { readonly ingress?: readonly object[]; readonly egress?: readonly object[] } = {},
) =>
  policy(name, { podSelector: { matchLabels: { app: name } }, policyTypes: ['Ingress', 'Egress'], ...rules });
const peer = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'apps' } },
  podSelector: { matchLabels: { app: name } },
});
const tcp = (port: number | string) => [{ port, protocol: 'TCP' }];
const egress = (to: object, port: number | string = 8080) => ({ egress: [{ to: [to], ports: tcp(port) }] });
const ingress = (from: object, port: number | string = 8080) => ({
  ingress: [{ from: [from], ports: tcp(port) }],
});
const block = (cidr: string) => ({ ipBlock: { cidr } });

const web = deployment();
const db = deployment(podSpec(), { name: 'db' });
const check = ({ objects = [], ...scene }: Scene) =>
  refusals(networkIsClosed, {
    objects: [deny, ...objects],
    ...scene,
    before: { cluster: [namespace('apps')] },
  });

describe('namespaces and pods', () => {
  test('a namespace without a default deny', () => {
    const onlyIngress = policy('default-deny', { podSelector: {}, policyTypes: ['Ingress'] });
    const scene = (first: object) => ({
      objects: [first, web, own('web')],
      before: { cluster: [namespace('apps')] },
    });
    expect(refusals(networkIsClosed, scene(onlyIngress))).toMatchInlineSnapshot(`
      "Namespace/apps: has no policy that denies both directions to all of its pods
        why: a pod without a policy of its own talks to everybody
        fix: write a NetworkPolicy with an empty podSelector, both policyTypes and no rule"
    `);
    expect(refusals(networkIsClosed, scene(deny))).toBe('');
  });

  test('a pod without a policy, unless it is in the network of its host', () => {
    expect(check({ objects: [web] })).toMatchInlineSnapshot(`
      "Deployment/apps/web: is selected by no policy of its own
        why: its connections are either all denied or all open, and nobody wrote down which it needs
        fix: make its pods a PodGroup (Workload and DeclaredPods do), and draw its edges"
    `);
    expect(check({ objects: [deployment(podSpec({ hostNetwork: true }))] })).toBe('');
  });
});

describe('edges between pods', () => {
  const facts = { edge: [edge(app('web'), app('db'))] };

  test('are admitted at both ends', () => {
    const objects = [web, db, own('web', egress(peer('db'))), own('db', ingress(peer('web')))];
    expect(check({ objects, facts })).toBe('');
    expect(
      check({ objects: [web, db, own('web', egress(peer('db'))), own('db')], facts }),
    ).toMatchInlineSnapshot(`
      "Deployment/apps/db: has an edge from app=web in namespace 'apps' on port 8080 (requests), and no policy admits it
        why: packets are dropped in silence: the connection times out
        fix: let a policy of 'apps' that selects these pods admit it, or remove the edge"
    `);
    expect(check({ objects: [web, db, own('web'), own('db', ingress(peer('web')))], facts })).toContain(
      "Deployment/apps/web: has an edge to app=db in namespace 'apps' on port 8080 (requests), and no policy admits it",
    );
  });

  test.each([8079, 8081])('are not admitted on port %i instead', (port) => {
    const objects = [web, db, own('web', egress(peer('db'), port)), own('db', ingress(peer('web')))];
    expect(check({ objects, facts })).toContain(
      "Deployment/apps/web: has an edge to app=db in namespace 'apps' on port 8080 (requests), and no policy admits it",
    );
  });

  test('may be opened by the name of the port', () => {
    const objects = [
      web,
      db,
      own('web', egress(peer('db'), 'http')),
      own('db', ingress(peer('web'), 'http')),
    ];
    expect(check({ objects, facts })).toBe('');
  });

  test('lead to pods that exist', () => {
    const lost = { edge: [edge(app('web'), app('gone'))] };
    expect(check({ objects: [web, own('web', egress(peer('gone')))], facts: lost })).toContain(
      "Deployment/apps/web: has an edge to app=gone in namespace 'apps' on port 8080 (requests), and no pod carries these labels",
    );
  });
});

describe('what no edge explains', () => {
  test.each([
    ['a peer', ingress(peer('web')), 'Deployment/apps/web on port 8080'],
    [
      'every pod of the namespace',
      ingress({ podSelector: {} }),
      'Deployment/apps/web, Deployment/apps/db on port 8080',
    ],
    ['every port', { ingress: [{ from: [peer('web')] }] }, 'every port'],
    ['everybody', { ingress: [{ ports: tcp(8080) }] }, 'everybody on port 8080'],
    ['the internet', egress(block('0.0.0.0/0'), 443), '0.0.0.0/0 on port 443'],
    [
      'a range of ports',
      { ingress: [{ from: [peer('web')], ports: [{ port: 1, endPort: 9 }] }] },
      'the ports 1 to 9',
    ],
  ])('%s', (_, rules, expected) => {
    expect(check({ objects: [web, db, own('web'), own('db', rules)] })).toContain(
      `admits ${expected}, and no edge declares it`,
    );
  });

  test('the whole message', () => {
    expect(check({ objects: [web, db, own('web'), own('db', ingress(peer('web')))] })).toMatchInlineSnapshot(`
      "NetworkPolicy/apps/db: ingress admits Deployment/apps/web on port 8080, and no edge declares it
        why: policies are derived from edges: what no edge explains is open by accident
        fix: draw the edge, or remove the rule"
    `);
  });

  test('DNS is no edge', () => {
    const dns = {
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [{ port: 53, protocol: 'UDP' }],
        },
      ],
    };
    expect(check({ objects: [web, own('web', dns)] })).toBe('');
  });
});

describe('edges to what is not a pod', () => {
  const scene = (name: Outside, port: number, cidr: string) => ({
    objects: [web, own('web', egress(block(cidr), port))],
    facts: { edge: [edge(app('web'), outside(name), port)] },
  });

  test.each([
    ['internet', 443, '0.0.0.0/0'],
    ['objectStore', 443, '0.0.0.0/0'],
    ['podIdentity', 80, '169.254.170.23/32'],
    ['database', 5432, '10.0.8.0/24'],
    ['apiServer', 443, '172.20.0.1/32'],
  ] as const)('%s on %i through %s', (name, port, cidr) => {
    expect(check(scene(name, port, cidr))).toBe('');
  });

  test('need a range that leads there', () => {
    expect(check(scene('podIdentity', 80, '10.0.0.0/8'))).toMatchInlineSnapshot(`
      "Deployment/apps/web: has an edge to podIdentity on port 80 (requests), and no policy admits it
        why: packets are dropped in silence: the connection times out
        fix: let a policy of 'apps' that selects these pods admit it, or remove the edge"
    `);
    expect(check(scene('internet', 443, '10.0.0.0/8'))).toContain('has an edge to internet on port 443');
    expect(check(scene('database', 5432, '0.0.0.0/0'))).toContain(
      '0.0.0.0/0 on port 5432, and no edge declares it',
    );
  });

  test('explain their own range only', () => {
    const cidr = block('172.20.0.1/32');
    const facts = { edge: [edge(app('web'), outside('awsApi'), 443)] };
    const both = {
      egress: [
        { to: [block('0.0.0.0/0')], ports: tcp(443) },
        { to: [cidr], ports: tcp(443) },
      ],
    };
    expect(check({ objects: [web, own('web', both)], facts })).toContain(
      'egress admits 172.20.0.1/32 on port 443',
    );
  });

  test('without known ranges a port may be open to all', () => {
    const facts = { edge: [edge(outside('controlPlane'), app('web'))] };
    expect(check({ objects: [web, own('web', { ingress: [{ ports: tcp(8080) }] })], facts })).toBe('');
  });
});

describe('connections that a pod will try', () => {
  const told = deployment(podSpec({}, { env: [{ name: 'URL', value: 'http://db.apps.svc:80' }] }));
  const open = [own('web', egress(peer('db'))), own('db', ingress(peer('web')))];
  const facts = { edge: [edge(app('web'), app('db'))] };

  test('a host in its environment', () => {
    expect(check({ objects: [told, db, service({}, 'db'), own('web'), own('db')] })).toMatchInlineSnapshot(`
      "Deployment/apps/web: env URL of container 'web' says 'db.apps.svc:80', and there is no edge to Deployment/apps/db on port 8080
        why: its policy drops the connection: it times out at run time
        fix: connect the two: pods.allowFrom(…) on the side that listens"
    `);
    expect(check({ objects: [told, db, service({}, 'db'), ...open], facts })).toBe('');
  });

  test('a host in a file that it mounts', () => {
    const reader = deployment(podSpec({ volumes: [{ name: 'files', configMap: { name: 'files' } }] }));
    const file = configMap({ 'a.yaml': 'url: http://db.apps.svc:80' });
    expect(check({ objects: [reader, file, db, service({}, 'db'), own('web'), own('db')] })).toContain(
      "Deployment/apps/web: 'a.yaml' of ConfigMap/apps/files says 'db.apps.svc:80', and there is no edge to Deployment/apps/db on port 8080",
    );
    expect(check({ objects: [reader, file, db, service({}, 'db'), ...open], facts })).toBe('');
  });

  test('a monitor', () => {
    const prometheus = {
      owner: 'Prometheus/apps/main#server',
      maker: 'operator',
      namespace: 'apps',
      replicas: 1,
      maxReplicas: 1,
      template: {
        metadata: { labels: { app: 'prometheus', 'app.kubernetes.io/name': 'prometheus' } },
        spec: podSpec(),
      },
    } as never;
    const monitor = custom('monitoring.coreos.com/v1', 'PodMonitor', 'web', {
      selector: { matchLabels: { app: 'web' } },
      podMetricsEndpoints: [{ port: 'http' }],
    });
    const provides = [brought('monitoring.coreos.com/PodMonitor')];
    const objects = [web, monitor];
    expect(
      check({
        objects: [...objects, own('web'), own('prometheus')],
        facts: { pods: [prometheus], provides },
      }),
    ).toMatchInlineSnapshot(`
      "PodMonitor/apps/web: scrapes Deployment/apps/web on port 8080, and there is no edge from the pods of Prometheus
        why: the target is down for ever: every alert and scaler on it stays empty
        fix: let ObservabilityStack.scrape(target) write the monitor: it draws the edge too"
    `);
    expect(check({ objects: [...objects, own('web')], facts: { provides } })).toContain('are declared');
    expect(
      check({
        objects: [
          ...objects,
          own('web', ingress(peer('prometheus'))),
          own('prometheus', egress(peer('web'))),
        ],
        facts: { pods: [prometheus], provides, edge: [edge(app('prometheus'), app('web'))] },
      }),
    ).toBe('');
  });

  test('a route, from the proxies of its gateway to what it leads to', () => {
    const route = custom('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', {
      parentRefs: [{ name: 'door' }],
      rules: [
        {
          backendRefs: [
            { name: 'web', port: 80 },
            { group: 'inference.networking.k8s.io', kind: 'InferencePool', name: 'db' },
          ],
        },
      ],
    });
    const pool = custom('inference.networking.k8s.io/v1', 'InferencePool', 'db', {
      selector: { matchLabels: { app: 'db' } },
      targetPorts: [{ number: 8080 }],
      endpointPickerRef: { name: 'web', port: { number: 80 } },
    });
    const gateway = custom('gateway.networking.k8s.io/v1', 'Gateway', 'door', {});
    const proxies = {
      owner: 'Gateway/apps/door#proxy',
      maker: 'operator',
      namespace: 'apps',
      replicas: 1,
      maxReplicas: 1,
      template: { metadata: { labels: { app: 'door' } }, spec: podSpec() },
    } as never;
    const objects = [web, db, service(), route, pool, gateway, own('door')];
    const said = check({ objects: [...objects, own('web'), own('db')], facts: { pods: [proxies] } });
    expect(said.split('\n').filter((line) => line.startsWith('HTTPRoute'))).toMatchInlineSnapshot(`
      [
        "HTTPRoute/apps/web: leads to Service/apps/web, and there is no edge from Gateway/apps/door#proxy to Deployment/apps/web on port 8080",
        "HTTPRoute/apps/web: leads to a replica of InferencePool/apps/db, and there is no edge from Gateway/apps/door#proxy to Deployment/apps/db on port 8080",
        "HTTPRoute/apps/web: leads to the picker of InferencePool/apps/db, and there is no edge from Gateway/apps/door#proxy to Deployment/apps/web on port 8080",
      ]
    `);
    const edges = [edge(app('door'), app('web')), edge(app('door'), app('db'))];
    const admitted = [
      own('web', ingress(peer('door'))),
      own('db', ingress(peer('door'))),
      own('door', { egress: [...egress(peer('web')).egress, ...egress(peer('db')).egress] }),
    ];
    expect(
      check({ objects: [...objects.slice(0, -1), ...admitted], facts: { pods: [proxies], edge: edges } }),
    ).toBe('');
  });
});

test('ranges', () => {
  expect(holds('10.0.0.0/8', '10.200.3.4')).toBe(true);
  expect(holds('10.0.0.0/16', '10.1.0.0')).toBe(false);
  expect(['0.0.0.0/0', '8.8.8.8/32', '::/0', '0.0.0.0/1'].every(isPublic)).toBe(true);
  expect(['10.0.0.0/8', '10.1.2.3/32', '172.20.0.1/32', '169.254.170.23/32', 'fd00::/8'].some(isPublic)).toBe(
    false,
  );
});
