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
    writeFileSync(join(configs, 'llm.json'), '{"gpus":2,"release":"1.2.1"}');
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
  /** What trtllm-build writes, and the configuration that names it. */
  const putEngine = (
    version = '1.2.1',
    world = 2,
    path = join(folder, 'llm', '1'),
    backend = 'tensorrtllm',
  ) => {
    const body = (text: string) => ({ body: Buffer.from(text) });
    const config = { version, pretrained_config: { mapping: { world_size: world } } };
    s3.objects.set(`${PREFIX}llm/1/config.json`, body(JSON.stringify(config)));
    s3.objects.set(`${PREFIX}llm/config.pbtxt`, body(`backend: "${backend}"\nstring_value: "${path}"`));
    put(...Array.from({ length: world }, (_, rank) => `llm/1/rank${rank}.engine`));
  };
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

  test('an ensemble is its configuration, and gets the empty version that Triton asks for', async () => {
    s3.objects.set(`${PREFIX}both/config.pbtxt`, {
      body: Buffer.from('name: "both"\nplatform: "ensemble"\n'),
    });
    expect(await run('both')).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'both', '1'))).toBe(true);
    expect(copied('both/config.pbtxt')).toContain('ensemble');
  });

  test('an engine that is what it was said to be is copied', async () => {
    putEngine();
    expect(await run('llm')).toMatchObject({ code: 0 });
    expect(copied('llm/1/rank1.engine')).toBe('llm/1/rank1.engine');
    tally('repository', 1, 'engines of TensorRT-LLM');
  });

  test.each([
    [
      'another release',
      () => putEngine('1.1.0'),
      'llm/1 was compiled by TensorRT-LLM 1.1.0, not by 1.2.1 as builtFor.release says',
    ],
    [
      'another number of GPUs',
      () => putEngine('1.2.1', 4),
      'llm/1 was compiled for 4 GPUs, not for 2 as builtFor.gpus says',
    ],
    [
      'a part of an engine',
      () => {
        putEngine();
        s3.objects.delete(`${PREFIX}llm/1/rank1.engine`);
      },
      'llm/1/rank1.engine is missing, of 2: put all that trtllm-build wrote into 1/',
    ],
    [
      'no engine',
      () => put('llm/1/model.py', 'llm/config.pbtxt'),
      'llm/1/config.json is missing: put all that trtllm-build wrote into 1/',
    ],
    [
      'a config.json of something else',
      () => {
        putEngine();
        s3.objects.set(`${PREFIX}llm/1/config.json`, { body: Buffer.from('{"version":"1.2.1"}') });
      },
      'llm/1/config.json is not what trtllm-build writes: put its own into 1/',
    ],
    [
      'an engine that nothing configures',
      () => {
        putEngine();
        s3.objects.delete(`${PREFIX}llm/config.pbtxt`);
      },
      'llm/config.pbtxt is missing: fill in the one of inflight_batcher_llm, which is in the image',
    ],
    [
      'an engine for a program in Python',
      () => putEngine('1.2.1', 2, undefined, 'python'),
      'llm/config.pbtxt is not for this backend: set backend to "tensorrtllm"',
    ],
    [
      'an engine elsewhere',
      () => putEngine('1.2.1', 2, '/engines/llm'),
      `llm/config.pbtxt does not name its engine: set string_value of gpt_model_path to "${join(folder, 'llm', '1')}"`,
    ],
  ])('%s ends in one line, before anything is copied', async (_, prepare, line) => {
    prepare();
    put('labels/1/model.py');
    expect(await run('labels', 'llm')).toEqual({
      code: 1,
      text: `repository: s3://bucket/triton/vision/1/${line}\n`,
    });
    expect(existsSync(folder)).toBe(false);
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
