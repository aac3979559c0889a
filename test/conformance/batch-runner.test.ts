import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { KubeObject, PodSpec } from '../../lib/core';
import { until } from '../../lib/rehearsal/poll';
import { freePorts } from '../../lib/rehearsal/ports';
import { ProcessGroup } from '../../lib/rehearsal/process-group';
import { builtEnvironment } from './fixtures/environments';
import { suiteWith, tally } from './fixtures/needs';
import { PythonVenv } from './parts/python-venv';

const PARTS = join(__dirname, 'parts');
const prepare = () => new PythonVenv(join(PARTS, 'batch-requirements.txt')).python();

/** The one Job of prod, as its CronJob would make it. */
function job() {
  const { objects } = builtEnvironment('prod').rendered;
  const find = (kind: string, name: string): KubeObject => {
    const found = objects.find(({ json }) => json.kind === kind && json.metadata.name === name);
    if (!found) throw new Error(`prod has no ${kind} ${name}`);
    return found.json;
  };
  const { jobTemplate } = find('CronJob', 'reviews').spec as {
    jobTemplate: { spec: { template: { spec: PodSpec } } };
  };
  const [{ args = [], env = [] }] = jobTemplate.spec.template.spec.containers;
  const script = (find('ConfigMap', 'reviews-etc-batch').data as Record<string, string>)['run.py'];
  return { args, env: Object.fromEntries(env.map(({ name, value = '' }) => [name, value])), script };
}

/** It reads who asks and checks no signature. */
const SIGNED = {
  Authorization: 'AWS4-HMAC-SHA256 Credential=somebody/20260101/us-east-1/s3/aws4_request',
};

const request = (id: string, model = 'reviews') =>
  JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body: { model } });
const lines = (...ids: string[]) => `${ids.map((id) => request(id)).join('\n')}\n`;

suiteWith('batch-runner', prepare, (python) => {
  const { args, env, script } = job();
  const group = new ProcessGroup();
  let s3: string;
  let file: string;
  let programs: string;

  beforeAll(async () => {
    const [port] = await freePorts(1);
    s3 = `http://127.0.0.1:${port}`;
    group.start('s3', python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', `${port}`]);
    await until('S3 up', 30, async () => {
      group.check();
      return (await fetch(s3).catch(() => undefined))?.ok || undefined;
    });
    file = join(group.folder, 'run.py');
    writeFileSync(file, script);
    programs = join(group.folder, 'bin');
    mkdirSync(programs);
    const vllm = join(programs, 'vllm');
    copyFileSync(join(PARTS, 'fake-vllm.py'), join(programs, 'fake-vllm.py'));
    writeFileSync(vllm, `#!/bin/sh\nexec ${python} ${join(programs, 'fake-vllm.py')} "$@"\n`);
    chmodSync(vllm, 0o755);
  });
  afterAll(() => group.stop());
  beforeEach(async () => {
    await fetch(`${s3}/moto-api/reset`, { method: 'POST' });
    await fetch(`${s3}/${env.BATCH_BUCKET}`, { method: 'PUT' });
  });

  const put = (key: string, body: string) =>
    fetch(`${s3}/${env.BATCH_BUCKET}/${key}`, { method: 'PUT', body });
  /** `custom_id`s of a result; undefined while there is none. */
  const answered = async (shard: string): Promise<string[] | undefined> => {
    const response = await fetch(`${s3}/${env.BATCH_BUCKET}/reviews/out/${shard}`, { headers: SIGNED });
    if (!response.ok) return undefined;
    const text = await response.text();
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { custom_id: string }).custom_id);
  };

  const start = (variables: Readonly<Record<string, string>> = {}) => {
    const child = spawn(python, [file, ...args], {
      env: {
        ...env,
        PATH: `${programs}:${dirname(python)}:${process.env.PATH}`,
        HOME: group.folder,
        AWS_ENDPOINT_URL_S3: s3,
        AWS_ACCESS_KEY_ID: 'somebody',
        AWS_SECRET_ACCESS_KEY: 'somebody',
        BATCH_WORK: mkdtempSync(join(group.folder, 'work-')),
        ...variables,
      },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
    const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, said })),
    );
    return { child, ended };
  };
  const run = (variables?: Readonly<Record<string, string>>) => start(variables).ended;
  const seen = () => tally('batch-runner', 1, 'runs');

  test('every shard gets a result of its own name, each request one answer, in order', async () => {
    await put('reviews/in/a.jsonl', lines('a1', 'a2', 'a3'));
    await put('reviews/in/2026/b.jsonl', `\n${request('b1')}\n\n${request('b2')}`);
    await put('reviews/in/empty.jsonl', '');
    await put('reviews/in/notes.txt', 'not a shard');
    expect(await run()).toMatchObject({ code: 0 });
    expect(await answered('a.jsonl')).toEqual(['a1', 'a2', 'a3']);
    expect(await answered('2026/b.jsonl')).toEqual(['b1', 'b2']);
    expect(await answered('empty.jsonl')).toEqual([]);
    seen();
  });

  test('cut short it keeps every whole shard, and the next run does the rest', async () => {
    await put('reviews/in/a.jsonl', lines('a1', 'a2'));
    await put('reviews/in/b.jsonl', lines('b1', 'b2'));
    expect(await run({ FAKE_ANSWERS: '3' })).toMatchObject({ code: 1 });
    expect(await answered('a.jsonl')).toEqual(['a1', 'a2']);
    expect(await answered('b.jsonl')).toBeUndefined();
    const { code, said } = await run({ FAKE_ANSWERS: '2' });
    expect(said).toContain('2 shards, 1 of them done');
    expect(code).toBe(0);
    expect(await answered('b.jsonl')).toEqual(['b1', 'b2']);
    expect((await run({ FAKE_ANSWERS: '0' })).code).toBe(0);
    seen();
  });

  test('a shard is written while others are still worked on, and a stop comes at once', async () => {
    await put('reviews/in/a.jsonl', lines('a1', 'a2'));
    await put('reviews/in/b.jsonl', lines('b1', 'b2'));
    const { child, ended } = start({ FAKE_ANSWERS: '3', FAKE_HANGS: 'yes' });
    await until('first shard', 20, () => answered('a.jsonl'));
    const since = Date.now();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 1 });
    expect(Date.now() - since).toBeLessThan(10_000);
    seen();
  });

  test.each([
    ['there is nothing to do', {}, 'holds no *.jsonl'],
    ['a line is no JSON', { 'a.jsonl': `${request('a1')}\n{"custom_id": ` }, 'reviews/in/a.jsonl, line 2'],
    ['a line is no request', { 'a.jsonl': '{"custom_id": "a"}\n' }, 'line 1: has no body, method, url'],
    ['every request fails', { 'a.jsonl': `${request('a1', 'gpt-5')}\n` }, 'every request failed'],
  ])('another try would not help when %s', async (_fault, shards, words) => {
    for (const [name, body] of Object.entries(shards)) await put(`reviews/in/${name}`, body);
    const { code, said } = await run();
    expect(said).toContain(words);
    expect(said).not.toContain('Traceback');
    expect(code).toBe(3);
    expect(await answered('a.jsonl')).toBeUndefined();
    seen();
  });
});
