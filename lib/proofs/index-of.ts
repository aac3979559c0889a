import type { KubeObject, PodsFact, ProvidedObject, Rendered, RenderedObject } from '../core';
import { derivedSecrets } from './derived';
import { isEmpty, matches, type Selector } from './selectors';
import { type KubeService, type ServiceSpec, serviceOf } from './services';

/** Keys that are known, or 'any' where whoever makes the object does not say. */
export type Keys = ReadonlySet<string> | 'any';

const EMPTY: readonly never[] = [];

/** Look-ups over everything rendered, built once and shared by all proofs. */
export class Index {
  private readonly objects = new Map<string, RenderedObject>();
  private readonly kinds = new Map<string, RenderedObject[]>();
  private readonly provided = new Map<string, ProvidedObject>();
  private readonly names = new Map<string, string[]>();
  private readonly namespaces = new Map<string, PodsFact[]>();
  private readonly labelled = new Map<string, PodsFact[]>();
  private readonly owners = new Map<string, PodsFact>();
  private readonly services = new Map<string, KubeService>();
  private readonly earlier = new Map<string, ReadonlySet<string>>();
  private readonly derived: ReadonlyMap<string, Keys>;

  constructor(private readonly rendered: Rendered) {
    for (const object of rendered.objects) {
      if (!this.objects.has(object.id)) this.objects.set(object.id, object);
      push(this.kinds, object.json.kind, object);
      this.name(object.id);
      if (object.json.kind === 'Service' && object.json.apiVersion === 'v1') {
        this.services.set(object.id, serviceOf(object.json as KubeObject & { spec?: ServiceSpec }));
      }
    }
    this.derived = derivedSecrets(rendered.objects);
    for (const id of this.derived.keys()) if (!this.objects.has(id)) this.name(id);
    for (const fact of rendered.facts.of('provides')) {
      for (const object of fact.objects ?? EMPTY) {
        if (!this.provided.has(object.id)) this.name(object.id);
        this.provided.set(object.id, object);
        const [kind, namespace, name] = object.id.split('/');
        if (kind !== 'Service' || name === undefined || this.services.has(object.id)) continue;
        this.services.set(object.id, {
          id: object.id,
          namespace,
          name,
          selector: object.selects,
          headless: false,
          external: false,
          ports: object.ports?.map((port) => ({ port })),
        });
      }
    }
    for (const pods of rendered.facts.of('pods')) {
      push(this.namespaces, pods.namespace, pods);
      for (const [key, value] of Object.entries(pods.template.metadata.labels)) {
        push(this.labelled, `${pods.namespace} ${key}=${value}`, pods);
      }
      this.owners.set(pods.owner, pods);
    }
    for (const layer of rendered.layers) {
      const before = new Set<string>();
      for (const need of layer.needs) {
        before.add(need);
        for (const further of this.earlier.get(need) ?? EMPTY) before.add(further);
      }
      this.earlier.set(layer.name, before);
    }
  }

  /** Rendered objects of a kind, in delivery order. */
  public of(kind: string): readonly RenderedObject[] {
    return this.kinds.get(kind) ?? EMPTY;
  }

  public object(id: string): RenderedObject | undefined {
    return this.objects.get(id);
  }

  /** Whether an object exists: rendered, or brought by something that says so. */
  public has(id: string): boolean {
    return this.objects.has(id) || this.provided.has(id) || this.derived.has(id);
  }

  /** Names of what exists of a kind in a namespace (or in the cluster), for "did you mean". */
  public namesOf(kind: string, namespace?: string): readonly string[] {
    return this.names.get(namespace ? `${kind}/${namespace}` : kind) ?? EMPTY;
  }

  /** Keys of a Secret or ConfigMap; undefined when it does not exist. */
  public keysOf(id: string): Keys | undefined {
    const object = this.objects.get(id)?.json;
    if (object)
      return new Set(
        ['data', 'stringData', 'binaryData'].flatMap((field) => Object.keys(object[field] ?? {})),
      );
    const provided = this.provided.get(id);
    if (provided) return provided.keys ? new Set(provided.keys) : 'any';
    return this.derived.get(id);
  }

  public service(namespace: string, name: string): KubeService | undefined {
    return this.services.get(`Service/${namespace}/${name}`);
  }

  public allServices(): IterableIterator<KubeService> {
    return this.services.values();
  }

  /** All pods of a namespace, whoever makes them. */
  public podsIn(namespace: string): readonly PodsFact[] {
    return this.namespaces.get(namespace) ?? EMPTY;
  }

  /** Namespaces in which pods run. */
  public podNamespaces(): readonly string[] {
    return [...this.namespaces.keys()];
  }

  /** The pods that an object makes. */
  public podsOf(owner: string): PodsFact | undefined {
    return this.owners.get(owner);
  }

  /** Pods of a namespace that a selector picks; all of them for an empty one. */
  public select(namespace: string, selector: Selector): readonly PodsFact[] {
    let among = this.podsIn(namespace);
    for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
      const carriers = this.labelled.get(`${namespace} ${key}=${value}`) ?? EMPTY;
      if (carriers.length < among.length) among = carriers;
    }
    return isEmpty(selector)
      ? among
      : among.filter((pods) => matches(selector, pods.template.metadata.labels));
  }

  /** Whether a layer is complete before another one begins. */
  public precedes(layer: string, later: string): boolean {
    return this.earlier.get(later)?.has(layer) ?? false;
  }

  /** Entry of the environment file that an object, or the pods of that name, come from. */
  public originOf(object: string): string | undefined {
    const rendered = this.objects.get(object);
    if (rendered) return rendered.origin;
    const pods = this.owners.get(object);
    if (pods) return this.rendered.facts.originOf(pods);
    const release = this.rendered.facts
      .of('release')
      .find((fact) => `release/${fact.namespace}/${fact.name}` === object);
    return release && this.rendered.facts.originOf(release);
  }

  private name(id: string): void {
    const at = id.lastIndexOf('/');
    push(this.names, id.slice(0, at), id.slice(at + 1));
  }
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
