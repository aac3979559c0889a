import type { Fault, PluginSpec } from './config';

const STAGES = ['decode', 'prefill', 'encode'] as const;

interface Handler {
  readonly profiles?: Readonly<Partial<Record<(typeof STAGES)[number], string>>>;
  readonly deciders?: Readonly<Partial<Record<(typeof STAGES)[number], string>>>;
}

/** What a handler of roles names, and the file does not have: the picker ends at its start, or at the first request. */
export function roleFaults(
  { type, parameters }: PluginSpec,
  plugins: readonly string[],
  profiles: readonly string[],
): Fault[] {
  if (type !== 'disagg-profile-handler') return [];
  const { profiles: named = {}, deciders = {} } = (parameters ?? {}) as Handler;
  return STAGES.flatMap((stage) => {
    const decider = deciders[stage];
    if (stage !== 'decode' && decider === undefined) return [];
    const profile = named[stage] ?? stage;
    return [
      ...(decider === undefined || plugins.includes(decider)
        ? []
        : [
            {
              what: `${type} has '${decider}' decide on ${stage}, and there is no such plugin`,
              fix: `add the plugin, such as prefix-based-pd-decider with its nonCachedTokens`,
            },
          ]),
      ...(profiles.includes(profile)
        ? []
        : [
            {
              what: `${type} looks for the profile '${profile}', and there are ${profiles.join(', ') || 'none'}`,
              fix: `name a profile '${profile}' that filters by ${stage}-filter`,
            },
          ]),
    ];
  });
}
