import { type Infer, type JsonSchema, listOf, objectOf, optional, orEmpty, withDefault } from './fields';
import { boolean, enumOf, number, string } from './scalars';
import { aws } from './schema/aws';
import { batch } from './schema/batch';
import { data } from './schema/data';
import { edge } from './schema/edge';
import { gateway } from './schema/gateway';
import { models } from './schema/models';
import { observability } from './schema/observability';
import { pools } from './schema/pools';
import { awsLabel, label } from './schema/text';
import { weights } from './schema/weights';

const gitops = objectOf('Where the delivered files lie, for Flux and Argo CD', {
  url: string('Repository', {
    pattern: /^(https:\/\/|ssh:\/\/([\w-]+@)?)[^\s@]+$/,
    format: 'a repository such as https://git.example.com/platform.git (credentials do not belong here)',
    unquoted: true,
  }),
  path: string('Folder in the repository', {
    pattern: /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/,
    format: 'a folder such as out/prod/gitops/flux',
  }),
  secret: optional(string('Secret with the credentials of the repository, in the namespace of Flux', label)),
  revision: string('Branch, tag or commit', { pattern: /^[\w][\w./-]*$/, format: 'a branch, tag or commit' }),
});

const waiver = objectOf('A finding that is accepted', {
  proof: string('Name of the proof', {
    pattern: /^[a-z]+(-[a-z0-9]+)*$/,
    format: 'the name of a proof, such as image-is-pinned',
  }),
  object: string('Object of the finding', {
    pattern:
      /^([A-Z][A-Za-z0-9]*(\/[a-z0-9][-a-z0-9.:]*){1,2}|release(\/[a-z0-9][-a-z0-9.]*){2}|model\/[a-z0-9][-a-z0-9]*)$/,
    format: 'Kind/namespace/name, Kind/name, release/namespace/name or model/name',
  }),
  reason: string('Why it is accepted, for those who read the report', {
    pattern: /\S[\s\S]{8,}\S/,
    format: 'a reason of at least 10 characters',
  }),
});

/** What `extends` may hold. */
export const EXTENDS = { pattern: /^\P{Cc}+$/u, format: "a file, such as 'base'" };

/** Every key of an environment file. */
export const environmentSchema = objectOf('An environment of the platform', {
  extends: optional(string("File that this one is laid over; 'base' is base.yaml beside it", EXTENDS)),
  name: string('Name of the environment, part of every AWS name', awsLabel),
  tier: enumOf('Picks the policy: replicas, spread, retention', ['local', 'dev', 'stg', 'prod']),
  prefix: withDefault(string('First part of every AWS name', awsLabel), 'nexus'),
  budgetUsd: optional(number('Most USD that a month may cost at the highest scale', { above: 0 })),
  aws: optional(aws),
  simulate: withDefault(
    boolean('Every model is its simulator, under the same name and without GPUs: for laptops and for tests'),
    false,
  ),
  gitops,
  pools: orEmpty(pools),
  models: orEmpty(models),
  weights: orEmpty(weights),
  batch: optional(batch),
  edge: optional(edge),
  gateway: orEmpty(gateway),
  data,
  observability: orEmpty(observability),
  waivers: withDefault(listOf('Findings that are accepted', waiver), []),
});

/** The values of an environment file, with defaults filled in. */
export type EnvironmentValues = Infer<typeof environmentSchema>;

/**
 * JSON schema (draft 7) for editors. It describes one file: since a file may leave any key to the one it extends
 * and remove any with `null`, nothing is required here; `loadEnvironment` judges the whole.
 */
export function toJsonSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Nexus environment',
    ...environmentSchema.json,
  };
}
