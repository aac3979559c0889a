import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { suiteWith, tally } from './fixtures/needs';
import { FakeS3 } from './parts/fake-s3';
import { PythonVenv } from './parts/python-venv';

const PROGRAM = join(__dirname, '../../lib/serving/data/repository.py');
const PREFIX = 'triton/vision/1/';

// The Python and the boto3 of LiteLLM's image, in which the init container runs.
const prepare = () => new PythonVenv(join(__dirname, 'parts', 'litellm-requirements.txt')).python();

suiteWith('repository', prepare, (python) => {
  const s3 = new FakeS3();
  const root = mkdtempSync(join(tmpdir(), 'repository-'));
  const [folder, configs] = [join(root, 'models'), join(root, 'configs')];
  const env: Record<string, string> = {};
  beforeAll(async () => {
    mkdirSync(configs);
    writeFileSync(join(configs, 'resnet50.pbtxt'), 'backend: "onnxruntime"\n');
    Object.assign(env, {
      PATH: process.env.PATH ?? '',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      S3_ENDPOINT: await s3.start(),
    });
  });
  beforeEach(() => {
    s3.objects.clear();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => {
    s3.stop();
    rmSync(root, { recursive: true });
  });
  const put = (...keys: readonly string[]) => {
    for (const key of keys) s3.objects.set(`${PREFIX}${key}`, { body: Buffer.from(key) });
  };
  const run = (...models: readonly string[]) =>
    new Promise<{ code: number | null; text: string }>((resolve) => {
      const child = spawn(python, [PROGRAM, 'bucket', PREFIX, folder, configs, ...models], { env });
      let text = '';
      child.stdout.on('data', (data) => (text += data));
      child.stderr.on('data', (data) => (text += data));
      child.on('close', (code) => resolve({ code, text }));
    });
  const copied = (name: string) => readFileSync(join(folder, name), 'utf8');

  test('what is named is copied, and what is ours to configure is configured', async () => {
    put(
      'resnet50/1/model.onnx',
      'resnet50/',
      'labels/1/model.py',
      'labels/config.pbtxt',
      'resnet50b/1/model.onnx',
    );
    expect((await run('resnet50', 'labels')).code).toBe(0);
    expect(copied('resnet50/1/model.onnx')).toBe('resnet50/1/model.onnx');
    expect(copied('resnet50/config.pbtxt')).toBe('backend: "onnxruntime"\n');
    expect(copied('labels/config.pbtxt')).toBe('labels/config.pbtxt');
    expect(existsSync(join(folder, 'resnet50b'))).toBe(false);
    tally('repository', 2, 'models of a repository');
  });

  test('a restarted pod copies again what it has', async () => {
    put('resnet50/1/model.onnx');
    await run('resnet50');
    expect((await run('resnet50')).code).toBe(0);
  });

  test('a missing model, a missing version and two configurations end in one line', async () => {
    expect(await run('resnet50')).toEqual({
      code: 1,
      text: 'repository: s3://bucket/triton/vision/1/resnet50/ is empty: copy the folder of the model to it\n',
    });
    put('resnet50/model.onnx');
    expect(await run('resnet50')).toEqual({
      code: 1,
      text:
        'repository: s3://bucket/triton/vision/1/resnet50/ has no version: ' +
        'a folder with a number for a name, such as 1/, holds the files of one\n',
    });
    put('resnet50/1/model.onnx', 'resnet50/config.pbtxt');
    expect(await run('resnet50')).toEqual({
      code: 1,
      text:
        "repository: s3://bucket/triton/vision/1/resnet50/config.pbtxt is there, and so is a 'backend' of resnet50: " +
        'one of the two decides; delete the other\n',
    });
  });
});
