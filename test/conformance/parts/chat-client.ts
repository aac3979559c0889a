import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayProcess } from './gateway-process';

/** How the fake vLLM is to answer. */
export interface Orders {
  /** Of the whole answer. */
  readonly seconds?: number;
  /** Pieces that it comes in, after the name of who answers. */
  readonly words?: number;
  /** All of them at the end. */
  readonly silent?: boolean;
}

/** How it is asked. */
export interface Manner {
  readonly stream: boolean;
  /** What belongs together, as LiteLLM reads it. */
  readonly session?: string;
}

/** How one request ended for whoever asked. */
export interface Outcome {
  /** The answer as far as it came; it begins with the name of who gave it. */
  readonly text: string;
  /** The answer's own end was seen. */
  readonly whole: boolean;
  /** What was said instead: a status and words, an error within a stream, or a connection that broke. */
  readonly error?: string;
  /** When it was asked, in milliseconds. */
  readonly began: number;
  readonly seconds: number;
}

let asked = 0;

/** Ask in words that no cache knows. */
export async function ask(
  { url, key }: Pick<GatewayProcess, 'url' | 'key'>,
  model: string,
  { stream, session, ...orders }: Orders & Manner,
): Promise<Outcome> {
  const began = Date.now();
  const content = JSON.stringify({ ...orders, asked: asked++ });
  const body = { model, stream, messages: [{ role: 'user', content }] };
  let text = '';
  const outcome = (whole: boolean, error?: string): Outcome => {
    const seconds = (Date.now() - began) / 1000;
    return { text, whole, began, seconds, ...(error === undefined ? {} : { error }) };
  };
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(session === undefined ? {} : { 'x-litellm-session-id': session }),
      },
      signal: AbortSignal.timeout(120_000),
      body: JSON.stringify(body),
    });
    if (!response.ok || !response.body) return outcome(false, `${response.status} ${await response.text()}`);
    if (!stream) {
      const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
      text = choices[0].message.content;
      return outcome(true);
    }
    let finished = false;
    for await (const data of events(response.body)) {
      if (data === '[DONE]') return outcome(finished, finished ? undefined : 'no end was told');
      const { choices, error } = JSON.parse(data) as Chunk;
      if (error) return outcome(false, JSON.stringify(error));
      text += choices?.[0]?.delta.content ?? '';
      finished ||= choices?.[0]?.finish_reason === 'stop';
    }
    return outcome(false, 'the stream ended early');
  } catch (error) {
    return outcome(false, error instanceof Error ? error.message : String(error));
  }
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta: { readonly content?: string };
    readonly finish_reason?: string;
  }[];
  readonly error?: unknown;
}

/** The data of a stream of server-sent events. */
async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) yield line.slice('data: '.length).trim();
  }
}

/** The name that an answer begins with. */
export const answeredBy = ({ text }: Outcome): string => text.split(':')[0];

/** Ask again and again, streamed or not in turns, so that some are in flight at every moment; each ends in its own time. */
export async function askSteadily(
  gateway: Pick<GatewayProcess, 'url' | 'key'>,
  model: string,
  { times, everyMs, ...orders }: Orders & { readonly times: number; readonly everyMs: number },
): Promise<readonly (Outcome & { readonly stream: boolean })[]> {
  const asked: Promise<Outcome & { readonly stream: boolean }>[] = [];
  for (let turn = 0; turn < times; turn++) {
    const stream = turn % 3 !== 0;
    asked.push(ask(gateway, model, { ...orders, stream }).then((outcome) => ({ ...outcome, stream })));
    await sleep(everyMs);
  }
  return Promise.all(asked);
}
