import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { EnvironmentError, loadEnvironment } from '../../environments';

/** A folder with these files, gone when the test is over. */
export function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), 'environments-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** The whole message about one of these files, without the folder; `(loads)` when there is nothing to say. */
export function messageOf(files: Readonly<Record<string, string | Uint8Array>>, entry = 'env.yaml'): string {
  const root = folder(files);
  try {
    loadEnvironment(join(root, entry));
    return '(loads)';
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return error.message.replaceAll(`${root}/`, '').replaceAll(`${relative(process.cwd(), root)}/`, '');
  }
}

/** A small environment in AWS; every line of it may be replaced. */
export const AWS = `name: demo
tier: dev
aws:
  account: "111122223333"
  region: us-east-1
  zones: [us-east-1a, us-east-1b]
  admins: ["arn:aws:iam::111122223333:role/platform-admins"]
  endpoint: private
gitops: { url: "https://git.example.com/platform.git", path: out/demo, revision: main }
pools:
  general: { cpu: true }
  l40s: { gpu: L40S, perNode: 4, limit: 8 }
  h200: { gpu: H200, perNode: 8, capacity: reserved, reservation: cr-0123456789abcdef0, limit: 16 }
models:
  chat: { model: Qwen/Qwen3-32B, pool: l40s, gpus: 4 }
data:
  postgres: { kind: rds }
  cache: { kind: elasticache }
  queue: { kind: valkey }
  events: { kind: strimzi }
  vectors: { kind: milvus }
  objects: { kind: s3 }
`;

/** The smallest environment outside AWS. */
export const LOCAL = `name: laptop
tier: local
gitops: { url: "https://git.example.com/platform.git", path: out/laptop, revision: main }
data:
  postgres: { kind: cnpg }
  cache: { kind: valkey }
  queue: { kind: valkey }
  events: { kind: strimzi }
  vectors: { kind: milvus }
  objects: { kind: seaweedfs }
`;

/** A text with parts replaced; a part that is not there is a mistake of the test. */
export function edit(text: string, ...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((now, [from, to]) => {
    if (!now.includes(from)) throw new Error(`'${from}' is not in the text`);
    return now.replace(from, to);
  }, text);
}

/** The message about the AWS environment with parts replaced. */
export const awsWith = (...edits: readonly (readonly [from: string, to: string])[]): string =>
  messageOf({ 'env.yaml': edit(AWS, ...edits) });

/** The message about the local environment with parts replaced. */
export const localWith = (...edits: readonly (readonly [from: string, to: string])[]): string =>
  messageOf({ 'env.yaml': edit(LOCAL, ...edits) });

/** The message about the local environment with more lines. */
export const localPlus = (more: string): string => messageOf({ 'env.yaml': `${LOCAL}${more}` });

/** The message about the AWS environment with more lines. */
export const awsPlus = (more: string): string => messageOf({ 'env.yaml': `${AWS}${more}` });
