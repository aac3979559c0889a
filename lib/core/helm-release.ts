import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { DeclaredPods, type DeclaredPodsProps } from './declared-pods';
import { PlatformError } from './errors';
import { declare, type ProvidedObject, type ReleaseFact } from './facts';
import { namespaceOf } from './layer';

export interface HelmReleaseProps {
  /** Name of the release. */
  readonly name: string;
  /** @default - the layer's */
  readonly namespace?: string;
  readonly chart: string;
  /** `oci://…` up to the chart's parent, or an https repository. */
  readonly repository: string;
  /** Exact: a release has no "latest". */
  readonly version: string;
  /**
   * Values; null and undefined are refused, because engines and Helm read them differently.
   * @default - the chart's
   */
  readonly values?: Readonly<Record<string, unknown>>;
  /**
   * Leave the chart's CRDs out: another release brings them.
   * @default false
   */
  readonly skipCrds?: boolean;
  /** The pods it will run, by short name. Empty for a chart that only brings CRDs. */
  readonly footprint: Readonly<Record<string, Footprint>>;
  /**
   * Kinds its CRDs bring, as `group/Kind`.
   * @default - none
   */
  readonly provides?: readonly string[];
  /**
   * Kinds of others that its own objects are of, as `group/Kind`: whoever brings them comes first.
   * @default - none
   */
  readonly requires?: readonly string[];
  /**
   * Objects of the chart that ours refer to: Services, service accounts, classes.
   * @default - none
   */
  readonly creates?: readonly ProvidedObject[];
}

export type Footprint = Omit<DeclaredPodsProps, 'name' | 'by' | 'maker' | 'namespace'>;

const EXACT = /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.-]+)?$/;
/** YAML 1.1 reads these as booleans or null; the tools between us and Helm disagree. */
const AMBIGUOUS = /^(y|n|yes|no|on|off|true|false|null|~)$/i;

/** A chart at an exact version. Not an object: each delivery renders it in its own way. */
export class HelmRelease extends Construct {
  public readonly name: string;
  public readonly namespace: string;
  private readonly footprint = new Map<string, DeclaredPods>();

  constructor(scope: Construct, id: string, props: HelmReleaseProps) {
    super(scope, id);
    this.name = props.name;
    this.namespace = props.namespace ?? namespaceOf(this);
    if (!EXACT.test(props.version)) {
      throw new PlatformError(this, {
        what: `version '${props.version}' is not exact`,
        why: 'a range or "latest" installs something else tomorrow',
        fix: 'name one version, such as 1.2.3',
      });
    }
    this.mustBePlain(props.values ?? {}, 'values');

    declare(this, 'release', (): ReleaseFact => {
      return {
        name: this.name,
        namespace: this.namespace,
        chart: props.chart,
        repository: props.repository,
        version: props.version,
        values: props.values ?? {},
        skipCrds: props.skipCrds ?? false,
        path: this.node.path,
        layer: layerOf(this),
        requires: props.requires ?? [],
      };
    });
    const by = `release/${this.namespace}/${this.name}`;
    if (props.provides || props.creates) {
      declare(this, 'provides', {
        by,
        ...(props.provides ? { kinds: props.provides } : {}),
        ...(props.creates ? { objects: props.creates } : {}),
      });
    }
    for (const [name, pods] of Object.entries(props.footprint)) {
      const declared = { ...pods, name, by, maker: 'chart', namespace: this.namespace } as const;
      this.footprint.set(name, new DeclaredPods(this, name, declared));
    }
  }

  /** One group of the chart's pods. */
  public pods(name: string): DeclaredPods {
    const found = this.footprint.get(name);
    if (!found)
      throw new Error(`${this.name} has no pods '${name}'; it has ${[...this.footprint.keys()].join(', ')}`);
    return found;
  }

  private mustBePlain(value: unknown, path: string): void {
    if (value === null || value === undefined) {
      throw new PlatformError(this, {
        what: `${path} is ${value}`,
        why: 'one engine drops it, another keeps it, and Helm reads null as "delete the default"',
        fix: 'leave the key out, or switch the default off by the value the chart documents',
      });
    }
    if (typeof value === 'string' && AMBIGUOUS.test(value)) {
      throw new PlatformError(this, {
        what: `${path} is the text '${value}', which YAML 1.1 may read as another type`,
        why: 'the tools between here and the chart quote it differently',
        fix: 'use a boolean, or a text that cannot be mistaken',
      });
    }
    if (typeof value !== 'object') return;
    for (const [key, inner] of Object.entries(value)) this.mustBePlain(inner, `${path}.${key}`);
  }
}

/** The layer, or the plain chart that stands for one. */
function layerOf(construct: Construct): string {
  return Chart.of(construct).node.id;
}
