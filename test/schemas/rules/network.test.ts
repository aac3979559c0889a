import { describe, expect, test } from 'vitest';
import { problems } from './fixtures';

const object = (kind: string, spec: object) =>
  problems({ apiVersion: 'networking.k8s.io/v1', kind, metadata: { name: 'x' }, spec });

describe('NetworkPolicy', () => {
  const from = (...peers: object[]) =>
    object('NetworkPolicy', { podSelector: {}, ingress: [{ from: peers }] });

  test('a peer is a range or a selection', () => {
    expect(from({ podSelector: {}, namespaceSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8' } })).toEqual([]);
    expect(from({}, { podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } })).toMatchInlineSnapshot(`
      [
        "spec.ingress[0].from[0]: names no peer: ipBlock, podSelector or namespaceSelector",
        "spec.ingress[0].from[1]: has an ipBlock, so it may have no selector",
      ]
    `);
  });

  test('ranges are ranges, and what they leave out is inside', () => {
    expect(from({ ipBlock: { cidr: '::/0', except: ['fd00::/8'] } })).toEqual([]);
    const except = ['10.1.0.0/16', '11.0.0.0/16', '10.0.0.0/8', 'fd00::/8', '10.0.0.0'];
    expect(from({ ipBlock: { cidr: '10.0.0.0/8', except } })).toMatchInlineSnapshot(`
      [
        "spec.ingress[0].from[0].ipBlock.except[1]: '11.0.0.0/16' is not inside '10.0.0.0/8'",
        "spec.ingress[0].from[0].ipBlock.except[2]: '10.0.0.0/8' is not inside '10.0.0.0/8'",
        "spec.ingress[0].from[0].ipBlock.except[3]: 'fd00::/8' is not inside '10.0.0.0/8'",
        "spec.ingress[0].from[0].ipBlock.except[4]: '10.0.0.0' must be an address range such as 10.0.0.0/16",
      ]
    `);
    expect(from({ ipBlock: { cidr: '10.0.0.0/33' } })).toMatchInlineSnapshot(`
      [
        "spec.ingress[0].from[0].ipBlock.cidr: '10.0.0.0/33' must be an address range such as 10.0.0.0/16",
      ]
    `);
  });

  test('ports', () => {
    const ports = [{ port: 443, endPort: 80 }, { port: 'http', endPort: 80 }, { port: 0 }];
    expect(object('NetworkPolicy', { podSelector: {}, egress: [{ ports }] })).toMatchInlineSnapshot(`
      [
        "spec.egress[0].ports[0].endPort: must be between port 443 and 65535, not 80",
        "spec.egress[0].ports[1].endPort: must be absent: port is not a number",
        "spec.egress[0].ports[2].port: port 0 is not between 1 and 65535",
      ]
    `);
    expect(object('NetworkPolicy', { podSelector: {}, policyTypes: ['egress'] })).toMatchInlineSnapshot(`
      [
        "spec.policyTypes[0]: must be one of 'Egress', 'Ingress', not 'egress'; did you mean 'Egress'?",
      ]
    `);
  });
});

describe('Ingress', () => {
  const rule = (path: object, host = 'llm.example.com') => ({
    rules: [{ host, http: { paths: [{ pathType: 'Prefix', path: '/', ...path }] } }],
  });
  const backend = { service: { name: 'chat', port: { number: 80 } } };

  test('hosts, paths and backends', () => {
    expect(object('Ingress', rule({ backend }))).toEqual([]);
    expect(object('Ingress', rule({ backend }, 'LLM.example.com'))).toMatchInlineSnapshot(`
      [
        "spec.rules[0].host: 'LLM.example.com' must be lower-case letters, digits, '-' and '.', starting and ending with a letter or digit",
      ]
    `);
    expect(object('Ingress', { defaultBackend: {} })).toEqual(['spec.defaultBackend: has no target']);
    expect(object('Ingress', {})).toMatchInlineSnapshot(`
      [
        "spec: needs a rule or a defaultBackend",
      ]
    `);
    expect(object('Ingress', rule({ backend, path: 'v1' }, '10.0.0.1'))).toMatchInlineSnapshot(`
      [
        "spec.rules[0].host: must be a name, not the address '10.0.0.1'",
        "spec.rules[0].http.paths[0].path: must start with '/'",
      ]
    `);
    const both = {
      service: { name: 'chat', port: { number: 80, name: 'http' } },
      resource: { kind: 'X', name: 'x' },
    };
    expect(object('Ingress', rule({ backend: both }))).toMatchInlineSnapshot(`
      [
        "spec.rules[0].http.paths[0].backend: has more than one target: service, resource",
        "spec.rules[0].http.paths[0].backend.service.port: has more than one port: number, name",
      ]
    `);
    expect(object('Ingress', rule({ backend: { service: { name: 'chat' } } }))).toMatchInlineSnapshot(`
      [
        "spec.rules[0].http.paths[0].backend.service.port: has no port",
      ]
    `);
  });
});
