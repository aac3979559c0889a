import type { FoundationPlan } from '../aws';
import type { Finding, KubeObject, Rendered } from '../core';
import { PHASES } from '../core';
import { type Disagreement, disagreements } from './agreement';
import { type ApplyResult, applyAll, type Remark } from './apply';
import { AskAgain } from './ask-again';
import { type ControlPlane, startControlPlane } from './control-plane';
import { definitionsFor, installDefinitions } from './custom-kinds';
import { interruptSpot, rollOne, scaleToMaximum, scaleToMinimum } from './disturb';
import { instanceTypes } from './instance-types';
import { type FeatureGates, KARPENTER_KINDS, markReady, startKarpenter } from './karpenter';
import { nodeObject, startKwok } from './kwok';
import { countNodes, LOCAL_NODE, managedNodes, type NodeCount } from './nodes';
import type { Observed } from './observe';
import type { Programs } from './programs';
import { settle } from './settle';
import { firstRun, standIns } from './stand-ins';
import { provideVolumes } from './volumes';
import { type Stuck, wordsFor } from './words';

/** What is rehearsed: an environment described and judged. */
export interface RehearsalInput {
  readonly name: string;
  readonly rendered: Rendered;
  readonly findings: readonly Finding[];
  /** Proofs that judged it: what they say of placement is compared with what the scheduler does. */
  readonly proofs: readonly { readonly name: string }[];
  /** Absent outside AWS: then one large node holds everything. */
  readonly plan?: FoundationPlan;
}

export interface RehearsalOptions {
  readonly programs: Programs;
  /** Called with one line when a step begins or ends. */
  readonly progress?: (line: string) => void;
  /**
   * Nothing moved for this long: what waits is called stuck.
   * @default 20
   */
  readonly quietSeconds?: number;
  /**
   * After all of it runs: scale to the maximum, roll a Deployment, take a spot node away.
   * @default true
   */
  readonly disturb?: boolean;
}

/** One step, and what stood at its end. */
export interface Step {
  readonly name: string;
  /** Until the last pod of it moved; simulated nodes start at once. */
  readonly seconds: number;
  readonly podsRunning: number;
  readonly podsPending: number;
  readonly nodes: number;
}

export interface Rehearsal {
  readonly environment: string;
  /** Nothing refused, and nothing stuck at any step. */
  readonly ok: boolean;
  readonly applied: number;
  readonly refused: readonly Remark[];
  readonly warnings: readonly Remark[];
  readonly steps: readonly Step[];
  /** Steps that had nothing to do, with the reason. */
  readonly skipped: readonly string[];
  /** Until all pods of the last phase ran. */
  readonly secondsToRunning: number;
  readonly nodes: readonly NodeCount[];
  /** With everything at its maximum; absent when nothing scales. */
  readonly nodesAtMaximum?: readonly NodeCount[];
  /** What did not come to what it should be, by the step that left it so. */
  readonly stuck: readonly (Stuck & { readonly step: string })[];
  /** Where proofs and scheduler differ. */
  readonly disagreements: readonly Disagreement[];
}

/** Apply an environment to a control plane of its own, phase by phase, then disturb it. Leaves nothing behind. */
export async function rehearse(input: RehearsalInput, options: RehearsalOptions): Promise<Rehearsal> {
  const progress = options.progress ?? (() => undefined);
  progress('starting etcd, API server, controllers and scheduler');
  const plane = await startControlPlane(options.programs);
  try {
    return await new Run(input, options, plane, progress).all();
  } finally {
    progress('stopping');
    await plane.stop();
  }
}

class Run {
  private applied = 0;
  private readonly refused: Remark[] = [];
  private readonly warnings: Remark[] = [];
  private readonly steps: Step[] = [];
  private readonly skipped: string[] = [];
  private readonly stuck: (Stuck & { step: string })[] = [];
  private known: ReadonlySet<string> = new Set();
  private observed: Observed = { pods: [], workloads: [] };

  constructor(
    private readonly input: RehearsalInput,
    private readonly options: RehearsalOptions,
    private readonly plane: ControlPlane,
    private readonly progress: (line: string) => void,
  ) {}

  public async all(): Promise<Rehearsal> {
    await this.prepare();
    for (const phase of PHASES) await this.phase(phase);
    const secondsToRunning = this.steps.reduce((sum, step) => sum + step.seconds, 0);
    const nodes = await this.nodes();
    const nodesAtMaximum = (this.options.disturb ?? true) ? await this.disturb() : undefined;
    return {
      environment: this.input.name,
      ok: this.refused.length === 0 && this.stuck.length === 0,
      applied: this.applied,
      refused: this.refused,
      warnings: this.warnings,
      steps: this.steps,
      skipped: this.skipped,
      secondsToRunning: Math.round(secondsToRunning * 10) / 10,
      nodes,
      ...(nodesAtMaximum ? { nodesAtMaximum } : {}),
      stuck: this.stuck,
      disagreements: disagreements(this.stuck, this.input.findings, this.input.proofs),
    };
  }

  /** What AWS and the simulation bring: kinds, managed nodes, Karpenter, and the nodes' and pods' lives. */
  private async prepare(): Promise<void> {
    const { api } = this.plane;
    const { programs } = this.options;
    const { plan, rendered } = this.input;
    const objects = rendered.objects.map(({ json }) => json);
    const watched = plan ? KARPENTER_KINDS.map((kind) => ({ ...kind, metadata: { name: '' } })) : [];
    const definitions = definitionsFor([...objects, ...watched]);
    this.progress(`${definitions.length} custom kinds`);
    await installDefinitions(api, definitions);
    await startKwok(this.plane, programs, rendered.facts.of('pool'));
    if (!plan) {
      await api.create(nodeObject(LOCAL_NODE));
      await api.apply(LOCAL_STORAGE);
      return;
    }
    const { region, network, nodeGroups } = plan;
    for (const group of nodeGroups) {
      for (const node of managedNodes(group, network.subnets, region)) await api.create(nodeObject(node));
    }
    const zones = network.subnets.filter(({ kind }) => kind === 'nodes').map(({ zone }) => zone);
    const types = instanceTypes(region, [...new Set(zones)], rendered.facts.of('pool'));
    await startKarpenter(this.plane, programs, types, featureGates(rendered));
  }

  private async phase(phase: (typeof PHASES)[number]): Promise<void> {
    const layers = this.input.rendered.layers.filter((layer) => layer.phase === phase);
    if (layers.length === 0) return;
    const since = Date.now();
    const extra = standIns(this.input.rendered);
    let objects = 0;
    for (const layer of layers) {
      const own = layer.units.flatMap((unit) => unit.objects.map(({ json }) => json));
      objects += own.length;
      const runs = own.filter(({ kind }) => kind === 'CronJob').map(firstRun);
      this.keep(await this.apply(own));
      // Not ours to count, but a refusal is: admission judges them like the real ones.
      const { applied: _, ...said } = await this.apply([...(extra.get(layer.name) ?? []), ...runs]);
      this.keep({ applied: 0, ...said });
      await scaleToMinimum(this.plane.api, own);
    }
    await this.step(`phase ${phase}`, { what: `${objects} objects`, since });
  }

  private async disturb(): Promise<readonly NodeCount[] | undefined> {
    const { api } = this.plane;
    const pods = this.input.rendered.facts.of('pods');
    const scaled = await scaleToMaximum(api, pods);
    let most: readonly NodeCount[] | undefined;
    if (scaled.length > 0) {
      await this.step('scale to maximum', { what: scaled.join(', ') });
      most = await this.nodes();
    } else this.skipped.push('scale to maximum: nothing scales');

    const rolled = await rollOne(api, pods);
    if (rolled) await this.step(`roll ${rolled}`);
    else this.skipped.push('roll a Deployment: there is none');

    const since = Date.now();
    const interrupted = this.input.plan && (await interruptSpot(api, this.observed.pods));
    if (interrupted) {
      const { node, held } = interrupted;
      const name = `interrupt spot node ${node}`;
      if (held)
        this.stuck.push({ owner: node, step: name, wanted: 0, ready: 1, kubernetes: held, proofs: [] });
      await this.step(name, { since });
    } else this.skipped.push('interrupt a spot node: there is none');
    return most;
  }

  private async step(name: string, { what = '', since = Date.now() } = {}): Promise<void> {
    const { api, processes } = this.plane;
    this.progress(`${name}${what && `: ${what}`}`);
    const again = new AskAgain(api);
    const { observed, stuck, seconds } = await settle(api, {
      stuck: this.known,
      since,
      quietSeconds: this.options.quietSeconds ?? 20,
      onLook: async ({ pods }) => {
        processes.check();
        await provideVolumes(api);
        await again.about(pods);
      },
    });
    const fresh = new Set([...stuck].filter((owner) => !this.known.has(owner)));
    const words = await wordsFor(api, observed, fresh, this.input.findings);
    this.stuck.push(...words.map((stuckOne) => ({ ...stuckOne, step: name })));
    this.known = stuck;
    this.observed = observed;
    const inPhase = (wanted: string) =>
      observed.pods.filter(({ status }) => (status as { phase?: string }).phase === wanted).length;
    this.steps.push({
      name,
      seconds: Math.round(seconds * 10) / 10,
      podsRunning: inPhase('Running'),
      podsPending: inPhase('Pending'),
      nodes: (await api.list('v1', 'Node')).length,
    });
  }

  private apply(objects: readonly KubeObject[]): Promise<ApplyResult> {
    const { api } = this.plane;
    return applyAll(api, objects, async (object) => {
      if (object.kind === 'EC2NodeClass') await markReady(api, object);
    });
  }

  private keep({ applied, refused, warnings }: ApplyResult): void {
    this.applied += applied;
    this.refused.push(...refused);
    this.warnings.push(...warnings);
  }

  private async nodes(): Promise<NodeCount[]> {
    return countNodes(await this.plane.api.list('v1', 'Node'), this.input.plan?.region);
  }
}

/** What the environment switches on in Karpenter. */
function featureGates({ facts }: Rendered): FeatureGates {
  const release = facts.of('release').find(({ chart }) => chart === 'karpenter');
  const settings = release?.values.settings as { readonly featureGates?: FeatureGates } | undefined;
  return settings?.featureGates ?? {};
}

/** The class that kind brings; EKS brings none, there it is ours. */
const LOCAL_STORAGE: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'rancher.io/local-path',
  volumeBindingMode: 'WaitForFirstConsumer',
};
