import type { AwsNeed, KubeObject } from '../core';
import type { Proof, Refusal } from './proof';

interface Limit {
  readonly max: number;
  /** What becomes too long, and where. */
  readonly why: string;
}

/** Lengths that no schema states: the kind's controller puts something behind the name. */
const LIMITS: Readonly<Record<string, Limit>> = {
  'apps/StatefulSet': {
    max: 52,
    why: 'the label controller-revision-hash adds 11 characters, and a label holds 63',
  },
  'batch/Job': { max: 63, why: 'the name becomes the label job-name of its pods' },
  'batch/CronJob': { max: 52, why: 'each Job adds 11 characters, and its name becomes a label' },
  'keda.sh/ScaledObject': { max: 54, why: "its HPA is called 'keda-hpa-<name>', which becomes a label" },
  'kafka.strimzi.io/Kafka': {
    max: 47,
    why: "its Service is called '<name>-kafka-bootstrap', and a Service holds 63",
  },
  'postgresql.cnpg.io/Cluster': {
    max: 50,
    why: 'the operator refuses longer ones: it derives Service names',
  },
};

/** Kinds whose name is also the name of Services or label values, so that dots are illegal. */
const NO_DOTS = ['StatefulSet', 'ScaledObject', 'Cluster', 'Kafka'];

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Beginnings that S3 keeps for itself. */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)/;
const SECRET_PATH = /^[A-Za-z0-9/_+=.@-]{1,512}$/;
const DATABASE = /^[a-z](?!.*--)[a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * Names are legal once composed: no longer than their controller or AWS allows, and written once.
 *
 * Fails: a StatefulSet whose name has 60 characters: its pods are never created.
 */
export const nameIsLegal: Proof = {
  name: 'name-is-legal',
  about: 'Names fit what controllers and AWS make of them, and no object is written twice.',
  check({ rendered }) {
    const findings: Refusal[] = [];
    const paths = new Map<string, string>();
    for (const { id: object, json, path } of rendered.objects) {
      const fault = kubeName(json);
      if (fault) findings.push({ object, ...fault });
      const key = `${json.apiVersion.split('/')[0]} ${object}`;
      const other = paths.get(key);
      if (other !== undefined) {
        findings.push({
          object,
          what: `is written twice: by ${other} and by ${path}`,
          why: 'the second overwrites the first, and the two fight on every deploy',
          fix: 'give one of them another name',
        });
      }
      paths.set(key, path);
    }
    const needs = rendered.facts.of('aws');
    for (const need of needs) {
      const origin = rendered.facts.originOf(need);
      for (const fault of awsName(need)) findings.push({ ...fault, ...(origin ? { origin } : {}) });
    }
    const identities = rendered.facts.of('identity');
    for (const { namespace, serviceAccount, name } of identities) {
      if (/^[\w+=,.@-]{1,64}$/.test(name) || name.length > 64) continue;
      findings.push({
        object: `ServiceAccount/${namespace}/${serviceAccount}`,
        what: `its role would be called after '${name}'`,
        why: "IAM allows letters, digits and '+=,.@_-' in the name of a role",
        fix: 'use those characters only',
      });
    }
    return { findings, checked: rendered.objects.length + needs.length + identities.length };
  },
};

function kubeName(json: KubeObject) {
  const { name } = json.metadata;
  const limit = LIMITS[`${json.apiVersion.split('/')[0]}/${json.kind}`];
  if (!limit) return undefined;
  if (name.length > limit.max) {
    return {
      what: `its name has ${name.length} characters, and a ${json.kind} works with ${limit.max} at most`,
      why: limit.why,
      fix: `shorten it by ${name.length - limit.max}`,
    };
  }
  if (!NO_DOTS.includes(json.kind) || !name.includes('.')) return undefined;
  return {
    what: `its name '${name}' holds a dot`,
    why: `names of Services and hosts are made of it, and those are DNS labels`,
    fix: "use '-' for '.'",
  };
}

function awsName(need: AwsNeed): Refusal[] {
  switch (need.kind) {
    case 'bucket': {
      const name = need.bucketName;
      if (RESERVED.test(name)) return [illegal('Bucket', name, 'S3 keeps this beginning for itself')];
      const good = BUCKET.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name);
      return good
        ? []
        : [illegal('Bucket', name, "S3 allows 3 to 63 lower-case letters, digits, '-' and '.'")];
    }
    case 'postgres':
    case 'cache': {
      const rule =
        "RDS and ElastiCache allow lower-case letters, digits and single '-', starting with a letter";
      const kind = need.kind === 'postgres' ? 'Postgres' : 'Cache';
      const named = need.name.length === 1 ? /^[a-z]$/.test(need.name) : DATABASE.test(need.name);
      return [...(named ? [] : [illegal(kind, need.name, rule)]), ...path(need.secretPath)];
    }
    case 'supplied-secret':
      return path(need.secretPath);
    default:
      return [];
  }
}

const path = (name: string): Refusal[] =>
  SECRET_PATH.test(name)
    ? []
    : [illegal('Secret', name, "Secrets Manager allows 512 letters, digits and '/_+=.@-' in a path")];

const illegal = (kind: string, name: string, why: string): Refusal => ({
  object: `aws/${kind}/${name}`,
  what: `'${name}' (${name.length} characters) is no legal name`,
  why,
  fix: 'choose a shorter or plainer name; prefix and environment are part of it',
});
