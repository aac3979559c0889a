import { oneOf, valueOr } from '../choices';
import { listOf, mapOf, objectOf, optional, orEmpty, withDefault } from '../fields';
import { boolean, enumOf, integer, number, string } from '../scalars';
import { hostName, label, secretPath } from './text';

/** Names that clients ask for: models and hosted providers alike. */
const alias = {
  pattern: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
  format: 'an alias: small letters, digits, dots and dashes',
  maxLength: 63,
};

const provider = objectOf('A hosted model', {
  model: string('Model, as LiteLLM names it', {
    pattern: /^[a-z0-9_]+\/[\w.:/-]+$/,
    format: 'a provider and model such as anthropic/claude-sonnet-4-5',
  }),
  secret: string('Path of the secret with the key; never the key itself', secretPath),
});

/** Whose proxies answer hosts and models, and who is known and cannot. */
const implementation = enumOf(
  "Whose proxies answer hosts, and requests for models with a picker; absent means agentgateway's",
  ['agentgateway', 'envoy-ai-gateway', 'istio'],
  [],
  {
    kgateway: 'it has no InferencePools since 2.2; use agentgateway, which its makers split off for them',
    alb: 'the AWS Load Balancer Controller knows no InferencePools; use agentgateway, behind its Network Load Balancer',
  },
);

const percent = (about: string) => optional(number(about, { above: 0, max: 100 }));

const judged = {
  stepMinutes: optional(
    integer('Minutes of each step, or after the switch; absent means 10', { min: 3, max: 120 }),
  ),
  worse: optional(
    objectOf('From when on the new replicas are worse than the old ones, and are taken back', {
      errorPercent: percent('Share of the requests that end in an error of the server; absent means 1'),
      p99Seconds: optional(
        number('Longest that the gateway itself adds to 99 in 100 requests, in seconds; absent means 2', {
          above: 0,
        }),
      ),
      successPercent: percent('Share of the requests that end well; absent means 99'),
    }),
  ),
  leastRequests: optional(
    integer('Requests that must be answered within a step to judge it; absent means 30', { min: 1 }),
  ),
};

const rollout = oneOf('How a change of the gateway reaches its callers, by Argo Rollouts', {
  by: 'kind',
  of: {
    canary: objectOf('A share at a time of what comes through the host', judged),
    blueGreen: objectOf('All at once, and back within minutes', judged),
  },
});

/** The gateway in front of all models. */
export const gateway = objectOf('The gateway in front of all models', {
  implementation: optional(implementation),
  host: optional(string('Host name that clients use; absent means inside the cluster only', hostName)),
  clients: withDefault(
    listOf('Namespaces whose pods call the gateway; nobody else gets in', string('Namespace', label)),
    [],
  ),
  replicas: optional(
    valueOr(
      integer("Replicas, or min and max by the CPU they use; absent means the tier's number", { min: 1 }),
      objectOf('Replicas, between two numbers by the CPU they use', {
        min: integer('Fewest replicas', { min: 1 }),
        max: integer('Most replicas', { min: 2 }),
      }),
    ),
  ),
  rollout: optional(rollout),
  recommendations: optional(
    boolean('Say what its pods would need, by what they used, and change nothing; absent means no'),
  ),
  providers: orEmpty(mapOf('Hosted models, by alias', alias, provider)),
  splits: orEmpty(
    mapOf(
      'Names whose requests several models share, in percent',
      alias,
      mapOf('Percent, by model or adapter', label, integer('Percent of the requests', { min: 1, max: 100 })),
    ),
  ),
  aliases: orEmpty(
    mapOf(
      'Further names of models, and how urgent requests under them are',
      alias,
      objectOf('What a name stands for', {
        model: string('Model, adapter or split', alias),
        priority: optional(
          string('One of its routing.priorities; then requests carry it, whatever the client sends', label),
        ),
      }),
    ),
  ),
  fallbacks: orEmpty(
    mapOf(
      'For a model, who answers when it does not',
      alias,
      listOf('Aliases, tried in this order', string('Alias of a model or provider', alias), { min: 1 }),
    ),
  ),
});
