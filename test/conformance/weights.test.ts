import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { suiteWith, tally } from './fixtures/needs';
import { FakeS3 } from './parts/fake-s3';
import { PythonVenv } from './parts/python-venv';

const DATA = join(__dirname, '../../lib/serving/data');
const PROGRAM = join(DATA, 'weights.py');
const ON_NODE = join(DATA, 'node-weights.py');
const LARGE = randomBytes(70 * 2 ** 20);
const FILES: Readonly<Record<string, Buffer>> = {
  'config.json': Buffer.from('{}'),
  'model-00001-of-00001.safetensors': LARGE,
  // None of these is wanted beside the first.
  'consolidated.safetensors': Buffer.from('again'),
  'pytorch_model.bin': Buffer.from('pickle'),
  'original/params.json': Buffer.from('{}'),
  'picture.png': Buffer.from('png'),
};

/** A hub that knows one model, asks for a token, and sends elsewhere for the files. */
class FakeHub {
  public readonly toStore: (string | undefined)[] = [];
  /** Answers that end in the middle. */
  public broken = 0;
  /** States another checksum than that of what it sends. */
  public wrong = false;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const [path] = (request.url ?? '').split('?');
      if (path === '/api/models/org/model/revision/main') {
        if (request.headers.authorization !== 'Bearer granted') return void response.writeHead(401).end();
        const siblings = Object.entries(FILES).map(([rfilename, body]) => ({
          rfilename,
          size: body.length,
          ...(rfilename.endsWith('.safetensors')
            ? { lfs: { sha256: this.wrong ? '0'.repeat(64) : sha('sha256', body) } }
            : { blobId: sha('sha1', Buffer.from(`blob ${body.length}\0`), body) }),
        }));
        return void response.end(JSON.stringify({ sha: 'c0ffee', siblings }));
      }
      if (path.startsWith('/org/model/resolve/c0ffee/')) {
        return void response
          .writeHead(302, { location: path.replace('/org/model/resolve/c0ffee', '/store') })
          .end();
      }
      const body = FILES[path.replace('/store/', '')];
      if (!body) return void response.writeHead(404).end();
      this.toStore.push(request.headers.authorization);
      const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const part = body.subarray(Number(first), Number(last) + 1);
      response.writeHead(206, { 'content-length': part.length });
      if (this.broken-- > 0 && part.length > 1000) {
        response.write(part.subarray(0, 1000), () => response.destroy());
      } else response.end(part);
    });
  }

  public async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const sha = (algorithm: string, ...parts: readonly Buffer[]) => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

// The Python and the boto3 of LiteLLM's image, in which the Job runs.
const prepare = () => new PythonVenv(join(__dirname, 'parts', 'litellm-requirements.txt')).python();

suiteWith('weights', prepare, (python) => {
  const hub = new FakeHub();
  const s3 = new FakeS3();
  const folder = mkdtempSync(join(tmpdir(), 'weights-'));
  const env: Record<string, string> = {};
  beforeAll(async () => {
    Object.assign(env, {
      PATH: process.env.PATH ?? '',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      HF_ENDPOINT: await hub.start(),
      S3_ENDPOINT: await s3.start(),
    });
  });
  afterAll(() => {
    hub.stop();
    s3.stop();
    rmSync(folder, { recursive: true });
  });
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    new Promise<{ code: number | null; text: string }>((resolve) => {
      const child = spawn(python, [PROGRAM, ...args], { env: { ...env, ...more } });
      let text = '';
      child.stdout.on('data', (data) => (text += data));
      child.stderr.on('data', (data) => (text += data));
      child.on('close', (code) => resolve({ code, text }));
    });
  const STORE = ['store', 'org/model', 'main', 'bucket', 'hub/org/model/main/', 'streamed'];
  const TOKEN = { HF_TOKEN: 'granted' };

  test('a model behind a licence is refused in one line', async () => {
    const { code, text } = await run(STORE);
    expect(code).toBe(1);
    expect(text).toMatch(
      /^weights: \S+ answers 401: the model needs a token that was granted its licence\n$/,
    );
  });

  test('what the hub says differently of itself never becomes complete', async () => {
    hub.wrong = true;
    const { code, text } = await run(STORE, TOKEN);
    hub.wrong = false;
    expect(code).toBe(1);
    expect(text).toContain('checksum');
    expect([...s3.objects.keys()]).toEqual(['hub/org/model/main/config.json']);
    expect(s3.uploads.size).toBe(0);
  });

  test('it goes on where it was, over broken lines, and keeps the token to the hub', async () => {
    hub.broken = 2;
    const { code, text } = await run(STORE, TOKEN);
    expect(text).toContain('config.json: is there');
    expect({ code, end: text.trim().split('\n').at(-1) }).toEqual({
      code: 0,
      end: 'org/model: complete at c0ffee',
    });
    expect([...s3.objects.keys()].sort()).toEqual([
      'hub/org/model/main/COMPLETE',
      'hub/org/model/main/config.json',
      'hub/org/model/main/model-00001-of-00001.safetensors',
    ]);
    expect(s3.objects.get('hub/org/model/main/model-00001-of-00001.safetensors')?.body.equals(LARGE)).toBe(
      true,
    );
    expect(new Set(hub.toStore)).toEqual(new Set([undefined]));
    tally('weights', s3.objects.size, 'objects');
  });

  test('what is complete is not fetched again', async () => {
    expect(await run(STORE, TOKEN)).toEqual({ code: 0, text: 'org/model: is complete\n' });
  });

  test('a replica copies it, or waits and says for what', async () => {
    const { code } = await run(['load', 'bucket', '5', `hub/org/model/main/=${folder}`]);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'model-00001-of-00001.safetensors')).equals(LARGE)).toBe(true);
    const late = await run(['load', 'bucket', '0', 'hub/org/other/main/']);
    expect(late.code).toBe(1);
    expect(late.text.trim().split('\n').at(-1)).toBe(
      'weights: s3://bucket/hub/org/other/main/ is not complete after 0 s: see the Job that fetches it',
    );
  });

  /** Runs on a node until it says something, and is then asked to stop. */
  const hold = (list: readonly string[], until: RegExp, seconds = '3600') =>
    new Promise<{ code: number | null; text: string }>((resolve) => {
      writeFileSync(join(node, 'models.json'), JSON.stringify(list));
      const args = [ON_NODE, 'hold', 'bucket', join(node, 'models.json'), join(node, 'cache')];
      const child = spawn(python, args, { env: { ...env, LEAVE_SECONDS: seconds } });
      let text = '';
      const hear = (data: Buffer) => {
        text += data;
        if (until.test(text)) child.kill('SIGTERM');
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('close', (code) => resolve({ code, text }));
    });
  const node = mkdtempSync(join(tmpdir(), 'node-'));
  const HELD = join(node, 'cache/hub/org/model/main');
  const WEIGHTS = 'model-00001-of-00001.safetensors';

  test('a node holds a model with its checksums, and goes on in the middle of a file', async () => {
    mkdirSync(join(node, 'cache'));
    s3.broken = 1;
    const { code, text } = await hold(['hub/org/model/main/'], /bytes\n/);
    expect({ code, text }).toEqual({ code: 0, text: `${HELD}: 2 files, ${LARGE.length + 2} bytes\n` });
    expect(readFileSync(join(HELD, WEIGHTS)).equals(LARGE)).toBe(true);
    const begun = s3.reads.filter(({ key }) => key.endsWith(WEIGHTS)).map(({ first }) => first);
    expect(begun.at(-1)).toBeGreaterThan(10 * 2 ** 20);
  });

  test('what lies there is used again, and a file that was cut is whole again', async () => {
    s3.reads.length = 0;
    expect((await hold(['hub/org/model/main/'], /is there/)).text).toBe(`${HELD}: is there\n`);
    expect(s3.reads).toEqual([]);
    writeFileSync(join(HELD, WEIGHTS), LARGE.subarray(0, 1000));
    await hold(['hub/org/model/main/'], /bytes\n/);
    expect(readFileSync(join(HELD, WEIGHTS)).equals(LARGE)).toBe(true);
  });

  test('what the bucket holds differently from its checksum is never complete', async () => {
    const key = `hub/org/bad/main/${WEIGHTS}`;
    s3.objects.set(key, { body: LARGE.subarray(1), checksum: sha('sha256', LARGE) });
    s3.objects.set('hub/org/bad/main/COMPLETE', { body: Buffer.from('{}') });
    const { code, text } = await hold(['hub/org/bad/main/'], /never/);
    expect(code).toBe(1);
    expect(text).toMatch(/^weights: \S+: checksum [0-9a-f]{64}, s3:\/\/bucket\S+ states [0-9a-f]{64}\n$/);
    expect(existsSync(join(node, 'cache/hub/org/bad/main/COMPLETE'))).toBe(false);
  });

  test('one that is not in the bucket yet holds up no other', async () => {
    rmSync(HELD, { recursive: true });
    const { text } = await hold(['hub/org/later/main/', 'hub/org/model/main/'], /bytes\n/);
    expect(text).toContain('waits for s3://bucket/hub/org/later/main/');
  });

  test('what nobody names any more goes, and nothing else', async () => {
    const { text } = await hold(['hub/org/model/main/'], /is gone/, '0');
    expect(text).toContain(`${join(node, 'cache/hub/org/bad')}: is gone`);
    expect(existsSync(join(HELD, WEIGHTS))).toBe(true);
  });

  test('a replica waits for what the node holds, or says for what', async () => {
    const wait = (...args: readonly string[]) =>
      new Promise<{ code: number | null; text: string }>((resolve) => {
        const child = spawn('python3', [ON_NODE, 'await', ...args]);
        let text = '';
        child.stdout.on('data', (data) => (text += data));
        child.stderr.on('data', (data) => (text += data));
        child.on('close', (code) => resolve({ code, text }));
      });
    expect(await wait('5', HELD)).toEqual({ code: 0, text: '' });
    const late = await wait('0', HELD, join(node, 'elsewhere'));
    expect(late).toEqual({
      code: 1,
      text: `weights: ${join(node, 'elsewhere')} is not complete after 0 s\n`,
    });
    rmSync(node, { recursive: true });
  });
});
