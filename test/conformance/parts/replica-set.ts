import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject, PodSpec } from '../../../lib/core';
import { until } from '../../../lib/rehearsal/poll';
import { freePorts } from '../../../lib/rehearsal/ports';
import type { ProcessGroup } from '../../../lib/rehearsal/process-group';
import { FakeService } from './fake-service';
import { secretValue } from './gateway-process';

/** What a replica says of a request that it is done with. */
export interface Served {
  readonly path: string;
  readonly model: string;
  readonly ended: 'whole' | 'cut' | 'unauthorized' | 'unknown';
}

export interface ReplicaSetProps {
  readonly replicas: number;
  /** How much faster than in a cluster the life of a pod passes. */
  readonly hurry: number;
  /** How much sooner than it is told a replica closes an idle connection. @default 1 */
  readonly idleHurry?: number;
}

/** Until the kubelet sees a dead container and its endpoint is gone. */
const NOTICED_MS = 700;

/** The replicas of one model's Deployment, fake ones, behind its Service, with the kubelet's part in how they end. */
export class ReplicaSet {
  public static async start(
    group: ProcessGroup,
    deployment: KubeObject,
    props: ReplicaSetProps,
  ): Promise<ReplicaSet> {
    const set = new ReplicaSet(group, deployment, props, await FakeService.start());
    await set.add(props.replicas);
    return set;
  }

  /** As its Deployment and Service are called. */
  public readonly name: string;
  /** `chat.serving.svc:8000` */
  public readonly address: string;
  private readonly ports: number[] = [];
  private readonly pod: PodSpec & { readonly terminationGracePeriodSeconds?: number };

  private constructor(
    private readonly group: ProcessGroup,
    { metadata, spec }: KubeObject,
    private readonly props: ReplicaSetProps,
    public readonly service: FakeService,
  ) {
    this.name = metadata.name;
    this.pod = (spec as { template: { spec: PodSpec } }).template.spec;
    const [port] = this.pod.containers[0].args?.flatMap((arg) => /^--port=(\d+)$/.exec(arg)?.[1] ?? []) ?? [];
    this.address = `${metadata.name}.${metadata.namespace}.svc:${port}`;
  }

  public get port(): number {
    return this.service.port;
  }

  /** Key that it asks for. */
  public get key(): string | undefined {
    return this.variables().VLLM_API_KEY;
  }

  /** Requests that its replicas are done with; of one, or of all. */
  public served(index?: number): Served[] {
    const lines = this.ports.flatMap((_, each) =>
      index === undefined || index === each ? this.linesOf(each) : [],
    );
    return lines.filter((line): line is Served => 'ended' in line);
  }

  /** Answers that one had begun when it was told to stop. */
  public begunAtStop(index: number): number {
    const line = this.linesOf(index).find((each): each is { stopping: number } => 'stopping' in each);
    return line?.stopping ?? 0;
  }

  /** Who closed its idle connections. */
  public left(index: number): string[] {
    return this.linesOf(index).flatMap((line) => ('left' in line ? [String(line.left)] : []));
  }

  /** So many more replicas, ready and behind the Service. */
  public async add(count: number): Promise<void> {
    const ports = await freePorts(count);
    for (const port of ports) this.begin(port);
    for (const port of ports) {
      const index = this.ports.indexOf(port);
      await until(`${this.process(index)} ready`, 20, () => {
        this.group.check();
        return this.linesOf(index).some((line) => 'ready' in line) || undefined;
      });
      await this.service.add(port);
    }
  }

  /** Delete a pod: its endpoint leaves during the preStop hook, then it is told to stop, and killed when its grace is over. */
  public async retire(index: number): Promise<number | NodeJS.Signals | null> {
    const hook = this.pod.containers[0].lifecycle as { preStop: { sleep: { seconds: number } } };
    const slept = (hook.preStop.sleep.seconds * 1000) / this.props.hurry;
    const grace = ((this.pod.terminationGracePeriodSeconds ?? 30) * 1000) / this.props.hurry;
    await sleep(slept / 2);
    this.service.remove(this.ports[index]);
    await sleep(slept / 2);
    const killed = new AbortController();
    const kill = sleep(grace - slept, undefined, { signal: killed.signal }).then(
      () => this.group.dismiss(this.process(index), 'SIGKILL'),
      () => undefined,
    );
    const ended = await this.group.dismiss(this.process(index), 'SIGTERM');
    killed.abort();
    await kill;
    return ended;
  }

  /** A pod that dies without a word; the Service hears of it a little later. */
  public async kill(index: number): Promise<void> {
    await this.group.dismiss(this.process(index), 'SIGKILL');
    await sleep(NOTICED_MS);
    this.service.remove(this.ports[index]);
  }

  private process = (index: number) => `${this.name}-${index}`;

  private begin(port: number): void {
    const index = this.ports.push(port) - 1;
    const args = this.pod.containers[0].args ?? [];
    this.group.start(this.process(index), process.execPath, [join(__dirname, 'fake-replica.mjs'), ...args], {
      ...this.variables(),
      FAKE_NAME: this.process(index),
      FAKE_PORT: `${port}`,
      FAKE_STOP_HURRY: `${this.props.hurry}`,
      FAKE_IDLE_HURRY: `${this.props.idleHurry ?? 1}`,
    });
  }

  private variables(): Record<string, string> {
    const pairs = (this.pod.containers[0].env ?? []).flatMap(({ name, value, valueFrom }) => {
      if (!name.startsWith('VLLM_')) return [];
      const secret = valueFrom?.secretKeyRef as { name: string; key: string } | undefined;
      return [[name, secret ? secretValue(secret.name, secret.key) : (value ?? '')]];
    });
    return Object.fromEntries(pairs) as Record<string, string>;
  }

  private linesOf(index: number): object[] {
    const lines = this.group.logOf(this.process(index)).split('\n');
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as object);
  }
}
