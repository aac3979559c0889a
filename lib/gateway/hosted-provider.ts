import { Construct } from 'constructs';
import type { IModelEndpoint } from '../contracts';
import { declare, namespaceOf, PlatformError, type SecretRef, SuppliedSecret } from '../core';

export interface HostedProviderProps {
  /** Provider and model as LiteLLM spells them, such as `anthropic/claude-sonnet-4-5`. */
  readonly provider: string;
  /** Path of its key behind `nexus/<env>/` in Secrets Manager, such as `providers/anthropic`. */
  readonly secret: string;
  /**
   * Longest answer waited for.
   * @default 120
   */
  readonly longestSeconds?: number;
}

/** A model that somebody else serves, outside the cluster. Belongs in the gateway's namespace, where its key is read. */
export class HostedProvider extends Construct implements IModelEndpoint {
  /** Name that clients ask for: the construct's id. */
  public readonly model: string;
  public readonly provider: string;
  public readonly apiKey: SecretRef;
  public readonly longestSeconds: number;

  constructor(scope: Construct, id: string, props: HostedProviderProps) {
    super(scope, id);
    if (!/^[^/\s]+\/\S+$/.test(props.provider)) {
      throw new PlatformError(this, {
        what: `'provider' is '${props.provider}', without a provider in front of the model`,
        why: 'LiteLLM drops a deployment whose provider it cannot tell, and boots without it',
        fix: "write both, such as 'anthropic/claude-sonnet-4-5'",
      });
    }
    this.model = id;
    this.provider = props.provider;
    this.longestSeconds = props.longestSeconds ?? 120;
    const key = new SuppliedSecret(this, 'Key', {
      name: `${id}-api-key`,
      keys: ['apiKey'],
      path: props.secret,
      why: `key of ${props.provider} for the gateway`,
    });
    this.apiKey = key.key('apiKey');
    declare(this, 'join', {
      object: `Secret/${namespaceOf(this)}/${key.name}`,
      scope: 'model alias',
      defines: id,
    });
  }
}
