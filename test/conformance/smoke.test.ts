import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { suiteWith } from './fixtures/needs';
import { PythonVenv } from './parts/python-venv';

const PROGRAM = join(__dirname, '../../lib/serving/data/smoke.py');

// The Python of LiteLLM's image, in which the Job runs.
const prepare = () => new PythonVenv(join(__dirname, 'parts', 'litellm-requirements.txt')).python();

interface Asked {
  readonly path: string;
  readonly key?: string;
  readonly body: string;
}

suiteWith('smoke', prepare, (python) => {
  /** Ask a server that gives these answers, one after the other, the last of them for ever. */
  async function ask(task: string, answers: readonly (readonly [number, unknown])[], seconds = 2) {
    const asked: Asked[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('latin1').on('data', (data) => (body += data));
      request.on('end', () => {
        const [status, answer] = answers[Math.min(asked.length, answers.length - 1)];
        asked.push({ path: request.url ?? '', key: request.headers.authorization, body });
        if (status)
          response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const { code, text } = await new Promise<{ code: number | null; text: string }>((resolve) => {
      const child = spawn(python, [PROGRAM, url, task, '8', `${seconds}`, 'chat'], {
        env: { API_KEY: 'sk-test' },
      });
      let text = '';
      child.stdout.on('data', (data) => (text += data));
      child.stderr.on('data', (data) => (text += data));
      child.on('close', (code) => resolve({ code, text: text.replaceAll(url, '<url>').trim() }));
    });
    server.closeAllConnections();
    server.close();
    return { code, text, asked };
  }

  const TOKEN = { choices: [{ message: {} }], usage: { completion_tokens: 1 } };

  test.each([
    ['generate', '/v1/chat/completions', TOKEN],
    ['embed', '/v1/embeddings', { data: [{ embedding: [0.1, -2] }] }],
    ['rerank', '/v1/rerank', { results: [{ relevance_score: 0.9 }, { relevance_score: 0 }] }],
    ['transcribe', '/v1/audio/transcriptions', { text: '' }],
  ])('%s is asked in its own words, with the key', async (task, path, answer) => {
    const { code, text, asked } = await ask(task, [[200, answer]]);
    expect(text).toMatch(/^chat answers, after \d/);
    expect(code).toBe(0);
    expect(asked).toMatchObject([{ path, key: 'Bearer sk-test' }]);
    expect(asked[0].body).toContain('chat');
  });

  test('it waits for a server that is not up yet', async () => {
    const { code, text, asked } = await ask('generate', [
      [503, 'no endpoints'],
      [200, TOKEN],
    ]);
    expect(text).toContain('waiting for <url>/chat/completions: 503');
    expect({ code, times: asked.length }).toEqual({ code: 0, times: 2 });
  });

  test('but not longer than a replica may take', async () => {
    const { code, text } = await ask('generate', [[503, 'no endpoints']]);
    expect({ code, end: text.split('\n').at(-1) }).toEqual({
      code: 1,
      end: 'chat does not answer: <url>/chat/completions was not there in time: 503',
    });
  });

  test.each([
    ['generate', 500, 'CUDA error', 'answers 500: CUDA error'],
    ['generate', 401, 'no', 'answers 401: no'],
    ['generate', 200, '<html>', 'answers something else than JSON'],
    ['generate', 200, { choices: [] }, 'the answer has no choices'],
    ['generate', 0, '', 'gave no answer within 2 s'],
    ['embed', 200, { data: [{ embedding: [0, 0] }] }, 'the vector is zero'],
    ['embed', 200, '{"data":[{"embedding":[NaN,1]}]}', 'the vector holds what is no number'],
    ['rerank', 200, { results: [{ relevance_score: 1 }] }, 'the answer has no score for each text'],
    ['transcribe', 200, {}, 'the answer has no text'],
  ])('%s: %i %j ends the delivery', async (task, status, answer, why) => {
    const { code, text, asked } = await ask(task, [[status, answer]]);
    expect(text).toContain('chat does not answer: ');
    expect(text).toContain(why);
    expect({ code, times: asked.length }).toEqual({ code: 1, times: 1 });
  });

  test('a base model has no chat template, and goes on with a text', async () => {
    const refused = { message: 'default chat template is no longer allowed' };
    const { code, asked } = await ask('generate', [
      [400, refused],
      [200, { choices: [{ text: 'yes' }] }],
    ]);
    expect(code).toBe(0);
    expect(asked.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/completions']);
  });
});
