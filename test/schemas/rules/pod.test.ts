import { describe, expect, test } from 'vitest';
import { podWith, problems } from './fixtures';

describe('containers', () => {
  test('have names of their own', () => {
    const server = { name: 'server', image: 'registry.example.com/server:1' };
    const spec = { containers: [server, server], initContainers: [server, { name: 'Init_1', image: '' }] };
    expect(problems(podWith({}, spec))).toMatchInlineSnapshot(`
      [
        "spec.containers[1]: repeats name 'server' of spec.containers[0]",
        "spec.initContainers[1].name: 'Init_1' must be lower-case letters, digits and '-', as a DNS label",
        "spec.initContainers[1].image: is required",
        "spec.initContainers[0]: repeats container name 'server'",
      ]
    `);
    expect(problems(podWith({}, { containers: [] }))).toMatchInlineSnapshot(`
      [
        "spec.containers: must have one container or more",
      ]
    `);
  });

  test('an init container has no probe unless it is a sidecar', () => {
    const init = {
      name: 'init',
      image: 'registry.example.com/init:1',
      readinessProbe: { tcpSocket: { port: 80 } },
    };
    expect(problems(podWith({}, { initContainers: [init] }))).toMatchInlineSnapshot(`
      [
        "spec.initContainers[0].readinessProbe: must be absent: an init container ends (restartPolicy: Always makes it a sidecar)",
      ]
    `);
    expect(problems(podWith({}, { initContainers: [{ ...init, restartPolicy: 'Always' }] }))).toEqual([]);
  });

  test('a privileged one may escalate', () => {
    const securityContext = { privileged: true, allowPrivilegeEscalation: false };
    expect(problems(podWith({ securityContext }))).toMatchInlineSnapshot(`
      [
        "spec.containers[0].securityContext.allowPrivilegeEscalation: must not be false: the container is privileged",
      ]
    `);
  });
});

describe('ports', () => {
  test('have a short name with a letter, and a number in range', () => {
    const ports = [
      { name: 'a-name-of-16-let', containerPort: 80 },
      { name: '8080', containerPort: 8080 },
      { name: 'Http', containerPort: 70000 },
      { name: 'a--b', containerPort: 81 },
    ];
    expect(problems(podWith({ ports }))).toMatchInlineSnapshot(`
      [
        "spec.containers[0].ports[0].name: port name 'a-name-of-16-let' has 16 characters, 15 are allowed",
        "spec.containers[0].ports[1].name: port name '8080' must have a letter",
        "spec.containers[0].ports[2].name: port name 'Http' must be lower-case letters, digits and single '-' between them",
        "spec.containers[0].ports[2].containerPort: port 70000 is not between 1 and 65535",
        "spec.containers[0].ports[3].name: port name 'a--b' must be lower-case letters, digits and single '-' between them",
      ]
    `);
  });

  test('do not repeat a name or a number', () => {
    const ports = [
      { name: 'http', containerPort: 80 },
      { name: 'http', containerPort: 80, protocol: 'TCP' },
    ];
    expect(problems(podWith({ ports }))).toMatchInlineSnapshot(`
      [
        "spec.containers[0].ports[1]: repeats containerPort 80 and protocol 'TCP' of spec.containers[0].ports[0]",
        "spec.containers[0].ports[1]: repeats port name 'http'",
      ]
    `);
    const both = [
      { containerPort: 53, protocol: 'TCP' },
      { containerPort: 53, protocol: 'UDP' },
    ];
    expect(problems(podWith({ ports: both }))).toEqual([]);
  });

  test("on the host's network are the host's ports", () => {
    const ports = [{ containerPort: 80, hostPort: 8080 }];
    expect(problems(podWith({ ports }))).toEqual([]);
    expect(problems(podWith({ ports }, { hostNetwork: true }))).toMatchInlineSnapshot(`
      [
        "spec.containers[0].ports[0].hostPort: must equal containerPort 80: the pod uses the host's network",
      ]
    `);
  });
});

describe('environment', () => {
  test('one source, one name', () => {
    const ref = { secretKeyRef: { name: 'hub', key: 'token' } };
    const env = [
      { name: 'A=B', value: 'x' },
      { name: 'TOKEN', value: 'x', valueFrom: ref },
      { name: 'TOKEN', valueFrom: { ...ref, fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'NONE', valueFrom: {} },
    ];
    expect(
      problems(podWith({ env, envFrom: [{}, { prefix: 'A_', secretRef: { name: 'x' } }] })),
    ).toMatchInlineSnapshot(`
      [
        "spec.containers[0].env[2]: repeats name 'TOKEN' of spec.containers[0].env[1]",
        "spec.containers[0].env[0].name: variable name 'A=B' must be printable ASCII without '='",
        "spec.containers[0].env[1].valueFrom: must be absent: the variable has a value",
        "spec.containers[0].env[2].valueFrom: has more than one source: secretKeyRef, fieldRef",
        "spec.containers[0].env[3].valueFrom: has no source",
        "spec.containers[0].envFrom[0]: has no source",
      ]
    `);
  });
});

describe('volumes', () => {
  test('a mount names a volume of the pod', () => {
    const volumeMounts = [
      { name: 'cach', mountPath: '/cache' },
      { name: 'cache', mountPath: '/cache', subPath: '../etc' },
    ];
    expect(
      problems(podWith({ volumeMounts }, { volumes: [{ name: 'cache', emptyDir: {} }] })),
    ).toMatchInlineSnapshot(`
      [
        "spec.containers[0].volumeMounts[1]: repeats mountPath '/cache' of spec.containers[0].volumeMounts[0]",
        "spec.containers[0].volumeMounts[0].name: names no volume of the pod: 'cach' (there are cache)",
        "spec.containers[0].volumeMounts[1].subPath: must be a path below the volume, and is '../etc'",
      ]
    `);
    expect(problems(podWith({ volumeMounts: [{ name: 'x', mountPath: '/x' }] }))).toMatchInlineSnapshot(`
      [
        "spec.containers[0].volumeMounts[0].name: names no volume of the pod: 'x' (there are none)",
      ]
    `);
  });

  test('have one source and a name of their own', () => {
    const volumes = [
      { name: 'a', emptyDir: {}, configMap: { name: 'x' } },
      { name: 'a' },
      { name: 'B', emptyDir: {} },
    ];
    expect(problems(podWith({}, { volumes }))).toMatchInlineSnapshot(`
      [
        "spec.volumes[1]: repeats name 'a' of spec.volumes[0]",
        "spec.volumes[0]: has more than one source: emptyDir, configMap",
        "spec.volumes[2].name: 'B' must be lower-case letters, digits and '-', as a DNS label",
      ]
    `);
  });
});

describe('probes', () => {
  test('have exactly one handler, and times that make sense', () => {
    const probe = { httpGet: { port: 80 }, tcpSocket: { port: 0 } };
    const container = {
      startupProbe: {},
      readinessProbe: { ...probe, terminationGracePeriodSeconds: 5 },
      livenessProbe: { exec: { command: ['/live'] }, successThreshold: 2, periodSeconds: -1 },
      lifecycle: { preStop: { exec: { command: [] }, sleep: { seconds: 1 } } },
    };
    expect(problems(podWith(container))).toMatchInlineSnapshot(`
      [
        "spec.containers[0].startupProbe: has no handler",
        "spec.containers[0].readinessProbe: has more than one handler: httpGet, tcpSocket",
        "spec.containers[0].readinessProbe.tcpSocket.port: port 0 is not between 1 and 65535",
        "spec.containers[0].livenessProbe.periodSeconds: must be at least 0, not -1",
        "spec.containers[0].livenessProbe.successThreshold: must be 1, not 2",
        "spec.containers[0].readinessProbe.terminationGracePeriodSeconds: must be absent: a readiness probe stops nothing",
        "spec.containers[0].lifecycle.preStop: has more than one handler: exec, sleep",
        "spec.containers[0].lifecycle.preStop.exec.command: is required",
      ]
    `);
  });

  test('a port is a number or the name of one', () => {
    expect(problems(podWith({ readinessProbe: { httpGet: { port: 'http' } } }))).toEqual([]);
    expect(problems(podWith({ readinessProbe: { httpGet: { port: '8000' } } }))).toMatchInlineSnapshot(`
      [
        "spec.containers[0].readinessProbe.httpGet.port: port name '8000' must have a letter",
      ]
    `);
  });
});

describe('the pod itself', () => {
  test('names and times', () => {
    const spec = {
      hostname: 'a.b',
      serviceAccountName: 'Chat',
      activeDeadlineSeconds: 0,
    };
    expect(problems(podWith({}, spec))).toMatchInlineSnapshot(`
      [
        "spec.activeDeadlineSeconds: must be at least 1, not 0",
        "spec.serviceAccountName: 'Chat' must be lower-case letters, digits, '-' and '.', starting and ending with a letter or digit",
        "spec.hostname: 'a.b' must be lower-case letters, digits and '-', as a DNS label",
      ]
    `);
  });

  test('images and mounts are written out', () => {
    const volumeMounts = [
      { name: 'a', mountPath: '' },
      { name: 'a', mountPath: '/a:b', subPath: 'x', subPathExpr: '/y' },
    ];
    const volumeDevices = [{ name: 'b', devicePath: '/dev/b' }];
    const container = { image: ' server', volumeMounts, volumeDevices };
    expect(problems(podWith(container, { volumes: [{ name: 'a' }] }))).toMatchInlineSnapshot(`
      [
        "spec.containers[0].image: must not start or end with a space",
        "spec.containers[0].volumeMounts[0].mountPath: is required",
        "spec.containers[0].volumeMounts[1].mountPath: must not hold ':', and is '/a:b'",
        "spec.containers[0].volumeMounts[1].subPathExpr: must be absent: there is a subPath",
        "spec.containers[0].volumeMounts[1].subPathExpr: must be a path below the volume, and is '/y'",
        "spec.containers[0].volumeDevices[0].name: names no volume of the pod: 'b' (there are a)",
      ]
    `);
  });
});

describe('what else the server looks at', () => {
  const lines = (container: object, spec: object) =>
    problems(podWith(container, spec)).map((line) => line.split(':')[0]);

  test('keys of topologies and tolerations, terms, and ports of the host', () => {
    const required = 'requiredDuringSchedulingIgnoredDuringExecution';
    const affinity = {
      nodeAffinity: { [required]: { nodeSelectorTerms: [] } },
      podAffinity: { [required]: [{ topologyKey: 'a b' }] },
    };
    const tolerations = [{ key: 'a b', operator: 'Exists' }];
    const ports = [{ containerPort: 80, hostPort: 70000 }];
    expect(lines({ ports }, { affinity, tolerations })).toEqual([
      'spec.containers[0].ports[0].hostPort',
      'spec.tolerations[0].key',
      `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`,
      `spec.affinity.podAffinity.${required}[0].topologyKey`,
    ]);
  });
});

describe('labels that are selected by', () => {
  const bad = {
    matchLabels: { app: 'a b' },
    matchExpressions: [{ key: 'x y', operator: 'NotIn', values: ['?'] }],
  };

  test('affinity and spread', () => {
    const term = { topologyKey: 'zone', labelSelector: bad };
    const affinity = {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, podAffinityTerm: term }],
      },
    };
    const spread = {
      maxSkew: 1,
      topologyKey: 'a b',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: bad,
    };
    const prefers = { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'In' }] } };
    const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [prefers] };
    expect(problems(podWith({}, { affinity: { nodeAffinity } }))).toHaveLength(1);
    expect(problems(podWith({}, { affinity, topologySpreadConstraints: [spread] }))).toMatchInlineSnapshot(`
      [
        "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: must be between 1 and 100, not 101",
        "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector.matchLabels.app: label value 'a b' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
        "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector.matchExpressions[0].key: the name in 'x y' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
        "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector.matchExpressions[0].values[0]: label value '?' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
        "spec.topologySpreadConstraints[0].topologyKey: the name in 'a b' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
        "spec.topologySpreadConstraints[0].labelSelector.matchLabels.app: label value 'a b' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
        "spec.topologySpreadConstraints[0].labelSelector.matchExpressions[0].key: the name in 'x y' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
        "spec.topologySpreadConstraints[0].labelSelector.matchExpressions[0].values[0]: label value '?' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
      ]
    `);
  });

  test('other objects', () => {
    const peer = { namespaceSelector: bad, podSelector: bad };
    const policy = { podSelector: bad, ingress: [{ from: [peer] }] };
    const object = (apiVersion: string, kind: string, spec: object) =>
      problems({ apiVersion, kind, metadata: { name: 'x' }, spec }).map((line) => line.split(':')[0]);
    expect(object('networking.k8s.io/v1', 'NetworkPolicy', policy)).toMatchInlineSnapshot(`
      [
        "spec.podSelector.matchLabels.app",
        "spec.podSelector.matchExpressions[0].key",
        "spec.podSelector.matchExpressions[0].values[0]",
        "spec.ingress[0].from[0].podSelector.matchLabels.app",
        "spec.ingress[0].from[0].podSelector.matchExpressions[0].key",
        "spec.ingress[0].from[0].podSelector.matchExpressions[0].values[0]",
        "spec.ingress[0].from[0].namespaceSelector.matchLabels.app",
        "spec.ingress[0].from[0].namespaceSelector.matchExpressions[0].key",
        "spec.ingress[0].from[0].namespaceSelector.matchExpressions[0].values[0]",
      ]
    `);
    expect(object('policy/v1', 'PodDisruptionBudget', { selector: bad })).toHaveLength(3);
    expect(object('v1', 'Service', { selector: { app: 'a b' }, ports: [{ port: 80 }] })).toHaveLength(1);
  });
});

describe('scheduling', () => {
  test('tolerations', () => {
    const tolerations = [
      { value: 'x' },
      { key: 'a', operator: 'Exists', value: 'x' },
      { key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 5 },
    ];
    expect(problems(podWith({}, { tolerations }))).toMatchInlineSnapshot(`
      [
        "spec.tolerations[0].operator: must be 'Exists': there is no key",
        "spec.tolerations[1].value: must be absent: the operator is Exists",
        "spec.tolerations[2].effect: must be 'NoExecute': there are tolerationSeconds",
      ]
    `);
  });

  test('affinity', () => {
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'a', operator: 'In' },
                { key: 'b', operator: 'Exists', values: ['x'] },
                { key: 'c', operator: 'Gt', values: ['many'] },
              ],
            },
          ],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }],
      },
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }] },
    };
    expect(problems(podWith({}, { affinity, nodeSelector: { 'a b': 'x' } }))).toMatchInlineSnapshot(`
      [
        "spec.nodeSelector[a b]: the name in 'a b' must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: must not be empty: the operator is In",
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1].values: must be absent: the operator is Exists",
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[2].values: must hold one integer: the operator is Gt",
        "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: must be between 1 and 100, not 0",
        "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: is required",
      ]
    `);
  });

  test('spread', () => {
    const spread = { maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 };
    const topologySpreadConstraints = [spread, { ...spread, maxSkew: 1 }];
    expect(problems(podWith({}, { topologySpreadConstraints }))).toMatchInlineSnapshot(`
      [
        "spec.topologySpreadConstraints[1]: repeats topologyKey 'zone' and whenUnsatisfiable 'ScheduleAnyway' of spec.topologySpreadConstraints[0]",
        "spec.topologySpreadConstraints[0].maxSkew: must be at least 1, not 0",
        "spec.topologySpreadConstraints[0].minDomains: must be absent: whenUnsatisfiable is not DoNotSchedule",
        "spec.topologySpreadConstraints[1].minDomains: must be absent: whenUnsatisfiable is not DoNotSchedule",
      ]
    `);
  });
});
