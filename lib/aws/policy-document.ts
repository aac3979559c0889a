import { PlatformError, type Statement } from '../core';

/** An IAM policy as IAM spells it, so that both engines pass it on as it is. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Conditions;
}

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export const policyOf = (...statements: readonly PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

/** Who may assume a role: an AWS service. */
export const trustService = (service: string): PolicyDocument =>
  policyOf({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });

/** Nothing but TLS. */
export const denyPlaintext = (action: string, resources: readonly string[]): PolicyStatement => ({
  Sid: 'TlsOnly',
  Effect: 'Deny',
  Principal: '*',
  Action: action,
  Resource: resources,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

/** IAM's limit for all inline policies of a role. */
const MOST_CHARACTERS = 10_240;

/**
 * What is granted in many calls as few statements, in an order that does not depend on the order of the calls:
 * first the actions on the same resources become one statement, then the resources of the same actions.
 */
export function grantPolicy(role: string, statements: readonly Statement[]): PolicyDocument {
  const plain = statements.map(({ actions, resources, conditions }) => ({
    actions: sorted(actions),
    resources: sorted(resources),
    ...(conditions && Object.keys(conditions).length ? { conditions: inOrder(conditions) } : {}),
  }));
  const byResource = join(plain, (s) => [s.resources, s.conditions]);
  const merged = join(byResource, (s) => [s.actions, s.conditions]);
  const document = policyOf(
    ...merged
      .map(({ actions, resources, conditions }) => ({
        Effect: 'Allow' as const,
        Action: actions,
        Resource: resources,
        ...(conditions ? { Condition: conditions } : {}),
      }))
      .sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b))),
  );
  const size = JSON.stringify(document).length;
  if (size > MOST_CHARACTERS) {
    throw new PlatformError(`role ${role}`, {
      what: `its policy has ${size} characters, IAM allows ${MOST_CHARACTERS}`,
      why: 'all that is granted to a service account becomes one inline policy of its role',
      fix: 'grant on a prefix instead of many single resources, or use a second service account',
    });
  }
  return document;
}

function join(statements: readonly Statement[], same: (s: Statement) => unknown): Statement[] {
  const groups = new Map<string, Statement>();
  for (const statement of statements) {
    const key = JSON.stringify(same(statement));
    const group = groups.get(key);
    groups.set(
      key,
      group
        ? {
            ...group,
            actions: sorted([...group.actions, ...statement.actions]),
            resources: sorted([...group.resources, ...statement.resources]),
          }
        : statement,
    );
  }
  return [...groups.values()];
}

function inOrder(conditions: Conditions): Conditions {
  const entries = <T>(record: Readonly<Record<string, T>>) =>
    Object.entries(record).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(
    entries(conditions).map(([operator, keys]) => [operator, Object.fromEntries(entries(keys))]),
  );
}

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort(compare);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
