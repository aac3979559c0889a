import { holdsData, type RenderedLayer, type RenderedObject } from '../core';

/** Objects that CloudFormation carries in one resource. */
export interface DeliveryUnit {
  readonly layer: string;
  /** Id below the layer: from construct and object names, never from size or position. */
  readonly id: string;
  readonly objects: readonly RenderedObject[];
  /** Length of the objects as compact JSON. */
  readonly bytes: number;
  /** Stays in the cluster when it leaves the template. */
  readonly keep: boolean;
}

/** A manifest travels in a Lambda event of 256 kB, with an envelope. */
const MOST_BYTES = 200_000;

/** One stable unit for each top-level construct of a layer; a unit too large is split by object. */
export function deliveryUnits(layer: RenderedLayer): DeliveryUnit[] {
  return layer.units.flatMap((unit) => {
    const whole = make(layer.name, unit.name, unit.objects);
    if (whole.bytes <= MOST_BYTES) return [whole];
    return unit.objects.map((object) =>
      make(layer.name, `${unit.name}/${object.id.replaceAll('/', '-')}`, [object]),
    );
  });
}

function make(layer: string, id: string, objects: readonly RenderedObject[]): DeliveryUnit {
  return {
    layer,
    id,
    objects,
    bytes: Buffer.byteLength(JSON.stringify(objects.map((object) => object.json))),
    keep: objects.some((object) => holdsData(object.json)),
  };
}
