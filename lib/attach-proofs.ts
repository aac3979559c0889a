import { ApiObject, type App } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import {
  type AwsNeed,
  declare,
  Facts,
  type Fault,
  formatNamed,
  hasPolicy,
  type IdentityFact,
  type KubeObject,
  PlatformError,
  POLICIES,
  type ProvidesFact,
  policyOf,
  type ReleaseFact,
  type Rendered,
  render,
  type SuppliedSecretFact,
  type Tier,
} from './core';
import { argoRelease, argoRepository, helmRelease, helmRepository } from './engines/gitops';
import { PROOFS, proofInput, prove, type Waiver } from './proofs';

export interface AttachOptions {
  /**
   * What becomes of Helm releases: objects of Flux or of Argo CD, or `external` when you install what
   * `needsOf(app)` lists.
   * @default - a tree that holds a release is refused: nothing goes missing in silence
   */
  readonly releases?: 'flux' | 'argocd' | 'external';
  /**
   * What no object can be: roles, buckets and databases in AWS, secrets that somebody fills. `external` when you make
   * what `needsOf(app)` lists.
   * @default - a tree that needs any of it is refused
   */
  readonly needs?: 'external';
  /**
   * What the cluster has that this app does not write: kinds as `group/Kind`, objects as `Kind/namespace/name`.
   * @default - nothing but what every cluster has
   */
  readonly existing?: Pick<ProvidesFact, 'kinds' | 'objects'>;
  /**
   * Findings that are accepted, each with its reason.
   * @default - none
   */
  readonly waivers?: readonly Waiver[];
}

/** What a tree needs beside its objects. */
export interface Needs {
  readonly releases: readonly ReleaseFact[];
  /** Buckets, databases, caches, roles of nodes, queues, secrets to fill. */
  readonly aws: readonly AwsNeed[];
  /** Service accounts with their rights, for a role and a Pod Identity association each. */
  readonly identities: readonly IdentityFact[];
  /** Secrets that somebody fills, with the command. */
  readonly secrets: readonly SuppliedSecretFact[];
}

/** Make `app.synth()` of a plain cdk8s app refuse what `nexus check` refuses. What is added later counts as well. */
export function attachProofs(app: App, options: AttachOptions = {}): void {
  new AttachedProofs(app, options);
}

/** What `releases: 'external'` and `needs: 'external'` leave to you. */
export function needsOf(app: IConstruct): Needs {
  const facts = new Facts();
  for (const construct of app.node.findAll()) facts.collect(construct);
  return {
    releases: facts.of('release'),
    aws: facts.of('aws').filter(({ kind }) => kind !== 'supplied-secret'),
    identities: facts.of('identity'),
    secrets: facts.of('supplied'),
  };
}

/** Sits in the tree to be asked at every synth, and to hold the objects of releases. */
class AttachedProofs extends Construct {
  private readonly added: Construct[] = [];
  private judging = false;
  private verdict?: { readonly of: string; readonly faults: string[] };

  constructor(
    private readonly app: App,
    private readonly options: AttachOptions,
  ) {
    super(app, 'nexus-proofs');
    if (options.existing) declare(this, 'provides', options.existing);
    this.node.addValidation({ validate: () => this.validate() });
  }

  private validate(): string[] {
    // Rendering asks every construct for its validation, this one included.
    if (this.judging) return [];
    // cdk8s asks once for the app and once for each chart.
    if (this.verdict?.of === this.mark()) return this.verdict.faults;
    this.judging = true;
    try {
      for (const object of this.added.splice(0)) object.node.scope?.node.tryRemoveChild(object.node.id);
      const faults = this.judge();
      this.verdict = { of: this.mark(), faults };
      // A patch leaves the number of constructs as it was: judge again when this call of synth is over.
      queueMicrotask(() => {
        this.verdict = undefined;
      });
      return faults;
    } finally {
      this.judging = false;
    }
  }

  /** Changes when something is added to the tree. */
  private mark(): string {
    const all = this.app.node.findAll();
    return `${all.length} ${all.reduce((sum, { node }) => sum + node.metadata.length, 0)}`;
  }

  private judge(): string[] {
    // What constructs say of themselves, cdk8s tells by itself; there is nothing to render until it is repaired.
    if (this.app.node.findAll().some(({ node }) => node.validate().length > 0)) return [];
    const needs = needsOf(this.app);
    const missing = [
      ...(this.options.releases ? [] : nothingInstalls(needs)),
      ...(this.options.needs ? [] : nothingMakes(needs)),
    ];
    if (missing.length) return missing;
    let rendered: Rendered;
    try {
      rendered = render(this.app);
    } catch (error) {
      if (error instanceof PlatformError) return [indented(error.message)];
      throw error;
    }
    const { waivers = [] } = this.options;
    const { findings } = prove(PROOFS, proofInput(rendered, tierOf(this.app)), { waivers });
    const open = findings.filter(({ waived }) => !waived);
    // cdk8s knows faults only: what is merely to be known goes where warnings of programs go.
    for (const finding of open.filter(({ severity }) => severity === 'warning'))
      process.stderr.write(`warning: ${formatNamed(finding)}\n`);
    const faults = open
      .filter(({ severity }) => severity === 'error')
      .map((finding) => indented(formatNamed(finding)));
    if (!faults.length) this.deliver(needs.releases);
    return faults;
  }

  /** Releases as the tool's own objects, below the construct that asks for each. */
  private deliver(releases: readonly ReleaseFact[]): void {
    const { releases: tool } = this.options;
    const repositories = new Set<string>();
    for (const release of releases) {
      const { repository, path } = release;
      if (tool === 'flux') {
        if (!repositories.has(repository)) this.add(path, 'Repository', helmRepository(repository));
        this.add(path, 'Delivery', helmRelease(release));
      }
      if (tool === 'argocd') {
        if (!repositories.has(repository)) this.add(path, 'Repository', argoRepository(repository));
        this.add(path, 'Delivery', argoRelease(release));
      }
      repositories.add(repository);
    }
  }

  private add(path: string, id: string, { apiVersion, kind, metadata, ...rest }: KubeObject): void {
    const scope = this.app.node.findAll().find(({ node }) => node.path === path) as Construct;
    this.added.push(new ApiObject(scope, id, { apiVersion, kind, metadata, ...rest }));
  }
}

/** Some proofs ask more of prod, which also is what an app without a policy gets. */
function tierOf(app: IConstruct): { policy?: { tier: Tier; assumed: boolean } } {
  const tier = (Object.keys(POLICIES) as Tier[]).find((name) => POLICIES[name] === policyOf(app));
  return tier ? { policy: { tier, assumed: !hasPolicy(app) } } : {};
}

function nothingInstalls({ releases }: Needs): string[] {
  if (!releases.length) return [];
  return [
    fault({
      what: `${releases.map(({ path }) => path).join(', ')}: a Helm release that nothing installs`,
      why: 'a release is not an object; cdk8s would leave it out without a word',
      fix: "attachProofs(app, { releases: 'flux' }), or 'argocd', or 'external' to install what needsOf(app) lists",
    }),
  ];
}

function nothingMakes({ aws, identities, secrets }: Needs): string[] {
  const names = [
    ...aws.map(({ kind, ...need }) => ('name' in need ? `${kind} '${need.name}'` : kind)),
    ...identities.map(({ name }) => `role of '${name}'`),
    ...secrets.map(({ namespace, name }) => `Secret/${namespace}/${name}`),
  ];
  if (!names.length) return [];
  return [
    fault({
      what: `${names.join(', ')}: needed, and no object of this app`,
      why: 'pods would wait for them; cdk8s writes Kubernetes objects and nothing else',
      fix: "make what needsOf(app) lists, and say so: attachProofs(app, { needs: 'external' })",
    }),
  ];
}

const fault = ({ what, why, fix }: Fault): string => indented(`${what}\n  why: ${why}\n  fix: ${fix}`);

/** cdk8s lists faults two columns in. */
const indented = (text: string): string => text.replaceAll('\n', '\n  ');
