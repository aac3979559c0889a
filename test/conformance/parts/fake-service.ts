import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '../../../lib/rehearsal/ports';

/**
 * A Service as kube-proxy makes it: each new connection goes to the next endpoint and stays there, whatever becomes of the
 * endpoint. Without endpoints, connections are refused.
 */
export class FakeService {
  public static async start(): Promise<FakeService> {
    const [port] = await freePorts(1);
    return new FakeService(port);
  }

  private readonly endpoints: number[] = [];
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private turn = 0;

  private constructor(public readonly port: number) {}

  public async add(endpoint: number): Promise<void> {
    this.endpoints.push(endpoint);
    if (this.server) return;
    const server = createServer({ allowHalfOpen: true }, (socket) => this.forward(socket));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
  }

  public remove(endpoint: number): void {
    const index = this.endpoints.indexOf(endpoint);
    if (index >= 0) this.endpoints.splice(index, 1);
    if (this.endpoints.length > 0) return;
    this.server?.close();
    this.server = undefined;
  }

  public stop(): void {
    for (const endpoint of [...this.endpoints]) this.remove(endpoint);
    for (const socket of this.sockets) socket.destroy();
  }

  private forward(client: Socket): void {
    const endpoint = this.endpoints[this.turn++ % this.endpoints.length];
    const pod = connect({ port: endpoint, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [client, pod];
    for (const socket of pair) {
      const other = socket === client ? pod : client;
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.pipe(other);
      // A pod that is gone resets the connection, as it would without anything in between.
      socket.on('error', () => other.resetAndDestroy());
      socket.on('close', () => this.sockets.delete(socket));
    }
  }
}
