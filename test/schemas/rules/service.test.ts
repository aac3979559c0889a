import { describe, expect, test } from 'vitest';
import { problems } from './fixtures';

const service = (spec: object, name = 'chat') =>
  problems({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });

describe('Service', () => {
  test('several ports have names, once each', () => {
    expect(service({ ports: [{ port: 80 }] })).toEqual([]);
    expect(service({ ports: [{ port: 80 }, { name: 'metrics', port: 9000 }] })).toMatchInlineSnapshot(`
      [
        "spec.ports[0].name: is required: there are several ports",
      ]
    `);
    const twice = [
      { name: 'http', port: 80 },
      { name: 'http', port: 80, protocol: 'TCP' },
    ];
    expect(service({ ports: twice })).toMatchInlineSnapshot(`
      [
        "spec.ports[1]: repeats port 80 and protocol 'TCP' of spec.ports[0]",
        "spec.ports[1]: repeats port name 'http'",
      ]
    `);
  });

  test('ports are in range', () => {
    expect(service({ ports: [{ port: 0, targetPort: 70000 }] })).toMatchInlineSnapshot(`
      [
        "spec.ports[0].port: port 0 is not between 1 and 65535",
        "spec.ports[0].targetPort: port 70000 is not between 1 and 65535",
      ]
    `);
    expect(service({ ports: [{ name: 'HTTP_1', port: 80 }] })).toHaveLength(1);
    expect(service({ ports: [{ port: 80, targetPort: 'a-name-of-16-let' }] })).toMatchInlineSnapshot(`
      [
        "spec.ports[0].targetPort: port name 'a-name-of-16-let' has 16 characters, 15 are allowed",
      ]
    `);
  });

  test('its type says what it may have', () => {
    expect(service({ clusterIP: 'None' })).toEqual([]);
    expect(service({})).toMatchInlineSnapshot(`
      [
        "spec.ports: must have one port or more: the Service is not headless",
      ]
    `);
    expect(service({ type: 'ExternalName' })).toMatchInlineSnapshot(`
      [
        "spec.externalName: is required: the type is 'ExternalName'",
      ]
    `);
    expect(
      service({ type: 'LoadBalancer', clusterIP: 'None', ports: [{ port: 80 }] }),
    ).toMatchInlineSnapshot(`
      [
        "spec.clusterIP: must not be None: the type is 'LoadBalancer'",
      ]
    `);
    const outward = {
      loadBalancerClass: 'a',
      externalTrafficPolicy: 'Local',
      ports: [{ port: 80, nodePort: 30000 }],
    };
    expect(service(outward)).toMatchInlineSnapshot(`
      [
        "spec.externalTrafficPolicy: must be absent: the type is 'ClusterIP'",
        "spec.loadBalancerClass: must be absent: the type is 'ClusterIP'",
        "spec.ports[0].nodePort: must be absent: the type is 'ClusterIP'",
      ]
    `);
  });

  test('its name starts with a letter', () => {
    expect(service({ clusterIP: 'None' }, '9chat')).toMatchInlineSnapshot(`
      [
        "metadata.name: '9chat' must start with a letter and hold lower-case letters, digits and '-' only",
      ]
    `);
    expect(service({ clusterIP: 'None' }, 'a.b')).toHaveLength(1);
    expect(service({ clusterIP: 'None' }, 'a'.repeat(64))).toHaveLength(1);
  });
});
