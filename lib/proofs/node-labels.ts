import { findInstance, INSTANCE_LABEL, instanceLabels } from '../catalog';
import type { Labels, NodeShape, PodSpec, PoolFact } from '../core';
import type { Requirement } from './selectors';

const TYPE = 'node.kubernetes.io/instance-type';
const ZONE = 'topology.kubernetes.io/zone';

/** Labels that every node of a pool does not share: they follow from its instance type. */
const isOfType = (key: string) => key === TYPE || key.startsWith(INSTANCE_LABEL);

/** Values that a label may take on nodes of one shape; undefined when they do not carry it. */
function valuesOn(pool: PoolFact, shape: NodeShape | undefined, key: string): readonly string[] | undefined {
  if (pool.labels[key] !== undefined) return [pool.labels[key]];
  if (shape && key === TYPE) return [shape.instanceType];
  const instance = shape && key.startsWith(INSTANCE_LABEL) ? findInstance(shape.instanceType) : undefined;
  if (instance) {
    const value = instanceLabels(instance)[key];
    return value === undefined ? undefined : [value];
  }
  if (pool.choices[key]) return pool.choices[key];
  switch (key) {
    case 'kubernetes.io/arch':
      return [pool.arch];
    case 'kubernetes.io/os':
      return ['linux'];
    case ZONE:
      return pool.zones;
    case 'karpenter.sh/capacity-type':
      return pool.capacities;
    case 'karpenter.sh/nodepool':
      return [pool.name];
    default:
      return undefined;
  }
}

/** Whether a node with this value, or without the label, is what a requirement asks for. */
function accepts({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** Whether some node of a shape meets all requirements at once: one value for all those of a label. */
function meetsAll(
  pool: PoolFact,
  shape: NodeShape | undefined,
  requirements: readonly Requirement[],
): boolean {
  return requirements.every(({ key }, index) => {
    if (requirements.findIndex((other) => other.key === key) !== index) return true;
    const together = requirements.filter((other) => other.key === key);
    const values: readonly (string | undefined)[] = valuesOn(pool, shape, key) ?? [undefined];
    return values.some((value) => together.every((requirement) => accepts(requirement, value)));
  });
}

/** Whether some node of a pool meets a requirement. */
export function meets(pool: PoolFact, requirement: Requirement): boolean {
  return shapesMeeting(pool, [[requirement]]).length > 0;
}

/** What a pod asks of the labels of its node: all of one of these lists. */
function alternatives(spec: PodSpec): readonly (readonly Requirement[])[] {
  const selected = selectedBy(spec);
  const terms = termsOf(spec);
  return terms ? terms.map((term) => [...selected, ...term]) : [selected];
}

/** Its node selector, as requirements. */
export function selectedBy(spec: PodSpec): readonly Requirement[] {
  return Object.entries((spec.nodeSelector ?? {}) as Labels).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
}

/** Its required node affinity; undefined when it has none. */
export function termsOf(spec: PodSpec): readonly (readonly Requirement[])[] | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms.map((term) => term.matchExpressions ?? []);
}

const WITHOUT_SHAPE = [undefined];

function shapesMeeting(pool: PoolFact, lists: readonly (readonly Requirement[])[]): readonly unknown[] {
  // Most ask for nothing that differs between the types of a pool: then one look is enough.
  const shapes = lists.some((list) => list.some(({ key }) => isOfType(key))) ? pool.shapes : WITHOUT_SHAPE;
  return shapes.filter((shape) => lists.some((list) => meetsAll(pool, shape, list)));
}

/** Shapes of a pool whose labels a pod accepts. */
export function shapesFor(pool: PoolFact, spec: PodSpec): readonly NodeShape[] {
  const found = shapesMeeting(pool, alternatives(spec));
  return found[0] === undefined && found.length > 0 ? pool.shapes : (found as readonly NodeShape[]);
}

/** Whether a pod accepts the labels of some node of a pool. */
export function acceptsLabels(pool: PoolFact, spec: PodSpec): boolean {
  return shapesMeeting(pool, alternatives(spec)).length > 0;
}

/** Zones of a pool that a pod accepts, and can count on. */
export function zonesFor(pool: PoolFact, spec: PodSpec): readonly string[] {
  const accepted = pool.zones.filter((zone) =>
    acceptsLabels({ ...pool, labels: { ...pool.labels, [ZONE]: zone } }, spec),
  );
  // In which of its zones nodes lie that no pod asked for, nobody can say.
  return pool.static === undefined ? accepted : accepted.slice(0, 1);
}

/** Those of some zones that a pod's own words about zones leave. */
export function zonesNamed(zones: readonly string[], spec: PodSpec): readonly string[] {
  const lists = alternatives(spec).map((list) => list.filter(({ key }) => key === ZONE));
  return zones.filter((zone) =>
    lists.some((list) => list.every((requirement) => accepts(requirement, zone))),
  );
}
