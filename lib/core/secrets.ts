import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { declare } from './facts';
import { namespaceOf } from './layer';
import { type ISecret, type SecretOrigin, SecretRef } from './secret-ref';

/** The ClusterSecretStore in front of Secrets Manager; `lib/cluster` writes it in environments on AWS. */
export const AWS_STORE = 'aws-secrets-manager';

/** A Secret with a known name and known keys; what refers to it is checked against them. */
export abstract class KnownSecret extends Construct implements ISecret {
  public readonly namespace: string;

  constructor(
    scope: Construct,
    id: string,
    public readonly name: string,
    public readonly keys: readonly string[],
    public readonly origin: SecretOrigin,
    namespace?: string,
  ) {
    super(scope, id);
    this.namespace = namespace ?? namespaceOf(this);
    declare(this, 'provides', {
      objects: [{ id: `Secret/${this.namespace}/${this.name}`, keys: this.keys }],
    });
  }

  public key(name: string): SecretRef {
    if (!this.keys.includes(name)) {
      throw new Error(`Secret ${this.name} has no key '${name}'; it has ${this.keys.join(', ')}`);
    }
    return new SecretRef(this.name, name, this.namespace, this.origin);
  }
}

/** How one generated value looks. */
export interface GeneratedKey {
  /**
   * Characters, or bytes before encoding when `hex` is set.
   * @default 32
   */
  readonly length?: number;
  /**
   * Written as hexadecimal digits, two for each character: 32 give the 64 that an AES-256 key needs.
   * @default false
   */
  readonly hex?: boolean;
  /**
   * Put in front of the value, such as `sk-`.
   * @default - nothing
   */
  readonly prefix?: string;
}

export interface GeneratedSecretProps {
  readonly name: string;
  /** @default - the layer's */
  readonly namespace?: string;
  /** Values to generate, by key. */
  readonly generate: Readonly<Record<string, GeneratedKey>>;
  /**
   * Values that are no secret, such as a user name, kept beside the generated ones. May use `{{ .key }}`.
   * @default - none
   */
  readonly literals?: Readonly<Record<string, string>>;
  /**
   * Type of the Secret.
   * @default 'Opaque'
   */
  readonly type?: string;
  /**
   * Labels of the Secret, for operators that select by them.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A Secret whose values External Secrets makes once, in the cluster; the same in every environment. */
export class GeneratedSecret extends KnownSecret {
  constructor(scope: Construct, id: string, props: GeneratedSecretProps) {
    const keys = Object.keys(props.generate);
    super(
      scope,
      id,
      props.name,
      [...keys, ...Object.keys(props.literals ?? {})],
      'generated',
      props.namespace,
    );

    // One generator for each shape: it makes another value for each of its keys.
    const shapes = new Map<string, string[]>();
    for (const key of keys) {
      const { length = 32, hex = false } = props.generate[key];
      const shape = `${hex ? 'hex' : 'text'}-${length}`;
      shapes.set(shape, [...(shapes.get(shape) ?? []), key]);
    }
    for (const [shape, members] of shapes) {
      const [encoding, length] = shape.split('-');
      new ApiObject(this, shape, {
        apiVersion: 'generators.external-secrets.io/v1alpha1',
        kind: 'Password',
        metadata: { name: `${this.name}-${shape}`, namespace: this.namespace },
        spec: {
          length: Number(length),
          // Letters and digits survive every URL, connection string and shell.
          digits: Math.floor(Number(length) / 4),
          symbols: 0,
          noUpper: false,
          allowRepeat: true,
          secretKeys: members,
          ...(encoding === 'hex' ? { encoding: 'hex' } : {}),
        },
      });
    }
    const templated = {
      ...Object.fromEntries(
        keys
          .filter((key) => props.generate[key].prefix)
          .map((key) => [key, `${props.generate[key].prefix}{{ index . "${key}" }}`]),
      ),
      ...props.literals,
    };
    const template = {
      ...(props.type ? { type: props.type } : {}),
      ...(props.labels ? { metadata: { labels: { ...props.labels } } } : {}),
      ...(Object.keys(templated).length ? { mergePolicy: 'Merge', data: templated } : {}),
    };
    new ApiObject(this, 'Secret', {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: this.name, namespace: this.namespace },
      spec: {
        // A second value would lock every client out.
        refreshPolicy: 'CreatedOnce',
        target: {
          name: this.name,
          // Losing the ExternalSecret must not lose an encryption key.
          creationPolicy: 'Orphan',
          deletionPolicy: 'Retain',
          ...(Object.keys(template).length ? { template } : {}),
        },
        dataFrom: [...shapes.keys()].map((shape) => ({
          sourceRef: {
            generatorRef: {
              apiVersion: 'generators.external-secrets.io/v1alpha1',
              kind: 'Password',
              name: `${this.name}-${shape}`,
            },
          },
        })),
      },
    });
  }
}
