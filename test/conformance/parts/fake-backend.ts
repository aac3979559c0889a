import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a backend got. */
export interface Hit {
  readonly path: string;
  readonly model?: string;
  readonly headers: IncomingMessage['headers'];
}

/** A server on loopback that answers as OpenAI, as Anthropic and as Langfuse do, in their smallest words. */
export class FakeBackend {
  public static async start(name: string): Promise<FakeBackend> {
    const backend = new FakeBackend(name);
    await new Promise<void>((resolve) => backend.server.listen(0, '127.0.0.1', resolve));
    return backend;
  }

  public readonly hits: Hit[] = [];
  /** What it answers from now on. */
  public status = 200;
  private readonly server: Server;

  private constructor(public readonly name: string) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
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
      const { model } = (isJson ? JSON.parse(Buffer.concat(chunks).toString()) : {}) as { model?: string };
      this.hits.push({ path, headers: request.headers, ...(model ? { model } : {}) });
      const failed = { error: { message: `${this.name} fails`, type: 'server_error' } };
      response.writeHead(this.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(this.status === 200 ? this.body(path, model) : failed));
    });
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
