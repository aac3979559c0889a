import type { KubeObject, ObjectMeta } from '../core';
import { type ApiAccess, ApiRefusal, ApiTransport } from './api-transport';
import { until } from './poll';

/** An object as the API server keeps it. */
export interface LiveObject extends KubeObject {
  readonly metadata: ObjectMeta & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
}

export interface Applied {
  readonly object: LiveObject;
  readonly warnings: readonly string[];
}

/** What names one object, or with `name` left out all of a kind. */
export interface Target {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

const FIELD_MANAGER = 'nexus';
/** A kind shows up in discovery a moment after its definition is established. */
const DISCOVERY_SECONDS = 30;

/** The calls that a rehearsal makes, by kind and name instead of by path. */
export class ApiClient {
  private readonly transport: ApiTransport;
  private readonly kinds = new Map<string, Resource>();

  constructor(access: ApiAccess) {
    this.transport = new ApiTransport(access);
  }

  /** Server-side apply: unknown fields are refused, and fields of others are taken over. */
  public async apply(object: KubeObject): Promise<Applied> {
    const path = await this.path(object);
    const query = `fieldManager=${FIELD_MANAGER}&fieldValidation=Strict&force=true`;
    const answer = await this.transport.call(
      'PATCH',
      `${path}?${query}`,
      object,
      'application/apply-patch+yaml',
    );
    return { object: answer.body as LiveObject, warnings: answer.warnings };
  }

  /** Create what must not be there yet. */
  public async create(object: KubeObject): Promise<LiveObject> {
    const { name: _, ...metadata } = object.metadata;
    const path = await this.path({ ...object, metadata });
    return (await this.transport.call('POST', `${path}?fieldValidation=Strict`, object)).body as LiveObject;
  }

  /** One object, or undefined when it is not there. */
  public async get(target: Target): Promise<LiveObject | undefined> {
    try {
      return (await this.transport.call('GET', await this.path(target))).body as LiveObject;
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All of a kind, in all namespaces or in one. */
  public async list(apiVersion: string, kind: string, namespace?: string): Promise<LiveObject[]> {
    const path = await this.path({ apiVersion, kind, metadata: namespace ? { namespace } : {} });
    const { items } = (await this.transport.call('GET', path)).body as { items: LiveObject[] };
    return items.map((item) => ({ ...item, apiVersion, kind }));
  }

  /** Merge a change in; `part` is a subresource such as `status` or `scale`. */
  public async patch(target: Target, change: unknown, part?: 'status' | 'scale'): Promise<LiveObject> {
    const path = await this.path(target);
    const type = 'application/merge-patch+json';
    return (await this.transport.call('PATCH', part ? `${path}/${part}` : path, change, type))
      .body as LiveObject;
  }

  /** Ask for an object to go; finalizers may keep it a while. */
  public async delete(target: Target): Promise<void> {
    await this.transport.call('DELETE', await this.path(target));
  }

  /** True once the server answers that it is ready. */
  public async ready(): Promise<boolean> {
    return this.transport.call('GET', '/readyz').then(
      () => true,
      () => false,
    );
  }

  /** Close the connections. */
  public close(): void {
    this.transport.close();
  }

  private async path({ apiVersion, kind, metadata = {} }: Target): Promise<string> {
    const { plural, namespaced } = await this.resource(apiVersion, kind);
    const { name, namespace } = metadata;
    // All namespaces are meant only where nothing is named.
    const home = namespaced && (namespace ?? (name ? 'default' : undefined));
    return [root(apiVersion), ...(home ? [`namespaces/${home}`] : []), plural, ...(name ? [name] : [])].join(
      '/',
    );
  }

  private async resource(apiVersion: string, kind: string): Promise<Resource> {
    const key = `${apiVersion}/${kind}`;
    const known = this.kinds.get(key);
    if (known) return known;
    return until(`${key} being served`, DISCOVERY_SECONDS, async () => {
      await this.discover(apiVersion);
      return this.kinds.get(key);
    });
  }

  private async discover(apiVersion: string): Promise<void> {
    try {
      const { resources } = (await this.transport.call('GET', root(apiVersion))).body as {
        resources: { name: string; kind: string; namespaced: boolean }[];
      };
      for (const { name, kind, namespaced } of resources) {
        if (!name.includes('/')) this.kinds.set(`${apiVersion}/${kind}`, { plural: name, namespaced });
      }
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.status !== 404) throw error;
    }
  }
}

const root = (apiVersion: string) =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
