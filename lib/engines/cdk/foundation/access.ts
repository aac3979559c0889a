import { CfnAccessEntry, type CfnCluster, CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import type { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FoundationPlan, References } from '../../../aws';

/** Who gets in, and which pods get which role. */
export function realizeAccess(
  scope: Construct,
  plan: FoundationPlan,
  cluster: CfnCluster,
  roles: References<CfnRole>,
): void {
  for (const { id, principal, type, policies } of plan.accessEntries) {
    new CfnAccessEntry(scope, id, {
      clusterName: cluster.ref,
      principalArn: 'arn' in principal ? principal.arn : roles.get(principal.role).attrArn,
      type,
      ...(policies.length
        ? {
            accessPolicies: policies.map((policyArn) => ({ policyArn, accessScope: { type: 'cluster' } })),
          }
        : {}),
    });
  }
  for (const { namespace, serviceAccount, role } of plan.associations) {
    new CfnPodIdentityAssociation(scope, `${namespace}--${serviceAccount}`, {
      clusterName: cluster.ref,
      namespace,
      serviceAccount,
      roleArn: roles.get(role).attrArn,
    });
  }
}
