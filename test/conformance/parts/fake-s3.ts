import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As much of S3 as a client asks that lists, heads, gets and puts objects, whole or in parts. Signatures are not looked at. */
export class FakeS3 {
  public readonly objects = new Map<string, { readonly body: Buffer; readonly checksum?: string }>();
  public readonly uploads = new Map<string, { checksum?: string; parts: Map<number, Buffer> }>();
  /** Answers that end in the middle. */
  public broken = 0;
  /** Where reads began. */
  public readonly reads: { readonly key: string; readonly first: number }[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  public async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://s3');
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    const body = await bytes(request);
    const query = url.searchParams;
    const upload = query.get('uploadId');
    const checksum = request.headers['x-amz-meta-checksum'] as string | undefined;
    const xml = (text: string) => response.setHeader('content-type', 'application/xml').end(text);
    if (request.method === 'GET' && query.has('list-type')) {
      const found = [...this.objects].filter(([name]) => name.startsWith(query.get('prefix') ?? ''));
      const rows = found.map(
        ([name, object]) =>
          `<Contents><Key>${name}</Key><Size>${object.body.length}</Size><ETag>"x"</ETag></Contents>`,
      );
      xml(`<ListBucketResult><IsTruncated>false</IsTruncated>${rows.join('')}</ListBucketResult>`);
    } else if (request.method === 'POST' && query.has('uploads')) {
      const id = `u${this.uploads.size}`;
      this.uploads.set(id, { ...(checksum ? { checksum } : {}), parts: new Map() });
      xml(
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId><Key>${key}</Key></InitiateMultipartUploadResult>`,
      );
    } else if (request.method === 'PUT' && upload) {
      this.uploads.get(upload)?.parts.set(Number(query.get('partNumber')), body);
      response.setHeader('etag', `"${query.get('partNumber')}"`).end();
    } else if (request.method === 'POST' && upload) {
      const { checksum: stated, parts = new Map<number, Buffer>() } = this.uploads.get(upload) ?? {};
      const whole = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
      this.objects.set(key, { body: whole, ...(stated ? { checksum: stated } : {}) });
      this.uploads.delete(upload);
      xml(`<CompleteMultipartUploadResult><Key>${key}</Key><ETag>"x"</ETag></CompleteMultipartUploadResult>`);
    } else if (request.method === 'DELETE' && upload) {
      this.uploads.delete(upload);
      response.writeHead(204).end();
    } else if (request.method === 'PUT') {
      this.objects.set(key, { body, ...(checksum ? { checksum } : {}) });
      response.setHeader('etag', '"x"').end();
    } else {
      this.read(key, request, response);
    }
  }

  private read(key: string, request: IncomingMessage, response: ServerResponse): void {
    const object = this.objects.get(key);
    if (!object) return void response.writeHead(404).end();
    const [, first, end] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
    const last = end ? Number(end) : object.body.length - 1;
    const part = first === undefined ? object.body : object.body.subarray(Number(first), last + 1);
    response.writeHead(first === undefined ? 200 : 206, {
      'content-length': part.length,
      etag: '"x"',
      ...(first === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${object.body.length}` }),
      ...(object.checksum ? { 'x-amz-meta-checksum': object.checksum } : {}),
    });
    if (request.method === 'HEAD') return void response.end();
    this.reads.push({ key, first: Number(first ?? 0) });
    if (part.length > 1000 && this.broken-- > 0) {
      response.write(part.subarray(0, part.length / 2), () => response.destroy());
    } else response.end(part);
  }
}

/** A body as it was meant: signed clients send it in chunks, each behind its length, with a trailer. */
async function bytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const raw = Buffer.concat(parts);
  if (!String(request.headers['content-encoding'] ?? '').includes('aws-chunked')) return raw;
  const plain: Buffer[] = [];
  for (let at = 0; at < raw.length; ) {
    const end = raw.indexOf('\r\n', at);
    const length = Number.parseInt(raw.subarray(at, end).toString(), 16);
    if (!length) break;
    plain.push(raw.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(plain);
}
