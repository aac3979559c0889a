import { LaunchTemplate } from '@pulumi/aws/ec2';
import { Addon, type Cluster, NodeGroup } from '@pulumi/aws/eks';
import { interpolate, type Resource } from '@pulumi/pulumi';
import { type FoundationPlan, References } from '../../../aws';
import type { Network } from './network';
import type { Granted, Options } from './references';

type AddonPlan = FoundationPlan['addons'][number];
type NodeGroupPlan = FoundationPlan['nodeGroups'][number];

interface Made {
  readonly cluster: Cluster;
  readonly roles: References<Granted>;
  readonly network: Network;
}

/** Add-ons that nodes wait for, the nodes, then the add-ons that wait for nodes. */
export function realizeNodes(plan: FoundationPlan, made: Made, options: Options): Resource[] {
  const addons = new References<Addon>('add-on');
  const install = (addon: AddonPlan, after: readonly Resource[]) => {
    const others = [...after, ...addon.after.map((name) => addons.get(name))];
    return addons.add(addon.name, realizeAddon(addon, made, others, options));
  };
  const first = plan.addons.filter((addon) => addon.beforeNodes).map((addon) => install(addon, []));
  const groups = plan.nodeGroups.map((group) =>
    realizeNodeGroup(group, made, [...first, ...made.network.ways], options),
  );
  for (const addon of plan.addons.filter((each) => !each.beforeNodes)) install(addon, groups);
  return [...addons.all(), ...groups];
}

function realizeAddon(plan: AddonPlan, made: Made, after: readonly Resource[], options: Options): Addon {
  const role = plan.identity && made.roles.get(plan.identity.role);
  return new Addon(
    plan.name,
    {
      clusterName: made.cluster.name,
      addonName: plan.name,
      addonVersion: plan.version,
      resolveConflictsOnCreate: plan.conflicts,
      resolveConflictsOnUpdate: plan.conflicts,
      ...(plan.configuration ? { configurationValues: JSON.stringify(plan.configuration) } : {}),
      ...(plan.identity && role
        ? {
            podIdentityAssociations: [{ serviceAccount: plan.identity.serviceAccount, roleArn: role.arn }],
          }
        : {}),
    },
    { ...options, dependsOn: [...after, ...(role?.ready ?? [])] },
  );
}

function realizeNodeGroup(
  plan: NodeGroupPlan,
  made: Made,
  after: readonly Resource[],
  options: Options,
): NodeGroup {
  const { launchTemplate, size } = plan;
  const { volume } = launchTemplate;
  const template = new LaunchTemplate(
    launchTemplate.name,
    {
      name: launchTemplate.name,
      metadataOptions: {
        httpTokens: launchTemplate.httpTokens,
        httpPutResponseHopLimit: launchTemplate.hopLimit,
      },
      blockDeviceMappings: [
        {
          deviceName: volume.device,
          ebs: {
            volumeType: volume.type,
            volumeSize: volume.sizeGiB,
            // A string in the provider's schema.
            encrypted: `${volume.encrypted}`,
          },
        },
      ],
      tagSpecifications: ['instance', 'volume'].map((resourceType) => ({
        resourceType,
        tags: { ...launchTemplate.tags },
      })),
    },
    options,
  );
  const role = made.roles.get(plan.role);
  return new NodeGroup(
    plan.name,
    {
      clusterName: made.cluster.name,
      nodeGroupName: plan.name,
      nodeRoleArn: role.arn,
      subnetIds: plan.subnets.map((name) => made.network.subnets.get(name).id),
      amiType: plan.amiType,
      capacityType: plan.capacity,
      instanceTypes: [...plan.instanceTypes],
      scalingConfig: { minSize: size.min, desiredSize: size.desired, maxSize: size.max },
      updateConfig: { maxUnavailable: plan.maxUnavailable },
      labels: { ...plan.labels },
      taints: plan.taints.map((taint) => ({ ...taint })),
      launchTemplate: { id: template.id, version: interpolate`${template.latestVersion}` },
    },
    { ...options, dependsOn: [...after, ...role.ready] },
  );
}
