import { App } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { declare, formatFinding, Layer, render, setOrigin } from '../../lib/core';
import { PROOFS, type Proof, proofInput, prove } from '../../lib/proofs';

const refuser: Proof = {
  name: 'always-refuses',
  about: 'Refuses two objects.',
  check: () => ({
    checked: 2,
    findings: ['web', 'db'].map((name) => ({
      object: `Deployment/apps/${name}`,
      what: 'is there',
      why: 'it must not be',
      fix: 'remove it',
      origin: `models.${name}`,
    })),
  }),
};
const waiver = {
  proof: 'always-refuses',
  object: 'Deployment/apps/web',
  reason: 'until 2027-01',
  origin: 'waivers[0]',
};
const input = () => proofInput(render(new App()));
const locate = (origin: string) => `environments/prod.yaml:${origin.length}:1`;

describe('prove', () => {
  test('names the proof and the line', () => {
    const { findings, proofs } = prove([refuser], input(), { locate });
    expect(findings[0]).toEqual({
      proof: 'always-refuses',
      severity: 'error',
      object: 'Deployment/apps/web',
      what: 'is there',
      why: 'it must not be',
      fix: 'remove it',
      origin: 'models.web',
      at: 'environments/prod.yaml:10:1',
    });
    expect(proofs).toEqual([
      { name: 'always-refuses', checked: 2 },
      { name: 'stale-waiver', checked: 0 },
    ]);
  });

  test('takes the line from the object when the proof says none', () => {
    const app = new App();
    const layer = setOrigin(new Layer(app, 'apps', { phase: 'apps' }), 'models.chat');
    declare(layer, 'pods', {
      owner: 'Kafka/apps/events#broker',
      maker: 'operator',
      namespace: 'apps',
      replicas: 1,
      maxReplicas: 1,
      template: { metadata: { labels: {} }, spec: { containers: [] } },
    });
    const silent: Proof = {
      ...refuser,
      check: () => ({
        checked: 1,
        findings: [{ object: 'Kafka/apps/events#broker', what: 'a', why: 'b', fix: 'c' }],
      }),
    };
    expect(prove([silent], proofInput(render(app))).findings[0].origin).toBe('models.chat');
  });

  test('a waiver accepts exactly its object, with its reason', () => {
    const { findings } = prove([refuser], input(), { waivers: [waiver] });
    expect(findings.map((f) => [f.object, f.waived])).toEqual([
      ['Deployment/apps/web', 'until 2027-01'],
      ['Deployment/apps/db', undefined],
    ]);
  });

  test('a waiver that hides nothing, or names no proof, is a finding', () => {
    const waivers = [
      { ...waiver, object: 'Deployment/apps/wep' },
      { ...waiver, proof: 'always-refuse', origin: 'waivers[1]' },
    ];
    const { findings } = prove([refuser], input(), { waivers, locate });
    const stale = findings.filter((f) => f.proof === 'stale-waiver');
    expect(stale.map(formatFinding).join('\n')).toMatchInlineSnapshot(`
      "Deployment/apps/wep: a waiver of 'always-refuses' hides nothing; did you mean 'Deployment/apps/web'?
        why: a waiver that outlives its fault would hide the next one
        fix: name 'Deployment/apps/web', or remove the waiver
        set in: environments/prod.yaml:10:1 waivers[0]
      Deployment/apps/web: a waiver names the proof 'always-refuse', which does not exist; did you mean 'always-refuses'?
        why: it accepts nothing, and whoever reads it believes that it does
        fix: name 'always-refuses', or remove the waiver
        set in: environments/prod.yaml:10:1 waivers[1]"
    `);
  });

  test('a proof that throws is a fault of ours, and is not swallowed', () => {
    const broken: Proof = {
      ...refuser,
      check: () => {
        throw new TypeError('x is undefined');
      },
    };
    expect(() => prove([broken], input())).toThrowErrorMatchingInlineSnapshot(
      `[Error: proof 'always-refuses' failed to run: this is a fault of the library, not of your file]`,
    );
  });
});

test('every proof has a public name and a line of documentation', () => {
  expect(PROOFS.map((proof) => proof.name)).toMatchInlineSnapshot(`
    [
      "object-is-valid",
      "name-is-legal",
      "object-fits-apply",
      "template-fits-cloudformation",
      "references-resolve",
      "selectors-match",
      "names-join",
      "picker-config-is-known",
      "roles-join",
      "picker-objects-are-read",
      "query-parses",
      "metric-exists",
      "pods-are-declared",
      "pod-has-a-home",
      "image-runs-on-processor",
      "pool-holds-replicas",
      "mig-layout-places",
      "devices-match-autoscaler",
      "quota-covers-pool",
      "queue-admits-jobs",
      "model-fits-memory",
      "parallelism-divides",
      "precision-is-supported",
      "nodes-exchange-fast",
      "drain-fits-grace",
      "startup-fits-probes",
      "rollout-can-finish",
      "rollout-is-steered",
      "disruption-can-finish",
      "weights-come-from-inside",
      "answers-are-real",
      "scaler-owns-replicas",
      "no-literal-secret",
      "image-is-pinned",
      "pod-is-restricted",
      "network-is-closed",
      "public-is-declared",
      "budget-holds",
    ]
  `);
  for (const { name, about } of PROOFS) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(about).toMatch(/^[A-Z].{20,}\.$/);
  }
});

test('nothing rendered is refused by no proof, and counted by none', () => {
  const { findings, proofs } = prove(PROOFS, input());
  expect(findings).toEqual([]);
  expect(proofs.every(({ checked }) => checked === 0)).toBe(true);
});
