import { objectOf, optional } from '../fields';
import { boolean, enumOf, integer, number, string } from '../scalars';
import { extraArgs, hubName, replicaKeys, sglangExperts, spreadKeys, vllmExperts, vllmKeys } from './engine';
import { fitKeys } from './fit';
import { label } from './text';
import { sourceKeys, weightKeys } from './weights';

const percent = (about: string) => optional(number(about, { above: 0, max: 100 }));

const slow = {
  p99Seconds: optional(
    number('Longest that 99 in 100 requests wait for their first token, in seconds; absent means 2', {
      above: 0,
    }),
  ),
};

const automatic = optional(
  enumOf(
    "What happens by itself, where a picker chooses: 'abort' takes its requests back when it is worse, 'step' raises its weight too; absent means nothing",
    ['abort', 'step'],
  ),
);

const every = {
  weight: enumOf(
    'Percent of the requests that it gets; one value back takes them away again',
    [0, 1, 5, 10, 25, 50, 100],
  ),
  mirror: optional(boolean('A copy of each chat request, of whose answer nobody hears; with weight 0')),
  sticky: optional(
    boolean('A session stays on the side that answered its first request, for an hour after its last'),
  ),
  automatic,
  stepMinutes: optional(
    integer("Minutes without a doubt before the next step; absent means 10. Read by automatic 'step'", {
      min: 6,
    }),
  ),
  replicas: optional(
    objectOf("Its replicas; absent means the model's own", {
      min: integer('Fewest replicas', { min: 1 }),
      max: integer('Most replicas', { min: 1 }),
    }),
  ),
  model: optional(string('Model to serve, as Hugging Face names it', hubName)),
  context: optional(integer('Longest request and answer, in tokens', { min: 1 })),
  maxSequences: optional(integer('Requests that one replica works on at once', { min: 1 })),
};

const worse = optional(
  objectOf('From when on it is worse than the model, and an alert says so', {
    errorPercent: percent('Share of the requests that the engine fails; absent means 1'),
    successPercent: percent('Share of the requests that end well; absent means 99'),
    ...slow,
  }),
);

const { apiKey: _, ...ofReplicas } = replicaKeys;
const onGpus = {
  ...every,
  ...ofReplicas,
  dataParallel: spreadKeys.dataParallel,
  pool: optional(string('GPU pool that it runs on', label)),
};

const about = 'A second server for part of the requests: what differs from the model itself';

/** What a canary of vLLM may change. */
export const vllmCanary = objectOf(about, {
  ...onGpus,
  ...weightKeys,
  ...vllmKeys,
  expertParallel: vllmExperts,
  extraArgs: optional(extraArgs),
  config: fitKeys.config,
  observed: fitKeys.observed,
  worse,
});

/** What a canary of SGLang may change; of errors it tells nothing. */
export const sglangCanary = objectOf(about, {
  ...onGpus,
  ...sourceKeys,
  utilization: vllmKeys.utilization,
  expertParallel: sglangExperts,
  worse: optional(objectOf('From when on it is worse than the model, and an alert says so', slow)),
});

/** What a canary of the simulator may change. */
export const simulatorCanary = objectOf(about, { ...every, worse });
