import type { RenderedLayer } from '../core';
import { deliveryUnits } from './delivery-unit';
import type { TemplateSize } from './template-size';

/** What carries kubectl and Helm, whatever they apply. */
const TOOLS = { resources: 9, bytes: 10_600 };
/** Bytes of a resource beside the text it carries, its own path and what it waits for. */
const MANIFEST = 540;
const CHART = 860;
const BARRIER = 320;
/** A logical id in a list: indentation, quotes, hash. */
const MENTION = 20;

/** How large the platform's template can become: a resource for each unit and release, a barrier for each layer. */
export function platformBound(clusterName: string, layers: readonly RenderedLayer[]): TemplateSize {
  // The name of the cluster stands in every resource, and in the path of every resource.
  const name = clusterName.length * 2;
  let { resources, bytes } = TOOLS;
  bytes += resources * name;
  for (const layer of layers) {
    const manifests = deliveryUnits(layer).map(({ id, objects }) => ({
      id,
      bytes: MANIFEST + carried(objects.map((object) => object.json)),
    }));
    const charts = layer.releases.map((release) => ({
      id: `Chart-${release.name}`,
      bytes: CHART + carried(release.values) + carried(release.repository) + carried(release.chart),
    }));
    const waiting = layer.needs.reduce((sum, need) => sum + `${need}Complete`.length + MENTION, 0);
    for (const member of [...manifests, ...charts]) {
      const path = layer.name.length + member.id.length;
      resources += 1;
      // Its path and its logical id, and its mention by the barrier.
      bytes += member.bytes + name + waiting + path * 3 + MENTION;
    }
    resources += 1;
    bytes += BARRIER + name + layer.name.length * 2;
  }
  return { resources, bytes };
}

/** JSON inside a JSON string: every quote of it is escaped, and those that were escaped already once more. */
const carried = (value: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
