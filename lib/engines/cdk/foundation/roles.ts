import { Fn } from 'aws-cdk-lib';
import type { CfnCluster } from 'aws-cdk-lib/aws-eks';
import { CfnOIDCProvider, CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type FoundationPlan, OIDC_ISSUER, References, type RolePlan } from '../../../aws';

const trustsIssuer = (role: RolePlan): boolean => JSON.stringify(role.trust).includes(OIDC_ISSUER);

/** Roles that must exist before the cluster. */
export function realizeRoles(scope: Construct, plan: FoundationPlan['roles']): References<CfnRole> {
  const roles = new References<CfnRole>('role');
  for (const role of plan.filter((each) => !trustsIssuer(each))) {
    roles.add(role.id, realizeRole(scope, role, role.trust));
  }
  return roles;
}

/** The issuer of service account tokens, and the roles that trust it. */
export function realizeIssuer(scope: Construct, plan: FoundationPlan, cluster: CfnCluster): void {
  const issuer = cluster.attrOpenIdConnectIssuerUrl;
  new CfnOIDCProvider(scope, 'Issuer', { url: issuer, clientIdList: [...plan.cluster.audiences] });
  const OidcIssuer = Fn.select(1, Fn.split('//', issuer));
  for (const role of plan.roles.filter(trustsIssuer)) {
    // The issuer stands in keys of the document, where CloudFormation substitutes in text only.
    realizeRole(scope, role, Fn.sub(JSON.stringify(role.trust), { OidcIssuer }));
  }
}

function realizeRole(scope: Construct, role: RolePlan, trust: unknown): CfnRole {
  return new CfnRole(scope, role.id, {
    roleName: role.name,
    assumeRolePolicyDocument: trust,
    ...(role.managedPolicies.length ? { managedPolicyArns: [...role.managedPolicies] } : {}),
    ...(role.policy ? { policies: [{ policyName: 'access', policyDocument: role.policy }] } : {}),
  });
}
