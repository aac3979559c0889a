import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';

/** Where an API server listens, and who asks. */
export interface ApiAccess {
  readonly url: string;
  readonly token: string;
  /** Certificate that its own must be signed by. */
  readonly ca: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  /** What the server warns of, in its own words. */
  readonly warnings: readonly string[];
}

/** The API server said no. */
export class ApiRefusal extends Error {
  public override readonly name = 'ApiRefusal';

  constructor(
    message: string,
    public readonly status: number,
    /** Kubernetes' word for the kind of refusal, such as `NotFound` or `Invalid`. */
    public readonly reason: string,
  ) {
    super(message);
  }
}

const ANSWER_WITHIN_MS = 60_000;

/** HTTPS with connections that stay open. */
export class ApiTransport {
  private readonly agent: Agent;

  constructor(private readonly access: ApiAccess) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 16, ca: access.ca });
  }

  /** @throws ApiRefusal when the answer is not a success */
  public async call(
    method: string,
    path: string,
    body?: unknown,
    type = 'application/json',
  ): Promise<ApiAnswer> {
    const answer = await this.send(method, path, body === undefined ? undefined : JSON.stringify(body), type);
    if (answer.status < 400) return answer;
    const { message, reason } = (typeof answer.body === 'object' ? answer.body : {}) as Record<
      string,
      string
    >;
    throw new ApiRefusal(message ?? String(answer.body), answer.status, reason ?? `HTTP ${answer.status}`);
  }

  /** Close the connections. */
  public close(): void {
    this.agent.destroy();
  }

  private send(method: string, path: string, text: string | undefined, type: string): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${this.access.token}`,
        accept: 'application/json',
        ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
      };
      const options = { method, headers, agent: this.agent, timeout: ANSWER_WITHIN_MS };
      const call = request(new URL(path, this.access.url), options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const body = parsed(Buffer.concat(chunks).toString('utf8'));
          resolve({ status: response.statusCode ?? 0, body, warnings: warningsOf(response) });
        });
      });
      call.once('timeout', () => call.destroy(new Error(`${method} ${path}: no answer within a minute`)));
      call.once('error', reject);
      call.end(text);
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Each `Warning` header is `299 - "text"`; Node would join several into one. */
export function warningsOf({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): string[] {
  const warnings: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i].toLowerCase() !== 'warning') continue;
    const [, quoted] = /^\d{3} \S+ "(.*)"$/.exec(rawHeaders[i + 1]) ?? [];
    warnings.push(quoted?.replace(/\\(.)/g, '$1') ?? rawHeaders[i + 1]);
  }
  return warnings;
}
