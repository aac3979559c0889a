import type { EnvironmentValues } from './schema';

type Models = EnvironmentValues['models'];
type Model = Models[string];
type Worse = NonNullable<Extract<Model, { readonly engine: 'vllm' }>['canary']>['worse'];

/** A second server of a model, for part of its requests. */
export interface Canary {
  /** The model that it is one of. */
  readonly of: string;
  /** Percent of the requests. */
  readonly weight: number;
  /** From when on it is worse, where the file says so. */
  readonly worse: NonNullable<Worse>;
  /** What happens to its weight by itself. */
  readonly automatic?: 'abort' | 'step';
  /** Whether it gets a copy of each chat request, and no request of its own. */
  readonly mirror?: boolean;
  /** Whether a session stays on the side that answered its first request. */
  readonly sticky?: boolean;
  /** Minutes of a step, where it takes any. */
  readonly stepMinutes?: number;
}

const STEP_MINUTES = 10;

/** Name of the canary of a model. */
export const canaryName = (alias: string): string => `${alias}-canary`;

/** Canaries by their names. */
export function canariesOf(models: Models): ReadonlyMap<string, Canary> {
  return new Map(
    Object.entries(models).flatMap(([of, model]) => {
      const canary = 'canary' in model ? model.canary : undefined;
      if (!canary) return [];
      const { weight, worse = {}, mirror, sticky, automatic, stepMinutes = STEP_MINUTES } = canary;
      const steered = automatic ? { automatic, ...(automatic === 'step' ? { stepMinutes } : {}) } : {};
      return [
        [
          canaryName(of),
          { of, weight, worse, ...(mirror ? { mirror } : {}), ...(sticky ? { sticky } : {}), ...steered },
        ] as const,
      ];
    }),
  );
}

/** Models with their canaries behind them, each a model of its own that has what it does not change. */
export function withCanaries(models: Models): Models {
  return Object.fromEntries(
    Object.entries(models).flatMap(([alias, model]) => {
      const canary = canaryModel(model);
      return canary
        ? [
            [alias, model],
            [canaryName(alias), canary],
          ]
        : [[alias, model]];
    }),
  );
}

/** Keys that describe one model, and no other. */
const OF_ONE_MODEL = ['config', 'observed', 'revision', 'weightsGiB', 'weightsImage', 'tokensPerSecond'];

function canaryModel(model: Model): Model | undefined {
  // Adapters stay with the model itself, whose requests they share.
  const { canary, adapters: _, ...rest } = { adapters: undefined, canary: undefined, ...model };
  if (!canary) return undefined;
  const { weight, worse, mirror, sticky, automatic, stepMinutes, ...differs } = canary;
  const inherited = Object.entries(rest).filter(
    ([key]) => differs.model === undefined || !OF_ONE_MODEL.includes(key),
  );
  return { ...Object.fromEntries(inherited), ...differs } as Model;
}

/** Where the file speaks of a model, or of its canary. */
export function entryOf(models: Models, alias: string): string {
  const canary = canariesOf(models).get(alias);
  return canary ? `models.${canary.of}.canary` : `models.${alias}`;
}
