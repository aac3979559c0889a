import type { Provider } from '@pulumi/aws';
import type { CustomResourceOptions, Input, Resource } from '@pulumi/pulumi';

/** On every resource: the provider that knows account and region. */
export interface Options {
  readonly provider: Provider;
}

/** Something with an ARN, and what must be complete before it is of use. */
export interface Granted {
  readonly arn: Input<string>;
  readonly ready: readonly Resource[];
}

/** What leaves the plan stays in the account, and cannot be destroyed by accident. */
export const keep = (kept: boolean): CustomResourceOptions =>
  kept ? { protect: true, retainOnDelete: true } : {};
