import { describe, expect, test } from 'vitest';
import type { PodTemplate } from '../../lib/core';
import { podIsRestricted } from '../../lib/proofs/pod-is-restricted';
import { levelFor, needsOf } from '../../lib/proofs/pod-security';
import { container, deployment, namespace, podSpec, refusals } from './scene';

const level = (spec: object) => levelFor(needsOf({ metadata: { labels: {} }, spec } as PodTemplate));
const context = (more: object) =>
  podSpec({}, { securityContext: { ...container().securityContext, ...more } });

test('a pod that keeps to every control is restricted', () => {
  expect(level(podSpec())).toBe('restricted');
  expect(level(context({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }))).toBe('restricted');
  expect(
    level(
      podSpec({
        volumes: [
          { name: 'a', emptyDir: {} },
          { name: 'b', csi: {} },
        ],
      }),
    ),
  ).toBe('restricted');
});

test.each([
  ['no runAsNonRoot', podSpec({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } })],
  ['no seccomp profile', podSpec({ securityContext: { runAsNonRoot: true } })],
  ['runAsNonRoot undone by the container', context({ runAsNonRoot: false })],
  ['user 0', context({ runAsUser: 0 })],
  ['privilege escalation', context({ allowPrivilegeEscalation: undefined })],
  ['capabilities kept', context({ capabilities: {} })],
  ['a capability of the baseline', context({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } })],
  ['an NFS volume', podSpec({ volumes: [{ name: 'a', nfs: {} }] })],
  ['an init container without a context', podSpec({ initContainers: [{ name: 'init' }] })],
])('%s needs baseline', (_, spec) => {
  expect(level(spec)).toBe('baseline');
});

test.each([
  ['hostNetwork', podSpec({ hostNetwork: true })],
  ['hostPID', podSpec({ hostPID: true })],
  ['hostIPC', podSpec({ hostIPC: true })],
  ['hostPath', podSpec({ volumes: [{ name: 'a', hostPath: { path: '/dev' } }] })],
  ['a host port', podSpec({}, { ports: [{ containerPort: 80, hostPort: 80 }] })],
  ['privileged', context({ privileged: true })],
  ['SYS_ADMIN', context({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } })],
  ['seccomp off', context({ seccompProfile: { type: 'Unconfined' } })],
  ['AppArmor off', context({ appArmorProfile: { type: 'Unconfined' } })],
  ['SELinux type', context({ seLinuxOptions: { type: 'spc_t' } })],
  ['/proc unmasked', context({ procMount: 'Unmasked' })],
  ['a sysctl', podSpec({ securityContext: { sysctls: [{ name: 'kernel.msgmax' }] } })],
  ['a Windows host process', context({ windowsOptions: { hostProcess: true } })],
  [
    'a probe of another host',
    podSpec({}, { livenessProbe: { httpGet: { host: '169.254.169.254', port: 80 } } }),
  ],
])('%s needs privileged', (_, spec) => {
  expect(level(spec)).toBe('privileged');
});

describe('pod-is-restricted', () => {
  const declared = (spec: object) =>
    ({
      owner: 'release/apps/agent#agent',
      maker: 'chart',
      namespace: 'apps',
      replicas: 'node',
      maxReplicas: 1,
      template: { metadata: { labels: {} }, spec },
    }) as never;
  const check = (enforced: string, objects: object[], pods: never[] = []) =>
    refusals(podIsRestricted, {
      objects,
      facts: { pods },
      before: { cluster: [namespace('apps', enforced)] },
    });
  const bare = { containers: [{ name: 'web', image: 'example/web:1' }] };

  test('a pod of ours is restricted, and says what it lacks', () => {
    expect(check('restricted', [deployment(bare)])).toMatchInlineSnapshot(`
      "Deployment/apps/web: is not restricted: container 'web' allows privilege escalation; container 'web' does not drop ALL capabilities; container 'web' is not told to run as non-root; container 'web' has no seccomp profile
        why: admission refuses such pods: their maker stays at 0 replicas, and only its events say why
        fix: set runAsNonRoot, seccompProfile RuntimeDefault, no privilege escalation, drop ALL"
    `);
    expect(check('restricted', [deployment()])).toBe('');
  });

  test('a pod of a chart needs a namespace of its level', () => {
    const agent = declared(podSpec({ hostNetwork: true }));
    expect(check('baseline', [], [agent])).toMatchInlineSnapshot(`
      "release/apps/agent#agent: needs the level 'privileged' in namespace 'apps', which enforces 'baseline': sets hostNetwork
        why: admission refuses such pods: their maker stays at 0 replicas, and only its events say why
        fix: give it a namespace of its own with the level 'privileged'"
    `);
    expect(check('privileged', [], [agent])).toBe('');
    expect(check('privileged', [deployment(bare)], [agent])).toContain(
      'Deployment/apps/web: is not restricted',
    );
  });

  test('a namespace is no laxer than its charts need', () => {
    expect(check('privileged', [deployment()])).toMatchInlineSnapshot(`
      "Namespace/apps: enforces 'privileged', and no chart or operator there needs more than 'restricted'
        why: a laxer level admits whatever somebody adds later
        fix: enforce 'restricted'"
    `);
    expect(check('privileged', [], [declared(bare)])).toContain("needs more than 'baseline'");
    expect(check('baseline', [], [declared(bare)])).toBe('');
  });

  test('a namespace has a level', () => {
    expect(check('strict', [])).toMatchInlineSnapshot(`
      "Namespace/apps: has the Pod Security level 'strict', which does not exist
        why: without a level everything is admitted, privileged pods too
        fix: set pod-security.kubernetes.io/enforce to restricted, or to the level its pods need"
    `);
  });

  describe('a pod of ours that says why it needs more', () => {
    const root = podSpec({ securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } } });
    const elevated = (owner: string) => [{ owner, level: 'baseline', why: 'it owns a folder' } as const];
    const judged = (spec: object, level: string, owner = 'Deployment/apps/web') =>
      refusals(podIsRestricted, {
        objects: [namespace('apps', level), deployment(spec)],
        facts: { elevated: elevated(owner) },
      });

    test('has it in a namespace of that level', () => {
      expect(judged(root, 'baseline')).toBe('');
      expect(judged(root, 'restricted')).toContain('is not restricted');
      expect(judged(root, 'baseline', 'Deployment/apps/other')).toContain('is not restricted');
    });

    test('has no more than it says, and says nothing in vain', () => {
      expect(judged(podSpec({ hostPID: true }), 'baseline')).toContain('is not restricted: sets hostPID');
      expect(judged(podSpec(), 'baseline')).toMatchInlineSnapshot(`
        "Deployment/apps/web: says that it needs the level 'baseline', and is restricted
          why: its namespace is laxer for nothing, and admits whatever somebody adds later
          fix: delete the fact 'elevated'"
      `);
    });
  });
});
