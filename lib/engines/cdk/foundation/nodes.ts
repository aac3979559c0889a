import type { CfnResource } from 'aws-cdk-lib';
import { CfnLaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { CfnAddon, type CfnCluster, CfnNodegroup } from 'aws-cdk-lib/aws-eks';
import type { CfnRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type FoundationPlan, References } from '../../../aws';
import type { Network } from './network';
import { tagList } from './references';

type AddonPlan = FoundationPlan['addons'][number];
type NodeGroupPlan = FoundationPlan['nodeGroups'][number];

/** Add-ons that nodes wait for, the nodes, then the add-ons that wait for nodes. */
export function realizeNodes(
  scope: Construct,
  plan: FoundationPlan,
  made: { readonly cluster: CfnCluster; readonly roles: References<CfnRole>; readonly network: Network },
): void {
  const addons = new References<CfnAddon>('add-on');
  const install = (addon: AddonPlan, after: readonly CfnResource[]) => {
    const installed = addons.add(addon.name, realizeAddon(scope, addon, made));
    for (const other of [...after, ...addon.after.map((name) => addons.get(name))]) {
      installed.addResourceDependency(other);
    }
    return installed;
  };
  const first = plan.addons.filter((addon) => addon.beforeNodes).map((addon) => install(addon, []));
  const groups = plan.nodeGroups.map((group) => {
    const nodes = realizeNodeGroup(new Construct(scope, `nodes-${group.name}`), group, made);
    for (const other of [...first, ...made.network.ways]) nodes.addResourceDependency(other);
    return nodes;
  });
  for (const addon of plan.addons.filter((each) => !each.beforeNodes)) install(addon, groups);
}

function realizeAddon(
  scope: Construct,
  plan: AddonPlan,
  { cluster, roles }: { readonly cluster: CfnCluster; readonly roles: References<CfnRole> },
): CfnAddon {
  return new CfnAddon(scope, plan.name, {
    clusterName: cluster.ref,
    addonName: plan.name,
    addonVersion: plan.version,
    resolveConflicts: plan.conflicts,
    ...(plan.configuration ? { configurationValues: JSON.stringify(plan.configuration) } : {}),
    ...(plan.identity
      ? {
          podIdentityAssociations: [
            {
              serviceAccount: plan.identity.serviceAccount,
              roleArn: roles.get(plan.identity.role).attrArn,
            },
          ],
        }
      : {}),
  });
}

function realizeNodeGroup(
  scope: Construct,
  plan: NodeGroupPlan,
  made: { readonly cluster: CfnCluster; readonly roles: References<CfnRole>; readonly network: Network },
): CfnNodegroup {
  const { launchTemplate, size } = plan;
  const { volume } = launchTemplate;
  const tags = tagList(launchTemplate.tags);
  const template = new CfnLaunchTemplate(scope, 'Template', {
    launchTemplateName: launchTemplate.name,
    launchTemplateData: {
      metadataOptions: {
        httpTokens: launchTemplate.httpTokens,
        httpPutResponseHopLimit: launchTemplate.hopLimit,
      },
      blockDeviceMappings: [
        {
          deviceName: volume.device,
          ebs: { volumeType: volume.type, volumeSize: volume.sizeGiB, encrypted: volume.encrypted },
        },
      ],
      tagSpecifications: ['instance', 'volume'].map((resourceType) => ({ resourceType, tags })),
    },
  });
  return new CfnNodegroup(scope, 'Group', {
    clusterName: made.cluster.ref,
    nodegroupName: plan.name,
    nodeRole: made.roles.get(plan.role).attrArn,
    subnets: plan.subnets.map((name) => made.network.subnets.get(name)),
    amiType: plan.amiType,
    capacityType: plan.capacity,
    instanceTypes: [...plan.instanceTypes],
    scalingConfig: { minSize: size.min, desiredSize: size.desired, maxSize: size.max },
    updateConfig: { maxUnavailable: plan.maxUnavailable },
    labels: { ...plan.labels },
    taints: plan.taints.map((taint) => ({ ...taint })),
    launchTemplate: { id: template.ref, version: template.attrLatestVersionNumber },
  });
}
