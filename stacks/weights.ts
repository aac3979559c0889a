import { type Environment, entryOf, loaderName } from '../environments';
import type { IBucket, INodePool } from '../lib/contracts';
import { type Layer, POLICIES, type SecretRef, SuppliedSecret, type WeightsOrigin } from '../lib/core';
import { ModelCache, type ModelImage, MountedCache, NodeCache, type WeightsSource } from '../lib/serving';
import type { Origins } from './origins';

type Model = Environment['models'][string];
type Loads = Extract<Model, { readonly engine: 'vllm' | 'sglang' | 'kserve' }>;

/** Where models of an environment find their weights. */
export interface Weights {
  /** What a model that says nothing of its own does. */
  readonly from: WeightsOrigin;
  /** Where they are kept. */
  readonly bucket: IBucket;
  /** The bucket, filled for whoever asks; absent where nobody does. */
  readonly cache?: ModelCache;
  /** The bucket as a file system. */
  readonly mounted?: MountedCache;
  /** Weights on the nodes of pools, by their names. */
  readonly nodes: ReadonlyMap<string, NodeCache>;
  /** Logins of registries, by the paths of their secrets. */
  readonly logins: ReadonlyMap<string, SuppliedSecret>;
  /** Token for models that load from the hub themselves. */
  readonly hubToken?: SecretRef;
  /** Layers of the servers' phase that come before them. */
  readonly first: readonly Layer[];
}

/** What weights are made in. */
interface Places {
  /** Layers beside the stores, which stay when they are no longer named. */
  readonly layer: (id: string) => Layer;
  /** Layers beside the servers, which go. */
  readonly beside: (id: string, namespace: string) => Layer;
  readonly pools: ReadonlyMap<string, INodePool>;
  readonly from: Origins;
}

/** As the file says, or by its tier: where nodes come and go under load, the hub is too slow and too far to rely on. */
function usualOrigin(environment: Environment): WeightsOrigin {
  const own = POLICIES[environment.tier].ownWeights && environment.data.objects.kind === 's3';
  return environment.weights.from ?? (own ? 's3' : 'hub');
}

const loads = (model: Model): model is Loads => loaderName(model.engine) !== undefined;

/** Models whose replicas load weights so, by their names. */
export const loadedFrom = (environment: Environment, origin: WeightsOrigin): readonly [string, Loads][] =>
  Object.entries(environment.models).filter(
    (entry): entry is [string, Loads] =>
      loads(entry[1]) && (entry[1].weights ?? usualOrigin(environment)) === origin,
  );

/** Whatever brings weights to the models of an environment. */
export function weightsOf(
  environment: Environment,
  bucket: IBucket,
  { layer: make, beside, pools, from }: Places,
): Weights {
  const { token } = environment.weights;
  const origin = usualOrigin(environment);
  const of = (asked: WeightsOrigin) => loadedFrom(environment, asked);
  const batch = Object.keys(environment.batch?.jobs ?? {}).length > 0;
  const anybody = batch || Object.values(environment.models).some(loads);
  const stored = [...of('s3'), ...of('nvme'), ...of('mountpoint')].length > 0 || (batch && origin !== 'hub');
  const images = new Map(
    of('image').flatMap(([alias, { weightsImage }]) =>
      weightsImage?.pullSecret ? [[weightsImage.pullSecret, alias] as const] : [],
    ),
  );
  const none = { from: origin, bucket, nodes: new Map(), logins: new Map(), first: [] };
  if (!anybody || (!token && !stored && !images.size)) return none;

  const layer = make('weights');
  const secret = token
    ? from.of(
        'weights.token',
        () =>
          new SuppliedSecret(layer, 'hub-token', {
            name: 'hub-token',
            keys: ['token'],
            path: token,
            why: 'models behind a licence, from the hub',
          }),
      )
    : undefined;
  const hubToken = secret?.key('token');
  const cache = stored
    ? from.of('weights', () => new ModelCache(layer, 'weights', { bucket, hubToken }))
    : undefined;

  const logins = new Map(
    [...images].map(([path, alias]) => [
      path,
      from.of(`${entryOf(environment.models, alias)}.weightsImage`, () => login(layer, path)),
    ]),
  );
  const files = of('mountpoint').length ? beside('mounted', 'serving') : undefined;
  const mounted =
    cache && files ? from.of('weights', () => new MountedCache(files, 'mounted', { cache })) : undefined;
  const nodes = new Map<string, NodeCache>();
  const cached = [...new Set(of('nvme').map(([, { pool }]) => pool))];
  const home = cached.length ? beside('node-weights', NODE_WEIGHTS) : undefined;
  for (const name of cached) {
    const pool = pools.get(name);
    const made =
      pool &&
      cache &&
      home &&
      from.try(`pools.${name}`, () => new NodeCache(home, `${name}-weights`, { pool, cache }));
    if (made) nodes.set(name, made);
  }
  return {
    ...none,
    nodes,
    logins,
    first: [home, files].filter((made) => made !== undefined),
    ...(cache ? { cache } : {}),
    ...(mounted ? { mounted } : {}),
    ...(hubToken ? { hubToken } : {}),
  };
}

/** Namespace of what fills the disks of nodes. */
export const NODE_WEIGHTS = 'node-weights';

const login = (layer: Layer, path: string): SuppliedSecret => {
  const name = `login-${path.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
  const why = 'login of the registry with models';
  return new SuppliedSecret(layer, name, {
    name,
    keys: ['.dockerconfigjson'],
    path,
    why,
    type: 'dockerconfigjson',
  });
};

/** What the construct of a model is told of its weights. */
export function sourceOf(
  model: Loads,
  { from, cache, hubToken, mounted, nodes, logins }: Weights,
): { readonly weights: WeightsSource | undefined; readonly hubToken?: SecretRef } {
  switch (model.weights ?? from) {
    case 'hub':
      return { weights: undefined, hubToken };
    case 's3':
      return { weights: cache };
    case 'nvme':
      return { weights: nodes.get(model.pool) };
    case 'mountpoint':
      return { weights: mounted };
    case 'image':
      return { weights: imageOf(model, logins) };
  }
}

function imageOf({ weightsImage }: Loads, logins: Weights['logins']): ModelImage | undefined {
  if (!weightsImage) return undefined;
  const { reference: image, path, pullSecret } = weightsImage;
  const secret = pullSecret === undefined ? undefined : logins.get(pullSecret);
  return { image, ...(path ? { path } : {}), ...(secret ? { pullSecret: secret } : {}) };
}
