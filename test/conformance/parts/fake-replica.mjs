// One replica of vLLM as far as a gateway sees it, started with the container's own arguments: its names and adapters,
// its key, answers that take their time, and on SIGTERM the drain of --shutdown-timeout. Prints a line per request.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const args = process.argv.slice(2);
const valueOf = (flag) => args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1);
const { FAKE_NAME: name, FAKE_PORT: port, VLLM_API_KEY: key } = process.env;
/** Seconds, which here may pass faster. */
const milliseconds = (seconds, hurry) => (Number(seconds ?? 0) * 1000) / Number(hurry);
const modules = args.includes('--lora-modules') ? args.slice(args.indexOf('--lora-modules') + 1) : [];
const adapters = modules.flatMap((module) => /^([^-=][^=]*)=/.exec(module)?.[1] ?? []);
const served = [valueOf('--served-model-name'), ...adapters];

let inFlight = 0;
let stopping = false;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

function refuse(response, status, message) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code: status } }));
}

/** `{ seconds, words, silent }` in the last message: how long, in how many pieces, and whether all come at the end. */
function orders({ messages }) {
  const said = messages?.at(-1)?.content ?? '';
  const { seconds = 0, words = 4, silent = false } = said.startsWith('{') ? JSON.parse(said) : {};
  return { seconds, silent, pieces: [`${name}:`, ...Array.from({ length: words }, (_, i) => ` ${i + 1}`)] };
}

async function chat(body, response) {
  const { seconds, silent, pieces } = orders(body);
  const usage = { prompt_tokens: 3, completion_tokens: pieces.length, total_tokens: 3 + pieces.length };
  const head = { id: `chatcmpl-${name}-${process.hrtime.bigint()}`, created: 1, model: body.model };
  if (!body.stream) {
    await sleep(seconds * 1000);
    const message = { role: 'assistant', content: pieces.join('') };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const send = (choices, rest = {}) => {
    const chunk = { ...head, object: 'chat.completion.chunk', choices, ...rest };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const piece = (delta, finish_reason = null) => send([{ index: 0, delta, finish_reason }]);
  if (silent) await sleep(seconds * 1000);
  piece({ role: 'assistant', content: '' });
  for (const content of pieces) {
    piece({ content });
    if (!silent) await sleep((seconds * 1000) / pieces.length);
  }
  piece({}, 'stop');
  if (body.stream_options?.include_usage) send([], { usage });
  response.end('data: [DONE]\n\n');
}

function embed(body, response) {
  const data = [{ object: 'embedding', index: 0, embedding: [0.25, 0.5] }];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      object: 'list',
      model: body.model,
      data,
      usage: { prompt_tokens: 3, total_tokens: 3 },
    }),
  );
}

async function answer(request, response) {
  if (request.url === '/health') return refuse(response, 200, 'well');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = request.method === 'POST' ? JSON.parse(Buffer.concat(chunks).toString()) : {};
  const asked = { path: request.url, model: body.model };
  if (key && request.headers.authorization !== `Bearer ${key}`) {
    say({ ...asked, ended: 'unauthorized' });
    return refuse(response, 401, 'Unauthorized');
  }
  if (request.method !== 'POST') return refuse(response, 404, 'Not Found');
  if (!served.includes(body.model)) {
    say({ ...asked, ended: 'unknown' });
    return refuse(response, 404, `The model \`${body.model}\` does not exist.`);
  }
  inFlight += 1;
  response.on('close', () => {
    inFlight -= 1;
    say({ ...asked, ended: response.writableFinished ? 'whole' : 'cut' });
    // As uvicorn does: the last answer of a stopping server closes its connection.
    if (stopping) request.socket.end();
  });
  if (request.url.endsWith('/embeddings')) return embed(body, response);
  return chat(body, response);
}

const server = createServer((request, response) => void answer(request, response));
server.keepAliveTimeout = milliseconds(process.env.VLLM_HTTP_TIMEOUT_KEEP_ALIVE ?? 5, process.env.FAKE_IDLE_HURRY);
server.on('connection', (socket) => socket.on('end', () => stopping || say({ left: 'by the caller' })));
server.on('timeout', (socket) => {
  say({ left: 'by the server' });
  socket.destroy();
});
server.listen(Number(port), '127.0.0.1', () => say({ ready: name }));

process.on('SIGTERM', async () => {
  stopping = true;
  say({ stopping: inFlight });
  const last = Date.now() + milliseconds(valueOf('--shutdown-timeout'), process.env.FAKE_STOP_HURRY);
  server.close();
  server.closeIdleConnections();
  while (inFlight > 0 && Date.now() < last) await sleep(20);
  process.exit(inFlight > 0 ? 1 : 0);
});
