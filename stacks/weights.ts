import { type Environment, loaderName } from '../environments';
import type { IBucket } from '../lib/contracts';
import { type Layer, POLICIES, type SecretRef, SuppliedSecret } from '../lib/core';
import { ModelCache } from '../lib/serving';
import type { Origins } from './origins';

/** Where models of an environment find their weights. */
export interface Weights {
  /** What a model that says nothing of its own does. */
  readonly from: 'hub' | 's3';
  /** Where they are kept. */
  readonly bucket: IBucket;
  /** The bucket, filled for whoever asks; absent where nobody does. */
  readonly cache?: ModelCache;
  /** Token for models that load from the hub themselves. */
  readonly hubToken?: SecretRef;
}

/** As the file says, or by its tier: where nodes come and go under load, the hub is too slow and too far to rely on. */
export function weightsOf(
  environment: Environment,
  bucket: IBucket,
  make: (id: string) => Layer,
  from: Origins,
): Weights {
  const { token } = environment.weights;
  const engines = Object.values(environment.models).filter(({ engine }) => loaderName(engine));
  const own = POLICIES[environment.tier].ownWeights && environment.data.objects.kind === 's3';
  const origin = environment.weights.from ?? (own ? 's3' : 'hub');
  const asked = new Set(engines.map((model) => ('weights' in model && model.weights) || origin));
  if (Object.keys(environment.batch?.jobs ?? {}).length) asked.add(origin);
  if (!asked.size || (!token && !asked.has('s3'))) return { from: origin, bucket };
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
  const cache = asked.has('s3')
    ? from.of('weights', () => new ModelCache(layer, 'weights', { bucket, hubToken }))
    : undefined;
  return { from: origin, bucket, ...(cache ? { cache } : {}), ...(hubToken ? { hubToken } : {}) };
}
