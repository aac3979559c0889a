import { loaderName, runsVllm } from '../engines';
import type { Checking, Draft } from './draft';

type Model = NonNullable<NonNullable<Draft['models']>[string]>;
type Loader = Extract<Model, { readonly engine?: 'vllm' | 'sglang' | 'kserve' }>;

const isLoader = (model: Model): model is Loader => loaderName(model.engine) !== undefined;

/** What is kept in the bucket of the platform first. */
const IN_BUCKET: readonly (string | undefined)[] = ['s3', 'nvme', 'mountpoint'];
/** What only some ways read. */
const READERS = {
  load: { of: ['s3'], vllmAlone: true },
  revision: { of: ['s3', 'hub', 'nvme', 'mountpoint'], vllmAlone: false },
  weightsImage: { of: ['image'], vllmAlone: false },
} as const;

/** Where a model loads its weights from, against what the environment has. */
export function checkWeights(path: string, model: Model, draft: Draft, fault: Checking['fault']): void {
  if (!isLoader(model)) return;
  const stored = model.weights ?? draft.weights?.from;
  const own = model.weights ? `${path}.weights` : 'weights.from';
  const objects = draft.data?.objects;
  if (IN_BUCKET.includes(stored) && !draft.simulate && objects && objects.kind !== 's3') {
    fault(own, `'${stored}', but the environment keeps objects in ${objects.kind}; use hub`);
  }
  if (stored === 'image' && !model.weightsImage) {
    fault(own, "'image' needs the image: name it in 'weightsImage'");
  }
  // Where the file says nothing, the tier decides between the bucket and the hub.
  const usual = stored ?? 's3';
  for (const [key, { of, vllmAlone }] of Object.entries(READERS)) {
    if (vllmAlone && !runsVllm(model.engine)) continue;
    if (!(key in model) || model[key as keyof typeof model] === undefined) continue;
    if ((of as readonly string[]).includes(usual)) continue;
    const readers = of.length === 1 ? `only with weights '${of[0]}'` : `only with weights ${of.join(', ')}`;
    fault(
      `${path}.${key}`,
      `is not read with weights ${usual === 'hub' ? 'from the hub' : `'${usual}'`}, ${readers}`,
    );
  }
}
