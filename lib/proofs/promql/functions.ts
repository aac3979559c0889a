/** What an expression yields. */
export type ValueType = 'scalar' | 'string' | 'vector' | 'range';

interface Signature {
  readonly takes: readonly ValueType[];
  /** How many of the last may be missing; with 'any', the last may also repeat. */
  readonly optional?: number | 'any';
  readonly gives: ValueType;
}

const sets = (names: string, signature: Signature): [string, Signature][] =>
  names.split(' ').map((name) => [name, signature]);

/** Functions that Prometheus 3 has without a feature flag. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ...sets(
    'abs acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh sqrt tan tanh',
    { takes: ['vector'], gives: 'vector' },
  ),
  ...sets('absent sort sort_desc timestamp', { takes: ['vector'], gives: 'vector' }),
  ...sets('histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar', {
    takes: ['vector'],
    gives: 'vector',
  }),
  ...sets('day_of_month day_of_week day_of_year days_in_month hour minute month year', {
    takes: ['vector'],
    optional: 1,
    gives: 'vector',
  }),
  ...sets('absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate', {
    takes: ['range'],
    gives: 'vector',
  }),
  ...sets('last_over_time max_over_time min_over_time present_over_time rate resets', {
    takes: ['range'],
    gives: 'vector',
  }),
  ...sets('stddev_over_time stdvar_over_time sum_over_time', { takes: ['range'], gives: 'vector' }),
  ...sets('clamp_max clamp_min', { takes: ['vector', 'scalar'], gives: 'vector' }),
  ['clamp', { takes: ['vector', 'scalar', 'scalar'], gives: 'vector' }],
  ['round', { takes: ['vector', 'scalar'], optional: 1, gives: 'vector' }],
  ['histogram_fraction', { takes: ['scalar', 'scalar', 'vector'], gives: 'vector' }],
  ['histogram_quantile', { takes: ['scalar', 'vector'], gives: 'vector' }],
  ['quantile_over_time', { takes: ['scalar', 'range'], gives: 'vector' }],
  ['predict_linear', { takes: ['range', 'scalar'], gives: 'vector' }],
  ['label_join', { takes: ['vector', 'string', 'string', 'string'], optional: 'any', gives: 'vector' }],
  ['label_replace', { takes: ['vector', 'string', 'string', 'string', 'string'], gives: 'vector' }],
  ['scalar', { takes: ['vector'], gives: 'scalar' }],
  ['vector', { takes: ['scalar'], gives: 'vector' }],
  ...sets('pi time', { takes: [], gives: 'scalar' }),
]);

/** Operators over series, with the parameter that some want first. */
export const AGGREGATIONS: ReadonlyMap<string, ValueType | undefined> = new Map<
  string,
  ValueType | undefined
>([
  ...['avg', 'count', 'group', 'max', 'min', 'stddev', 'stdvar', 'sum'].map(
    (name) => [name, undefined] as const,
  ),
  ['bottomk', 'scalar'],
  ['topk', 'scalar'],
  ['quantile', 'scalar'],
  ['count_values', 'string'],
]);

/** How many arguments may stand there. */
export function arity({ takes, optional = 0 }: Signature): readonly [number, number] {
  return optional === 'any'
    ? [takes.length - 1, Number.POSITIVE_INFINITY]
    : [takes.length - optional, takes.length];
}
