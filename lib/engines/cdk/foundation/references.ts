import { type CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import type { CfnCluster } from 'aws-cdk-lib/aws-eks';
import type { CfnKey } from 'aws-cdk-lib/aws-kms';
import type { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { References } from '../../../aws';

/** Everything made so far that later parts refer to. */
export interface Foundation {
  readonly keys: References<CfnKey>;
  readonly logGroups: References<CfnLogGroup>;
  readonly cluster: CfnCluster;
  readonly vpcId: string;
  readonly subnets: References<string>;
}

/** What leaves the plan stays in the account, or goes with it. */
export function keep(resource: CfnResource, kept: boolean): void {
  resource.applyRemovalPolicy(kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
}

/** Tags as CloudFormation spells them. */
export const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));
