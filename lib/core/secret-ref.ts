/** Who makes a secret: AWS writes it, External Secrets generates it once, somebody supplies it, or it exists already. */
export type SecretOrigin = 'aws' | 'generated' | 'supplied' | 'existing';

/** A name and a key, never a value. */
export class SecretRef {
  constructor(
    /** Name of the Kubernetes Secret. */
    public readonly secret: string,
    public readonly key: string,
    public readonly namespace: string,
    public readonly origin: SecretOrigin,
  ) {}
}

/** A Secret in one namespace, whatever its origin. */
export interface ISecret {
  readonly name: string;
  readonly namespace: string;
  readonly origin: SecretOrigin;
  readonly keys: readonly string[];
  /** One key of it, to be read by an environment variable or a file. */
  key(name: string): SecretRef;
}
