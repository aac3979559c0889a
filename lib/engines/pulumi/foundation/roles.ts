import type { Cluster } from '@pulumi/aws/eks';
import { OpenIdConnectProvider, Role, RolePolicy, RolePolicyAttachment } from '@pulumi/aws/iam';
import type { Input } from '@pulumi/pulumi';
import { type FoundationPlan, OIDC_ISSUER, References, type RolePlan } from '../../../aws';
import type { Granted, Options } from './references';

const trustsIssuer = (role: RolePlan): boolean => JSON.stringify(role.trust).includes(OIDC_ISSUER);

/** Roles that must exist before the cluster. */
export function realizeRoles(plan: FoundationPlan['roles'], options: Options): References<Granted> {
  const roles = new References<Granted>('role');
  for (const role of plan.filter((each) => !trustsIssuer(each))) {
    roles.add(role.id, realizeRole(role, JSON.stringify(role.trust), options));
  }
  return roles;
}

/** The issuer of service account tokens, and the roles that trust it. */
export function realizeIssuer(plan: FoundationPlan, cluster: Cluster, options: Options): void {
  const url = cluster.identities[0].oidcs[0].issuer;
  new OpenIdConnectProvider('issuer', { url, clientIdLists: [...plan.cluster.audiences] }, options);
  for (const role of plan.roles.filter(trustsIssuer)) {
    const trust = url.apply((issuer) =>
      JSON.stringify(role.trust).replaceAll(OIDC_ISSUER, issuer.replace('https://', '')),
    );
    realizeRole(role, trust, options);
  }
}

function realizeRole(plan: RolePlan, trust: Input<string>, options: Options): Granted {
  const role = new Role(plan.id, { name: plan.name, assumeRolePolicy: trust }, options);
  const attached = plan.managedPolicies.map(
    (policyArn) =>
      new RolePolicyAttachment(
        `${plan.id}-${policyArn.split('/').pop()}`,
        { role: role.name, policyArn },
        options,
      ),
  );
  const own = plan.policy
    ? [
        new RolePolicy(
          plan.id,
          { role: role.name, name: 'access', policy: JSON.stringify(plan.policy) },
          options,
        ),
      ]
    : [];
  return { arn: role.arn, ready: [...attached, ...own] };
}
