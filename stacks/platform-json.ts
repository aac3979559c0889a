import { billFor } from './bill';
import type { Built } from './build';

/** What runs where, needs what and talks to whom: for scripts, dashboards and reviewers. */
export function platformJson(built: Built): object {
  const { environment, rendered, proofs, findings } = built;
  const { facts, layers } = rendered;
  const bill = billFor(built);
  return {
    environment: environment.name,
    layers: layers.map((layer) => ({
      name: layer.name,
      phase: layer.phase,
      needs: layer.needs,
      objects: layer.units.flatMap((unit) => unit.objects.map((object) => object.id)),
      releases: layer.releases.map(({ name, namespace, chart, version }) => ({
        name,
        namespace,
        chart,
        version,
      })),
    })),
    models: facts.of('model'),
    pools: facts
      .of('pool')
      .map(({ shapes, ...pool }) => ({ ...pool, instanceTypes: shapes.map((s) => s.instanceType) })),
    pods: facts.of('pods').map(({ template, ...pods }) => ({
      ...pods,
      containers: template.spec.containers.map((c) => ({ name: c.name, image: c.image, ...c.resources })),
    })),
    edges: facts.of('edge'),
    identities: facts.of('identity'),
    alerting: facts.of('alerting'),
    secretsToFill: facts.of('supplied'),
    ...(bill
      ? { cost: { region: bill.region, priced: bill.priced, ...bill.total, unknown: bill.unknown } }
      : {}),
    proofs,
    waived: findings.filter((finding) => finding.waived),
  };
}
