import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One request that a backend got. */
export interface Hit {
  readonly path: string;
  readonly model?: string;
  readonly headers: IncomingMessage['headers'];
}

interface Asked {
  readonly model?: string;
  readonly stream?: boolean;
}

/** Files of a certificate and its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A server on loopback that answers as OpenAI, as Anthropic and as Langfuse do, in their smallest words. */
export class FakeBackend {
  public static async start(name: string, tls?: Certificate): Promise<FakeBackend> {
    const backend = new FakeBackend(name, tls);
    await new Promise<void>((resolve) => backend.server.listen(0, '127.0.0.1', resolve));
    return backend;
  }

  public readonly hits: Hit[] = [];
  /** What it answers from now on. */
  public status = 200;
  private readonly server: Server;

  private constructor(
    public readonly name: string,
    tls?: Certificate,
  ) {
    const answer = (request: IncomingMessage, response: ServerResponse) => this.answer(request, response);
    this.server = tls
      ? createSecureServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, answer)
      : createServer(answer);
  }

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const isJson = request.headers['content-type']?.includes('json');
      const { model, stream } = (isJson ? JSON.parse(Buffer.concat(chunks).toString()) : {}) as Asked;
      this.hits.push({ path, headers: request.headers, ...(model ? { model } : {}) });
      if (stream && this.status === 200 && path.endsWith('/messages')) return this.streamed(model, response);
      const failed = { error: { message: `${this.name} fails`, type: 'server_error' } };
      response.writeHead(this.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(this.status === 200 ? this.body(path, model) : failed));
    });
  }

  /** As Anthropic streams. */
  private streamed(model: string | undefined, response: ServerResponse): void {
    const usage = { input_tokens: 3, output_tokens: 2 };
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], usage };
    const events = [
      { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: this.name } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
      { type: 'message_stop' },
    ];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
  }

  private body(path: string, model: string | undefined): object {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    if (path.endsWith('/chat/completions')) {
      const message = { role: 'assistant', content: this.name };
      const choices = [{ index: 0, message, finish_reason: 'stop' }];
      return { id: 'chat-1', object: 'chat.completion', created: 1, model, choices, usage };
    }
    if (path.endsWith('/embeddings')) {
      const data = [{ object: 'embedding', index: 0, embedding: [0.25, 0.5] }];
      return { object: 'list', model, data, usage };
    }
    if (path.endsWith('/messages')) {
      const content = [{ type: 'text', text: this.name }];
      const counted = { input_tokens: 3, output_tokens: 2 };
      const ended = { stop_reason: 'end_turn', stop_sequence: null, usage: counted };
      return { id: 'msg_1', type: 'message', role: 'assistant', model, content, ...ended };
    }
    return {};
  }
}
