import type { Rendered } from '../../core';
import { nearest } from '../../core';
import type { Index } from '../index-of';
import { groupOf, isCustom } from '../kinds';
import type { Refusal } from '../proof';

const KNOWN_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Where a kind comes from: the layer of whatever brings it; absent when it was there before us. */
interface Provider {
  readonly by: string;
  readonly layer?: string;
}

/** Kinds that nothing brings, or that are used before what brings them stands. */
export function kindProviders(rendered: Rendered, index: Index): { findings: Refusal[]; checked: number } {
  const releases = new Map(
    rendered.facts.of('release').map((r) => [`release/${r.namespace}/${r.name}`, r.layer]),
  );
  const providers = new Map<string, Provider>();
  for (const { kinds = [], by } of rendered.facts.of('provides')) {
    const layer = by ? releases.get(by) : undefined;
    for (const kind of kinds) providers.set(kind, { by: by ?? 'something', ...(layer ? { layer } : {}) });
  }
  for (const { id, layer, json } of index.of('CustomResourceDefinition')) {
    // What is wrong with a definition, object-is-valid says.
    const { group, names } = (json.spec ?? {}) as { group?: string; names?: { kind?: string } };
    providers.set(`${group}/${names?.kind}`, { by: id, layer });
  }

  const findings: Refusal[] = [];
  const uses = [
    ...rendered.objects
      .filter(({ json }) => isCustom(json))
      .map(({ id, layer, json }) => {
        const kind = `${groupOf(json.apiVersion)}/${json.kind}`;
        return { object: id, layer, kind, says: `is of kind ${kind}` };
      }),
    ...rendered.facts.of('release').flatMap(({ namespace, name, layer, requires }) =>
      requires.map((kind) => ({
        object: `release/${namespace}/${name}`,
        layer,
        kind,
        says: `makes objects of kind ${kind}`,
      })),
    ),
  ];
  for (const { object, layer, kind, says } of uses) {
    const provider = providers.get(kind);
    if (!provider) {
      const meant = nearest(kind, providers.keys());
      findings.push({
        object,
        what: `${says}, which no release and no CRD set brings${meant ? `; did you mean ${meant}?` : ''}`,
        why: 'the API server refuses it: "no matches for kind"',
        fix: 'add the release that brings the kind, or name the kind in its provides',
      });
    } else if (provider.layer !== undefined && !index.precedes(provider.layer, layer)) {
      findings.push({
        object,
        what: `${says} in layer '${layer}', and ${provider.by} brings it in layer '${provider.layer}', which does not come before`,
        why: 'the API server refuses it on the first deploy: "no matches for kind"',
        fix:
          provider.layer === layer
            ? 'move it to a layer of its own, in a later phase or after this one'
            : `move it to a later phase, or let '${layer}' come after '${provider.layer}'`,
      });
    }
  }
  return { findings, checked: uses.length };
}

/** Namespaces that nobody writes, or that are used before they are written. */
export function namespaceProviders(
  rendered: Rendered,
  index: Index,
): { findings: Refusal[]; checked: number } {
  const layers = new Map(index.of('Namespace').map(({ json, layer }) => [json.metadata.name, layer]));
  const findings: Refusal[] = [];
  let checked = 0;
  const judge = (object: string, namespace: string | undefined, layer: string) => {
    if (!namespace) return;
    checked++;
    if (KNOWN_NAMESPACES.includes(namespace)) return;
    const written = layers.get(namespace);
    // There before us, as somebody says.
    if (written === undefined && index.has(`Namespace/${namespace}`)) return;
    if (written === undefined) {
      const meant = nearest(namespace, [...layers.keys(), ...KNOWN_NAMESPACES]);
      findings.push({
        object,
        what: `is in namespace '${namespace}', which nothing creates${meant ? `; did you mean '${meant}'?` : ''}`,
        why: 'the API server refuses it: namespaces are written in phase cluster only',
        fix: meant
          ? `name '${meant}', or add '${namespace}' to the namespaces`
          : `add '${namespace}' to the namespaces`,
      });
    } else if (written !== layer && !index.precedes(written, layer)) {
      findings.push({
        object,
        what: `is in namespace '${namespace}', which layer '${written}' writes, and its own layer '${layer}' does not come after that`,
        why: 'the API server refuses it on the first deploy: "namespace not found"',
        fix: 'write namespaces in phase cluster',
      });
    }
  };
  for (const { id, layer, json } of rendered.objects) judge(id, json.metadata.namespace, layer);
  for (const { name, namespace, layer } of rendered.facts.of('release')) {
    judge(`release/${namespace}/${name}`, namespace, layer);
  }
  return { findings, checked };
}
